package io.draem.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProportionTests {

    /** SciPy 1.18.1, {@code binomtest(count, total).proportion_ci(method="exact")}. */
    @ParameterizedTest
    @CsvSource({
        "0, 1, 0, 0.975",
        "0, 17, 0, 0.1950643229690932",
        "1, 17, 0.001488174391266636, 0.28688939666722063",
        "3, 40, 0.015742179851041538, 0.20386474873289895",
        "17, 17, 0.8049356770309068, 1",
        "5, 1000, 0.0016254195175627604, 0.011629470559812172"
    })
    void hasTheIntervalOfClopperAndPearson(int count, int total, double min, double max) {
        Proportion share = new Proportion(count, total);
        assertThat(share.min()).isEqualTo(min, within(1e-9));
        assertThat(share.max()).isEqualTo(max, within(1e-9));
    }

    @Test
    void intervalsOverlapWhereSharesAreClose() {
        Proportion expected = new Proportion(1, 17);
        assertThat(expected.overlaps(new Proportion(3, 40))).isTrue();
        assertThat(expected.overlaps(new Proportion(20, 40))).isFalse();
        assertThat(new Proportion(20, 40).overlaps(expected)).isFalse();
        assertThat(expected.intervalText()).isEqualTo("0.1 to 28.7 %");
        assertThat(new Proportion(0, 8000).intervalText()).isEqualTo("0.0 to 0.1 %");
        assertThat(expected.shareText()).isEqualTo("5.9 %");
    }

    /** Counts of a graph's metadata may be anything. */
    @Test
    void anyCountsHaveAnInterval() {
        for (int total : new int[] {1, 1_000_000, Integer.MAX_VALUE}) {
            for (int count : new int[] {0, 1, total / 2, total}) {
                Proportion share = new Proportion(count, total);
                double exact = (double) count / total;
                assertThat(share.min()).isBetween(0.0, exact);
                assertThat(share.max()).isBetween(exact, 1.0);
            }
        }
    }

    @Test
    void refusesWhatIsNoShare() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Proportion(0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Proportion(3, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> new Proportion(-1, 2));
    }
}
