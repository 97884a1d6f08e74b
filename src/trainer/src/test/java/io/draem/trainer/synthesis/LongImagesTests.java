package io.draem.trainer.synthesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.image.RgbImage;
import io.draem.trainer.synthesis.NormalSource.Normal;
import io.draem.trainer.synthesis.SynthesisOptions.Appearance;
import io.draem.trainer.synthesis.SynthesisOptions.SelfTextures;
import io.draem.trainer.synthesis.SynthesisOptions.Shapes;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Synthetic anomalies on images whose sides differ. */
@Tag("slow")
class LongImagesTests {

    private static final int SAMPLES = 300;
    private static final int PARTS = 5;

    @ParameterizedTest
    @CsvSource({"160,416", "416,160"})
    void masksOfNoiseAreAsLargeInEveryPartAsInTheMiddleOfASquare(int width, int height) {
        double middle = shares(256, 256, 0)[PARTS / 2];
        for (double share : shares(width, height, 0)) {
            assertThat(share).isEqualTo(middle, within(0.35 * middle));
        }
    }

    @ParameterizedTest
    @CsvSource({"160,416", "416,160"})
    void strokesReachEveryPart(int width, int height) {
        double[] shares = shares(width, height, 1);
        for (double share : shares) {
            assertThat(share).isGreaterThan(0.5 * shares[PARTS / 2]);
        }
    }

    @ParameterizedTest
    @CsvSource({"160,416", "416,160"})
    void anAnomalyIsVisibleWithinItsMaskAlone(int width, int height) {
        TestImages<float[]> normals = TestImages.tensors(width, height, 2);
        SynthesisOptions options = SynthesisOptions.DEFAULTS
                .with(new NormalAugmentation(1, 90, 0))
                .with(new SelfTextures(0.5, 0, 0.04))
                .with(new Shapes(0.4, 0))
                .with(new Appearance(0.2, true, 3));
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(
                options, width, height, NormalSource.whole(normals, null), TestImages.pictures(width, height, 2));
        for (int seed = 0; seed < 20; seed++) {
            Sample sample = synthesizer.synthesize(new Normal(normals.get(0), null), true, new SplittableRandom(seed));
            int area = width * height;
            int inside = 0;
            int changed = 0;
            for (int i = 0; i < area; i++) {
                boolean same = true;
                for (int at = i; at < 3 * area; at += area) {
                    same &= sample.augmented()[at] == sample.clean()[at];
                }
                if (sample.mask()[i] == 0) {
                    assertThat(same).isTrue();
                } else {
                    inside++;
                    changed += same ? 0 : 1;
                }
            }
            assertThat(inside).isPositive();
            assertThat(changed).as("changed pixels of %d", inside).isGreaterThan(inside / 3);
        }
    }

    /** Returns the mean share of the mask in each fifth of the longer side. */
    private static double[] shares(int width, int height, double strokes) {
        TestImages<float[]> normals = TestImages.tensors(width, height, 1);
        TestImages<RgbImage> textures = TestImages.pictures(width, height, 1);
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(
                SynthesisOptions.DEFAULTS.with(NormalAugmentation.NONE).with(new Shapes(strokes, 0)),
                width,
                height,
                NormalSource.whole(normals, null),
                textures);
        double[] shares = new double[PARTS];
        for (int seed = 0; seed < SAMPLES; seed++) {
            float[] mask = synthesizer
                    .synthesize(new Normal(normals.get(0), null), true, new SplittableRandom(seed))
                    .mask();
            for (int i = 0; i < mask.length; i++) {
                int part = width > height ? i % width * PARTS / width : i / width * PARTS / height;
                shares[part] += (double) mask[i] * PARTS / mask.length / SAMPLES;
            }
        }
        return shares;
    }
}
