package io.draem.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FalseAlarmRateTests {

    /** SciPy 1.18.1, {@code binomtest(above, images).proportion_ci(method="wilson")}. */
    @ParameterizedTest
    @CsvSource({
        "0, 1, 0, 0.7934506856227626",
        "0, 17, 0, 0.1843181350088518",
        "1, 17, 0.010460400984997592, 0.26982030637575405",
        "3, 40, 0.025836025774588198, 0.19864233524310543",
        "17, 17, 0.8156818649911483, 1",
        "5, 1000, 0.0021375355273244604, 0.011650955373375113"
    })
    void hasWilsonsInterval(int above, int images, double low, double high) {
        FalseAlarmRate rate = new FalseAlarmRate(above, images);
        assertThat(rate.low()).isEqualTo(low, within(1e-6));
        assertThat(rate.high()).isEqualTo(high, within(1e-6));
    }

    @Test
    void agreesWhereIntervalsOverlap() {
        FalseAlarmRate expected = new FalseAlarmRate(1, 17);
        assertThat(expected.agreesWith(new FalseAlarmRate(3, 40))).isTrue();
        assertThat(expected.agreesWith(new FalseAlarmRate(20, 40))).isFalse();
        assertThat(new FalseAlarmRate(20, 40).agreesWith(expected)).isFalse();
        assertThat(expected.interval()).isEqualTo("1.0 to 27.0 %");
    }

    @Test
    void refusesWhatIsNoShare() {
        assertThatIllegalArgumentException().isThrownBy(() -> new FalseAlarmRate(0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new FalseAlarmRate(3, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> new FalseAlarmRate(-1, 2));
    }
}
