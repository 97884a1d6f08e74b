package io.draem.trainer.synthesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.draem.image.RgbImage;
import io.draem.trainer.synthesis.NormalSource.Normal;
import io.draem.trainer.synthesis.SynthesisOptions.Appearance;
import io.draem.trainer.synthesis.SynthesisOptions.SelfTextures;
import io.draem.trainer.synthesis.SynthesisOptions.Shapes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The labels of synthetic anomalies, over all kinds of anomalies, sizes and seeds. */
@Tag("slow")
class SyntheticLabelTests {

    private static final float VISIBLE = 0.05f; // 13 of 255 levels

    @ParameterizedTest
    @CsvSource({"64, 64, 24", "96, 64, 16", "128, 128, 8", "256, 256, 2"})
    void holdEveryVisibleChangeAndAreNeverEmpty(int width, int height, int seeds) {
        ImageSource<float[]> normals = images(width, height, 3, 11);
        ImageSource<RgbImage> textures = new Pictures(images(width, height, 2, 57), width, height);
        int samples = 0;
        long masked = 0;
        long unchanged = 0;
        for (SynthesisOptions options : everyKind()) {
            for (@Nullable ImageSource<RgbImage> source : sources(textures)) {
                AnomalySynthesizer synthesizer =
                        new AnomalySynthesizer(options, width, height, NormalSource.whole(normals, null), source);
                for (int seed = 0; seed < seeds; seed++) {
                    Sample sample = synthesizer.synthesize(
                            new Normal(normals.get(seed % normals.size()), null),
                            true,
                            new SplittableRandom(31L * samples + seed));
                    int inside = 0;
                    for (int i = 0; i < width * height; i++) {
                        float change = change(sample, i, width * height);
                        if (sample.mask()[i] == 1) {
                            inside++;
                            unchanged += change == 0 ? 1 : 0;
                        } else if (sample.mask()[i] != 0 || change > VISIBLE) {
                            fail(
                                    "unlabeled pixel %d, seed %d, %s: mask %f, change %f",
                                    i, seed, options, sample.mask()[i], change);
                        }
                    }
                    assertThat(inside)
                            .as("labeled pixels, seed %d, %s", seed, options)
                            .isPositive();
                    masked += inside;
                    samples++;
                }
            }
        }
        assertThat((double) unchanged / masked)
                .as("share of labeled pixels that are as they were, %d samples", samples)
                .isLessThan(0.1);
    }

    @ParameterizedTest
    @CsvSource({"0.4, 0.2, 0.5, 2, 3", "1, 0, 0, 16, 0", "0, 0, 1, 4, 1", "0, 1, 0, 2, 0"})
    void ofSoftEdgesHoldLittleThatDoesNotShow(double strokes, double tones, double self, int softness, double grain) {
        int side = 128;
        ImageSource<float[]> normals = images(side, side, 3, 11);
        ImageSource<RgbImage> textures = new Pictures(images(side, side, 2, 57), side, side);
        SynthesisOptions options = SynthesisOptions.DEFAULTS
                .with(NormalAugmentation.NONE)
                .with(new SynthesisOptions.Beta(0, 0.4)) // fainter ones are labeled by their shape, as the paper does
                .with(new Shapes(strokes, softness))
                .with(new SelfTextures(self, 0, 0.04))
                .with(new Appearance(tones, false, grain));
        AnomalySynthesizer synthesizer =
                new AnomalySynthesizer(options, side, side, NormalSource.whole(normals, null), textures);
        long masked = 0;
        long visible = 0;
        for (int seed = 0; seed < 60; seed++) {
            Sample sample =
                    synthesizer.synthesize(new Normal(normals.get(seed % 3), null), true, new SplittableRandom(seed));
            for (int i = 0; i < side * side; i++) {
                if (sample.mask()[i] == 1) {
                    masked++;
                    visible += change(sample, i, side * side) > VISIBLE ? 1 : 0;
                }
            }
        }
        assertThat((double) visible / masked).isGreaterThan(0.8);
    }

    private static List<SynthesisOptions> everyKind() {
        List<SynthesisOptions> kinds = new ArrayList<>();
        for (int softness : new int[] {0, 1, 2, 3, 7, 16}) {
            for (double strokes : new double[] {0, 1}) {
                Shapes shapes = new Shapes(strokes, softness);
                SynthesisOptions shaped = SynthesisOptions.DEFAULTS
                        .with(new NormalAugmentation(0.3, 90, 0))
                        .with(shapes);
                kinds.add(shaped);
                kinds.add(shaped.with(new Appearance(0, true, 3)));
                kinds.add(shaped.with(new Appearance(1, false, 0)));
                kinds.add(shaped.with(new Appearance(1, false, 1)));
                kinds.add(shaped.with(new SelfTextures(1, 0, 0.04)));
                kinds.add(shaped.with(new SelfTextures(1, 3, 0)));
                kinds.add(shaped.with(new SelfTextures(0.5, 0, 0.04)).with(new Appearance(0.2, true, 3)));
            }
        }
        return kinds;
    }

    private static List<@Nullable ImageSource<RgbImage>> sources(ImageSource<RgbImage> textures) {
        List<@Nullable ImageSource<RgbImage>> sources = new ArrayList<>();
        sources.add(textures);
        sources.add(null); // noise
        return sources;
    }

    private static float change(Sample sample, int pixel, int area) {
        float change = 0;
        for (int at = pixel; at < 3 * area; at += area) {
            change = Math.max(change, Math.abs(sample.augmented()[at] - sample.clean()[at]));
        }
        return change;
    }

    /** Returns smooth surfaces with shapes and a little grain, the second of them gray. */
    private static ImageSource<float[]> images(int width, int height, int count, long seed) {
        List<float[]> images = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            SplittableRandom random = new SplittableRandom(seed + n);
            float[] noise = TextureSource.perlin(random, width, height, SynthesisOptions.DEFAULTS.perlin());
            float[] image = new float[3 * width * height];
            for (int i = 0; i < width * height; i++) {
                float grain = (float) (0.02 * random.nextGaussian());
                for (int channel = 0; channel < 3; channel++) {
                    float color = n == 1 ? 0.5f : 0.35f + 0.15f * channel;
                    image[channel * width * height + i] = Math.max(0, Math.min(1, color + 0.3f * noise[i] + grain));
                }
            }
            images.add(image);
        }
        return new TestImages<>(images);
    }

    private record Pictures(ImageSource<float[]> tensors, int width, int height) implements ImageSource<RgbImage> {

        @Override
        public int size() {
            return tensors.size();
        }

        @Override
        public RgbImage get(int index) {
            return Pixels.fromTensor(tensors.get(index), width, height);
        }
    }
}
