package io.draem.trainer.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RankingMetricsTests {

    @Test
    void aPerfectRankingScoresOneAndAReversedOneZero() {
        RankingMetrics perfect = RankingMetrics.of(new float[] {0.1f, 0.2f, 0.8f}, new boolean[] {false, false, true});
        RankingMetrics reversed = RankingMetrics.of(new float[] {0.9f, 0.8f, 0.1f}, new boolean[] {false, false, true});

        assertThat(perfect.auroc()).isEqualTo(1);
        assertThat(perfect.averagePrecision()).isEqualTo(1);
        assertThat(perfect.f1Max()).isEqualTo(1);
        assertThat(reversed.auroc()).isZero();
        assertThat(reversed.averagePrecision()).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(reversed.f1Max()).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void equalScoresCountHalf() {
        RankingMetrics metrics =
                RankingMetrics.of(new float[] {0, -0f, 0, 0}, new boolean[] {true, false, true, false});

        assertThat(metrics.auroc()).isEqualTo(0.5);
        assertThat(metrics.averagePrecision()).isEqualTo(0.5);
    }

    @Test
    void aurocIsTheShareOfPairsInTheRightOrder() {
        Random random = new Random(11);
        for (int round = 0; round < 100; round++) {
            int n = 2 + random.nextInt(40);
            double[] scores =
                    random.doubles(n).map(score -> Math.rint(score * 10)).toArray();
            boolean[] anomalous = new boolean[n];
            anomalous[0] = true;
            for (int i = 2; i < n; i++) {
                anomalous[i] = random.nextBoolean();
            }

            assertThat(RankingMetrics.of(scores, anomalous).auroc())
                    .isCloseTo(pairsInOrder(scores, anomalous), within(1e-12));
        }
    }

    @Test
    void doublesThatDifferByLessThanAFloatShowsAreKeptApart() {
        double[] scores = {1, 1 + 1e-12};

        assertThat(RankingMetrics.of(scores, new boolean[] {false, true}).auroc())
                .isEqualTo(1);
        assertThat(RankingMetrics.of(new double[] {-0.0, 0.0}, new boolean[] {false, true})
                        .auroc())
                .isEqualTo(0.5);
    }

    @Test
    void refusesOneClassAndWhatIsNoNumber() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RankingMetrics.of(new float[] {1, 2}, new boolean[] {true, true}))
                .withMessageContaining("0 normal and 2 anomalous");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RankingMetrics.of(new float[] {1, Float.NaN}, new boolean[] {true, false}))
                .withMessageContaining("NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RankingMetrics.of(new double[] {1, Double.NaN}, new boolean[] {true, false}))
                .withMessageContaining("NaN");
        assertThat(RankingMetrics.isDefined(new boolean[] {true, true})).isFalse();
        assertThat(RankingMetrics.isDefined(new boolean[] {true, false})).isTrue();
        assertThat(RankingMetrics.isDefined(new boolean[0])).isFalse();
    }

    @Test
    void theCurveGoesFromTheHighestThresholdToAllEntries() {
        RankingMetrics metrics =
                RankingMetrics.of(new float[] {0.9f, 0.7f, 0.5f, 0.1f}, new boolean[] {true, false, true, false});

        assertThat(metrics.curve(0.01))
                .containsExactly(
                        new RankingMetrics.Point(0, 0.5, 1),
                        new RankingMetrics.Point(0.5, 0.5, 0.5),
                        new RankingMetrics.Point(0.5, 1, 2.0 / 3),
                        new RankingMetrics.Point(1, 1, 0.5));
        assertThat(metrics.curve(2)).as("first and last always stay").hasSize(2);
    }

    private static double pairsInOrder(double[] scores, boolean[] anomalous) {
        double inOrder = 0;
        int pairs = 0;
        for (int i = 0; i < scores.length; i++) {
            for (int j = 0; j < scores.length; j++) {
                if (anomalous[i] && !anomalous[j]) {
                    pairs++;
                    inOrder += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }
        }
        return inOrder / pairs;
    }
}
