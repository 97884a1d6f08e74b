package io.draem.trainer.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.draem.frame.RegionOfInterest;
import io.draem.score.AnomalyMap;
import io.draem.score.RowMask;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PixelScoresTests {

    @ParameterizedTest(name = "values around {0}, spread {1}")
    @CsvSource({"0.5, 0.002", "0.3, 0.3", "0.00001, 0.00001", "0.99999, 0.000004", "0.75, 0.1"})
    void figuresAreThoseOfExactRanking(float centre, float spread) {
        Random random = new Random(3);
        PixelScores pixels = new PixelScores();
        float[] all = new float[20 * 64 * 64];
        boolean[] labels = new boolean[all.length];
        for (int image = 0; image < 20; image++) {
            float[] values = new float[64 * 64];
            boolean[] mask = new boolean[values.length];
            for (int i = 0; i < values.length; i++) {
                mask[i] = i / 64 < 10 && i % 64 < 20;
                double shifted = random.nextGaussian() + (mask[i] ? 1 : 0);
                values[i] = (float) Math.min(1, Math.max(0, centre + spread * shifted / 4));
            }
            pixels.add(new AnomalyMap(64, 64, values), mask, null);
            System.arraycopy(values, 0, all, image * values.length, values.length);
            System.arraycopy(mask, 0, labels, image * values.length, values.length);
        }
        RankingMetrics exact = RankingMetrics.of(all, labels);
        RankingMetrics binned = pixels.ranking();

        assertThat(binned.auroc()).isCloseTo(exact.auroc(), within(1e-4));
        assertThat(binned.averagePrecision()).isCloseTo(exact.averagePrecision(), within(1e-4));
        assertThat(binned.f1Max()).isCloseTo(exact.f1Max(), within(1e-4));
        assertThat(pixels.f1At(pixels.f1Threshold())).isEqualTo(binned.f1Max());
        double threshold = pixels.f1Threshold();
        long found = 0;
        long falseAlarms = 0;
        for (int i = 0; i < all.length; i++) {
            found += all[i] > threshold && labels[i] ? 1 : 0;
            falseAlarms += all[i] > threshold && !labels[i] ? 1 : 0;
        }
        assertThat(2.0 * found / (found + falseAlarms + pixels.anomalous()))
                .as("the threshold does to the pixels what the bins say")
                .isEqualTo(binned.f1Max());
    }

    @Test
    void everyBinsThresholdLetsJustThatBinAndHigherOnesThrough() {
        Random random = new Random(5);
        for (int i = 0; i < 100_000; i++) {
            float value = i % 4 == 0
                    ? 1 - (float) Math.pow(random.nextFloat(), 8)
                    : (float) Math.pow(random.nextFloat(), i % 9);
            int bin = ScoreBins.of(value);
            assertThat(bin).isBetween(0, ScoreBins.COUNT - 1);
            assertThat((double) value).isGreaterThan(ScoreBins.below(bin));
            if (bin < ScoreBins.COUNT - 1) {
                assertThat((double) value).isLessThanOrEqualTo(ScoreBins.below(bin + 1));
            }
        }
        assertThat(ScoreBins.of(0)).isZero();
        assertThat(ScoreBins.of(-1e-3f)).isZero();
        assertThat(ScoreBins.of(1)).isEqualTo(ScoreBins.COUNT - 1);
        assertThat(ScoreBins.of(1.0001f)).isEqualTo(ScoreBins.COUNT - 1);
        assertThat(ScoreBins.of(0.5f)).isGreaterThan(ScoreBins.of(Math.nextDown(0.5f)));
    }

    @Test
    void countsOfSeveralAddUp() {
        PixelScores first = scores(new float[] {0.1f, 0.9f, 0.8f}, false, true, true);
        PixelScores second = scores(new float[] {0.2f, 0.7f, 0.05f}, false, false, true);
        PixelScores together = scores(new float[] {0.1f, 0.9f, 0.8f}, false, true, true);
        together.add(new AnomalyMap(3, 1, new float[] {0.2f, 0.7f, 0.05f}), new boolean[] {false, false, true}, null);

        first.addAll(second);

        assertThat(first.normal()).isEqualTo(3);
        assertThat(first.anomalous()).isEqualTo(3);
        assertThat(first.min()).isEqualTo(0.05f);
        assertThat(first.max()).isEqualTo(0.9f);
        assertThat(first.ranking().auroc())
                .isEqualTo(together.ranking().auroc())
                .isCloseTo(2.0 / 3, within(1e-12));
        assertThat(first.aupro()).isEqualTo(together.aupro());
    }

    @Test
    void recallIsTheHighestThresholdThatFindsEnoughPixels() {
        PixelScores pixels = scores(new float[] {0.1f, 0.9f, 0.8f, 0.3f, 0.2f}, false, true, true, true, true);

        assertThat(pixels.recallThreshold(0.5)).isBetween(0.3, 0.8).isCloseTo(0.8, within(1e-4));
        assertThat(pixels.recallThreshold(1)).isCloseTo(0.2, within(1e-4)).isLessThan(0.2f);
    }

    @Test
    void auproCountsASmallRegionAsMuchAsALargeOne() {
        // A region of one pixel is missed, one of three is found before any normal pixel.
        PixelScores pixels =
                scores(new float[] {0.9f, 0.9f, 0.9f, 0.5f, 0.5f, 0.1f}, true, true, true, false, false, true);

        assertThat(pixels.aupro()).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void auproLooksOnlyAtFalsePositiveRatesUpToItsLimit() {
        // The region is found when 2 of 10 normal pixels are above it: it counts from 0.2 to 0.3.
        float[] values = {0.9f, 0.9f, 0.5f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f};
        boolean[] mask = new boolean[11];
        mask[2] = true;

        assertThat(scores(values, mask).aupro()).isCloseTo(1.0 / 3, within(1e-6));
    }

    @Test
    void pixelsOutsideARegionOfInterestCountNowhere() {
        int width = 20;
        int height = 10;
        Random random = new Random(8);
        float[] values = new float[width * height];
        boolean[] mask = new boolean[values.length];
        float[] inside = new float[width / 2 * height];
        boolean[] insideMask = new boolean[inside.length];
        for (int i = 0; i < values.length; i++) {
            boolean left = i % width < width / 2;
            values[i] = left ? random.nextFloat() : 2;
            mask[i] = i / width > 2 && i / width < 6 && i % width > 4 && i % width < 15;
            if (left) {
                inside[i / width * width / 2 + i % width] = values[i];
                insideMask[i / width * width / 2 + i % width] = mask[i];
            }
        }
        RowMask region = RegionOfInterest.parse("0,0 0.5,0 0.5,1 0,1").at(width, height);
        PixelScores some = new PixelScores();
        some.add(new AnomalyMap(width, height, values), mask, region);
        PixelScores cut = new PixelScores();
        cut.add(new AnomalyMap(width / 2, height, inside), insideMask, null);

        assertThat(some.normal()).isEqualTo(cut.normal());
        assertThat(some.anomalous()).isEqualTo(cut.anomalous()).isPositive();
        assertThat(some.max()).isEqualTo(cut.max()).isLessThan(1);
        assertThat(some.aupro()).isEqualTo(cut.aupro());
        assertThat(some.ranking().auroc()).isEqualTo(cut.ranking().auroc());
        assertThat(some.f1Threshold()).isEqualTo(cut.f1Threshold());

        PixelScores unlabelled = new PixelScores();
        unlabelled.addUnlabelled(new AnomalyMap(width, height, values), region);
        assertThat(unlabelled.max()).isEqualTo(cut.max());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> some.add(new AnomalyMap(height, width, values), mask, region))
                .withMessageContaining("20x10");
    }

    @Test
    void refusesOneClassAndWhatIsNoNumber() {
        PixelScores normal = scores(new float[] {0.1f, 0.2f}, false, false);
        assertThat(normal.isDefined()).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(normal::ranking)
                .withMessageContaining("2 normal and 0 anomalous");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scores(new float[] {0.1f, Float.NaN}, true, false))
                .withMessageContaining("NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scores(new float[] {0.1f, 0.2f}, true))
                .withMessageContaining("2 scores, but 1 labels");
    }

    private static PixelScores scores(float[] values, boolean... mask) {
        PixelScores pixels = new PixelScores();
        pixels.add(new AnomalyMap(values.length, 1, values), mask, null);
        return pixels;
    }
}
