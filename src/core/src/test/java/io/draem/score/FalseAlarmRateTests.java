package io.draem.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FalseAlarmRateTests {

    /** SciPy 1.18.1, {@code binomtest(above, images).proportion_ci(method="exact")}. */
    @ParameterizedTest
    @CsvSource({
        "0, 1, 0, 0.975",
        "0, 17, 0, 0.1950643229690932",
        "1, 17, 0.001488174391266636, 0.28688939666722063",
        "3, 40, 0.015742179851041538, 0.20386474873289895",
        "17, 17, 0.8049356770309068, 1",
        "5, 1000, 0.0016254195175627604, 0.011629470559812172"
    })
    void hasTheIntervalOfClopperAndPearson(int above, int images, double min, double max) {
        FalseAlarmRate rate = new FalseAlarmRate(above, images);
        assertThat(rate.min()).isEqualTo(min, within(1e-9));
        assertThat(rate.max()).isEqualTo(max, within(1e-9));
    }

    @Test
    void intervalsOverlapWhereSharesAreClose() {
        FalseAlarmRate expected = new FalseAlarmRate(1, 17);
        assertThat(expected.overlaps(new FalseAlarmRate(3, 40))).isTrue();
        assertThat(expected.overlaps(new FalseAlarmRate(20, 40))).isFalse();
        assertThat(new FalseAlarmRate(20, 40).overlaps(expected)).isFalse();
        assertThat(expected.intervalText()).isEqualTo("0.1 to 28.7 %");
        assertThat(new FalseAlarmRate(0, 8000).intervalText()).isEqualTo("0.0 to 0.1 %");
        assertThat(expected.shareText()).isEqualTo("5.9 %");
    }

    /** Counts of a graph's metadata may be anything. */
    @Test
    void anyCountsHaveAnInterval() {
        for (int images : new int[] {1, 1_000_000, Integer.MAX_VALUE}) {
            for (int above : new int[] {0, 1, images / 2, images}) {
                FalseAlarmRate rate = new FalseAlarmRate(above, images);
                double share = (double) above / images;
                assertThat(rate.min()).isBetween(0.0, share);
                assertThat(rate.max()).isBetween(share, 1.0);
            }
        }
    }

    @Test
    void refusesWhatIsNoShare() {
        assertThatIllegalArgumentException().isThrownBy(() -> new FalseAlarmRate(0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new FalseAlarmRate(3, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> new FalseAlarmRate(-1, 2));
    }
}
