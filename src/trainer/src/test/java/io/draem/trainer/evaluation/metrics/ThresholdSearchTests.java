package io.draem.trainer.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ThresholdSearchTests {

    @Test
    void f1SeparatesWhatCanBeSeparated() {
        double threshold = ThresholdSearch.f1(new double[] {0.1f, 0.9f, 0.2f, 0.8f}, labels(0, 1, 0, 1));

        assertThat(threshold).isLessThan(0.8f).isGreaterThan(0.2f);
    }

    @Test
    void f1LetsItsOwnScoreThroughUnderTheStrictRule() {
        double[] scores = {0.3f, 0.3f, 0.7f, 0.7f, 0.7f};

        double threshold = ThresholdSearch.f1(scores, labels(0, 0, 1, 1, 0));

        assertThat(above(scores, threshold)).isEqualTo(3);
        assertThat(threshold).isEqualTo(Math.nextDown(0.7f));
    }

    @Test
    void f1TakesTheLowestOfSeveralBestThresholds() {
        // >= 0.9: precision 1, recall 1/2; >= 0.4: precision 1/2, recall 1: both F1 = 2/3
        double[] scores = {0.9f, 0.6f, 0.5f, 0.4f, 0.1f};

        assertThat(ThresholdSearch.f1(scores, labels(1, 0, 0, 1, 0))).isEqualTo(Math.nextDown(0.4f));
    }

    @Test
    void f1NamesTheMissingClass() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ThresholdSearch.f1(new double[] {1, 2}, labels(0, 0)))
                .withMessageContaining("2 normal and 0 anomalous");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ThresholdSearch.f1(new double[] {1, Double.NaN}, labels(0, 1)))
                .withMessageContaining("NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ThresholdSearch.f1(new double[] {1}, labels(0, 1)))
                .withMessageContaining("1 scores, but 2 labels");
    }

    @Test
    void quantileInterpolatesAsNumpyDoes() {
        double[] scores = {4, 1, 3, 2};

        assertThat(ThresholdSearch.quantile(scores, 0)).isEqualTo(1);
        assertThat(ThresholdSearch.quantile(scores, 0.5)).isEqualTo(2.5);
        assertThat(ThresholdSearch.quantile(scores, 0.9)).isCloseTo(3.7, within(1e-12));
        assertThat(ThresholdSearch.quantile(scores, 1)).isEqualTo(4);
        assertThat(ThresholdSearch.quantile(new double[] {7}, 0.3)).isEqualTo(7);
        assertThat(scores).containsExactly(4, 1, 3, 2);
    }

    @Test
    void quantileNamesWhatIsWrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ThresholdSearch.quantile(new double[0], 0.5))
                .withMessageContaining("normal");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ThresholdSearch.quantile(new double[] {1}, 1.5))
                .withMessageContaining("1.5");
    }

    @Test
    void recallIsTheHighestThresholdThatFindsEnough() {
        double[] scores = {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f, 0.9f, 1.0f};

        for (int percent = 1; percent <= 100; percent++) {
            double threshold = ThresholdSearch.recall(scores, percent / 100.0);
            int needed = (percent + 9) / 10;
            assertThat(above(scores, threshold)).as("%d %%", percent).isEqualTo(needed);
        }
    }

    @Test
    void recallCountsEqualScoresTogether() {
        double[] scores = {0.5f, 0.5f, 0.5f, 0.9f};

        assertThat(above(scores, ThresholdSearch.recall(scores, 0.25))).isEqualTo(1);
        assertThat(above(scores, ThresholdSearch.recall(scores, 0.5))).isEqualTo(4);
    }

    @Test
    void recallNamesWhatIsWrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ThresholdSearch.recall(new double[0], 0.5))
                .withMessageContaining("anomalous");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ThresholdSearch.recall(new double[] {1}, 0))
                .withMessageContaining("recall");
    }

    private static long above(double[] scores, double threshold) {
        return Arrays.stream(scores).filter(score -> score > threshold).count();
    }

    private static boolean[] labels(int... labels) {
        boolean[] anomalous = new boolean[labels.length];
        for (int i = 0; i < labels.length; i++) {
            anomalous[i] = labels[i] == 1;
        }
        return anomalous;
    }
}
