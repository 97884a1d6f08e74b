package io.draem.batch.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class MaxErrorsTests {

    @Test
    void isANumberOrAShareOfTheImages() {
        assertThat(MaxErrors.parse("0").of(1000)).isZero();
        assertThat(MaxErrors.parse("12").of(5)).isEqualTo(12);
        assertThat(MaxErrors.parse("10%").of(1000)).isEqualTo(100);
        assertThat(MaxErrors.parse("10%").of(3)).as("one of a few").isEqualTo(1);
        assertThat(MaxErrors.parse("7%").of(100)).as("no more by rounding").isEqualTo(7);
        assertThat(MaxErrors.parse("0.5%")).hasToString("0.5%");
    }

    @Test
    void refusesWhatIsNeither() {
        for (String text : new String[] {"", "-1", "101%", "ten", "5 %%"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> MaxErrors.parse(text))
                    .withMessageContaining("neither a number of images nor a share");
        }
    }
}
