package io.draem.trainer.synthesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.draem.image.RgbImage;
import io.draem.trainer.synthesis.SynthesisOptions.Augmenters;
import io.draem.trainer.synthesis.SynthesisOptions.Beta;
import io.draem.trainer.synthesis.SynthesisOptions.NormalRotation;
import io.draem.trainer.synthesis.SynthesisOptions.Perlin;
import io.draem.trainer.synthesis.SynthesisOptions.SelfTextures;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AnomalySynthesizerTests {

    private static final int WIDTH = 64;
    private static final int HEIGHT = 32;
    private static final int AREA = WIDTH * HEIGHT;

    private final TestImages<float[]> normals = TestImages.tensors(WIDTH, HEIGHT, 3);
    private final TestImages<RgbImage> textures = TestImages.pictures(WIDTH, HEIGHT, 2);
    private final SynthesisOptions upright = SynthesisOptions.DEFAULTS.with(NormalRotation.NONE);

    @Test
    void blendsAsThePaperWritesIt() {
        float[] image = {0.2f, 0.4f, 0.6f, 0.8f, 0.1f, 0.3f};
        float[] texture = {1, 1, 0, 0, 0.5f, 0.5f};
        float[] blended = AnomalySynthesizer.blend(image, texture, new float[] {1, 0}, 0.25f);
        assertThat(blended)
                .containsExactly(new float[] {0.75f + 0.05f, 0.4f, 0.15f, 0.8f, 0.375f + 0.025f, 0.3f}, within(1e-6f));
    }

    @Test
    void anAnomalousSampleHasAMaskAndDiffersWithinItAlone() {
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(upright, WIDTH, HEIGHT, normals, textures);
        int different = 0;
        for (int seed = 0; seed < 300; seed++) {
            Sample sample = synthesizer.synthesize(normals.get(0), true, new SplittableRandom(seed));
            assertThat(sample.anomalous()).isTrue();
            assertThat(sample.clean()).isSameAs(normals.get(0));
            int inside = 0;
            for (int i = 0; i < 3 * AREA; i++) {
                assertThat(sample.augmented()[i]).isBetween(0f, 1f);
                if (sample.mask()[i % AREA] == 0) {
                    assertThat(sample.augmented()[i]).isEqualTo(sample.clean()[i]);
                } else {
                    assertThat(sample.mask()[i % AREA]).isEqualTo(1);
                    inside++;
                }
            }
            assertThat(inside).as("pixels in the mask of seed %d", seed).isPositive();
            different += Arrays.equals(sample.augmented(), sample.clean()) ? 0 : 1;
        }
        assertThat(different).isEqualTo(300);
    }

    @Test
    void aCleanSampleIsTheImageWithAnEmptyMask() {
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(
                SynthesisOptions.DEFAULTS.withAnomalyProbability(0), WIDTH, HEIGHT, normals, textures);
        for (int seed = 0; seed < 20; seed++) {
            Sample sample = synthesizer.synthesize(normals.get(1), new SplittableRandom(seed));
            assertThat(sample.anomalous()).isFalse();
            assertThat(sample.mask()).hasSize(AREA).containsOnly(0f);
            assertThat(sample.augmented()).isEqualTo(sample.clean());
        }
    }

    @Test
    void keepsTheProbabilitiesOfAnomaliesAndTurnedImages() {
        AnomalySynthesizer synthesizer =
                new AnomalySynthesizer(SynthesisOptions.DEFAULTS, WIDTH, HEIGHT, normals, textures);
        int anomalous = 0;
        int turned = 0;
        SplittableRandom random = new SplittableRandom(17);
        for (int i = 0; i < 1000; i++) {
            Sample sample = synthesizer.synthesize(normals.get(0), random);
            anomalous += sample.anomalous() ? 1 : 0;
            turned += sample.clean() == normals.get(0) ? 0 : 1;
        }
        assertThat(anomalous).isBetween(440, 560);
        assertThat(turned).isBetween(245, 355);
    }

    @Test
    void aTurnedImageIsTurnedInBothPictures() {
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(
                SynthesisOptions.DEFAULTS.with(new NormalRotation(1, 90)), WIDTH, HEIGHT, normals, textures);
        Sample sample = synthesizer.synthesize(normals.get(0), true, new SplittableRandom(2));
        assertThat(sample.clean()).isNotEqualTo(normals.get(0));
        for (int i = 0; i < 3 * AREA; i++) {
            if (sample.mask()[i % AREA] == 0) {
                assertThat(sample.augmented()[i]).isEqualTo(sample.clean()[i]);
            }
        }
    }

    @Test
    void makesItsOwnTexturesWithoutAnAnomalySource() {
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(upright, WIDTH, HEIGHT, normals, null);
        Sample sample = synthesizer.synthesize(normals.get(0), true, new SplittableRandom(4));
        assertThat(sample.augmented()).isNotEqualTo(sample.clean());
    }

    @Test
    void selfTexturesShowPixelsOfNormalImages() {
        // Red only in the normal images, blue only in the anomaly source; no augmenter and no image shining through.
        float[] red = new float[3 * AREA];
        Arrays.fill(red, 0, AREA, 1);
        byte[] blue = new byte[3 * AREA];
        for (int i = 2; i < blue.length; i += 3) {
            blue[i] = (byte) 255;
        }
        SynthesisOptions options = new SynthesisOptions(
                1,
                SynthesisOptions.DEFAULTS.perlin(),
                new Beta(0, 0),
                new Augmenters(0, List.of()),
                NormalRotation.NONE,
                new SelfTextures(0.5, 0, 0));
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(
                options, WIDTH, HEIGHT, TestImages.of(red), TestImages.of(new RgbImage(WIDTH, HEIGHT, blue)));
        int self = 0;
        for (int seed = 0; seed < 200; seed++) {
            Sample sample = synthesizer.synthesize(new float[3 * AREA], new SplittableRandom(seed));
            boolean anyBlue = false;
            for (int i = 0; i < AREA; i++) {
                anyBlue |= sample.augmented()[2 * AREA + i] > 0;
            }
            self += anyBlue ? 0 : 1;
        }
        assertThat(self).isBetween(70, 130);
    }

    @Test
    void aSelfTextureOfTheOnlyImageIsThatImageMoved() {
        TextureSource source = TextureSource.normals(TestImages.tensors(WIDTH, HEIGHT, 1), WIDTH, HEIGHT);
        RgbImage original = Pixels.fromTensor(normals.get(0), WIDTH, HEIGHT);
        RgbImage texture = source.draw(normals.get(0), new SplittableRandom(8));
        boolean found = false;
        for (int dy = HEIGHT / 4; dy <= 3 * HEIGHT / 4; dy++) {
            for (int dx = WIDTH / 4; dx <= 3 * WIDTH / 4; dx++) {
                found |= isMoved(original, texture, dx, dy);
            }
        }
        assertThat(found).isTrue();
    }

    @Test
    void cutsAnAnomalyToWhereItShows() {
        float[] clean = new float[3 * 64];
        float[] augmented = clean.clone();
        float[] mask = new float[64]; // 8x8: rows 0 to 3 marked, in rows 0 and 1 nothing changes
        Arrays.fill(mask, 0, 32, 1);
        Arrays.fill(augmented, 64 + 16, 64 + 32, 0.5f);
        Sample sample = new Sample(clean, augmented, mask, true);
        assertThat(Visibility.cut(sample, 8, 8, 0.2f)).isTrue();
        assertThat(Arrays.copyOfRange(sample.mask(), 0, 8)).containsOnly(0f); // mean 1/3 · 0.5
        assertThat(Arrays.copyOfRange(sample.mask(), 8, 32)).containsOnly(1f); // from 2/4 · 0.5 on
        assertThat(Visibility.cut(sample, 8, 8, 0.6f)).isFalse();
        assertThat(sample.mask()).containsOnly(0f);
        assertThat(sample.augmented()).isEqualTo(clean);
    }

    @Test
    void anotherTextureTakesThePlaceOfOneThatCannotBeSeen() {
        float[] grey = new float[3 * AREA];
        Arrays.fill(grey, 0.5f);
        SynthesisOptions always = upright.with(new SelfTextures(1, 0, 0.04));
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(always, WIDTH, HEIGHT, TestImages.of(grey), textures);
        Sample sample = synthesizer.synthesize(grey, true, new SplittableRandom(1));
        assertThat(sample.mask()).contains(1f);
        assertThat(sample.augmented()).isNotEqualTo(grey);
    }

    @Test
    void refusesAnImageOfAnotherSize() {
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(upright, WIDTH, HEIGHT, normals, textures);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> synthesizer.synthesize(new float[12], new SplittableRandom(1)))
                .withMessageContaining("3x32x64");
    }

    @Test
    void refusesOptionsThatMakeNoSense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SynthesisOptions.DEFAULTS.withAnomalyProbability(1.5))
                .withMessage("--anomaly-probability must lie within 0 and 1, not 1.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Perlin(3, 2, 0.5, 90))
                .withMessage("--perlin-scales must rise and end at 12 or below, not 3,2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SelfTextures(1, 11, 0))
                .withMessage("--self-texture-augmenters must lie within 0 and 10, not 11");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Beta(0.9, 0.8))
                .withMessage("--beta must rise within 0 and 1, not 0.9,0.8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Augmenters(3, List.of(Augmenter.INVERT, Augmenter.ROTATE)))
                .withMessage("--augmenters-per-texture must lie within 0 and 2, not 3");
    }

    private static boolean isMoved(RgbImage original, RgbImage texture, int dx, int dy) {
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                if (original.channel(x, y, 1) != texture.channel((x + dx) % WIDTH, (y + dy) % HEIGHT, 1)) {
                    return false;
                }
            }
        }
        return true;
    }
}
