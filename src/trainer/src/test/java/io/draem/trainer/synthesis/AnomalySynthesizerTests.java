package io.draem.trainer.synthesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.draem.frame.RegionOfInterest;
import io.draem.image.RgbImage;
import io.draem.score.RowMask;
import io.draem.trainer.synthesis.NormalSource.Normal;
import io.draem.trainer.synthesis.SynthesisOptions.Appearance;
import io.draem.trainer.synthesis.SynthesisOptions.Augmenters;
import io.draem.trainer.synthesis.SynthesisOptions.Beta;
import io.draem.trainer.synthesis.SynthesisOptions.Perlin;
import io.draem.trainer.synthesis.SynthesisOptions.SelfTextures;
import io.draem.trainer.synthesis.SynthesisOptions.Shapes;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AnomalySynthesizerTests {

    private static final int WIDTH = 64;
    private static final int HEIGHT = 32;
    private static final int AREA = WIDTH * HEIGHT;

    private final TestImages<float[]> normals = TestImages.tensors(WIDTH, HEIGHT, 3);
    private final NormalSource source = whole(normals);
    private final TestImages<RgbImage> textures = TestImages.pictures(WIDTH, HEIGHT, 2);
    private final SynthesisOptions upright = SynthesisOptions.DEFAULTS.with(NormalAugmentation.NONE);

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
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(upright, WIDTH, HEIGHT, source, textures);
        int different = 0;
        for (int seed = 0; seed < 300; seed++) {
            Sample sample = synthesizer.synthesize(normal(0), true, new SplittableRandom(seed));
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
                SynthesisOptions.DEFAULTS.withAnomalyProbability(0), WIDTH, HEIGHT, source, textures);
        for (int seed = 0; seed < 20; seed++) {
            Sample sample = synthesizer.synthesize(normal(1), new SplittableRandom(seed));
            assertThat(sample.anomalous()).isFalse();
            assertThat(sample.mask()).hasSize(AREA).containsOnly(0f);
            assertThat(sample.augmented()).isEqualTo(sample.clean());
        }
    }

    @Test
    void keepsTheProbabilitiesOfAnomaliesAndRotatedImages() {
        AnomalySynthesizer synthesizer =
                new AnomalySynthesizer(SynthesisOptions.DEFAULTS, WIDTH, HEIGHT, source, textures);
        int anomalous = 0;
        int turned = 0;
        SplittableRandom random = new SplittableRandom(17);
        for (int i = 0; i < 1000; i++) {
            Sample sample = synthesizer.synthesize(normal(0), random);
            anomalous += sample.anomalous() ? 1 : 0;
            turned += sample.clean() == normals.get(0) ? 0 : 1;
        }
        assertThat(anomalous).isBetween(440, 560);
        assertThat(turned).isBetween(245, 355);
    }

    @Test
    void aTurnedImageIsTurnedInBothPictures() {
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(
                SynthesisOptions.DEFAULTS.with(new NormalAugmentation(1, 90, 0)), WIDTH, HEIGHT, source, textures);
        Sample sample = synthesizer.synthesize(normal(0), true, new SplittableRandom(2));
        assertThat(sample.clean()).isNotEqualTo(normals.get(0));
        for (int i = 0; i < 3 * AREA; i++) {
            if (sample.mask()[i % AREA] == 0) {
                assertThat(sample.augmented()[i]).isEqualTo(sample.clean()[i]);
            }
        }
    }

    @Test
    void makesItsOwnTexturesWithoutAnAnomalySource() {
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(upright, WIDTH, HEIGHT, source, null);
        Sample sample = synthesizer.synthesize(normal(0), true, new SplittableRandom(4));
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
                NormalAugmentation.NONE,
                new SelfTextures(0.5, 0, 0),
                new Shapes(0, 0),
                new Appearance(0, false, 0));
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(
                options, WIDTH, HEIGHT, whole(TestImages.of(red)), TestImages.of(new RgbImage(WIDTH, HEIGHT, blue)));
        int self = 0;
        for (int seed = 0; seed < 200; seed++) {
            Sample sample = synthesizer.synthesize(new Normal(new float[3 * AREA], null), new SplittableRandom(seed));
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
        TextureSource source = TextureSource.normals(whole(TestImages.tensors(WIDTH, HEIGHT, 1)), WIDTH, HEIGHT);
        RgbImage original = Pixels.fromTensor(normals.get(0), WIDTH, HEIGHT);
        RgbImage texture = source.draw(normal(0), new SplittableRandom(8));
        boolean found = false;
        for (int dy = HEIGHT / 4; dy <= 3 * HEIGHT / 4; dy++) {
            for (int dx = WIDTH / 4; dx <= 3 * WIDTH / 4; dx++) {
                found |= isMoved(original, texture, dx, dy);
            }
        }
        assertThat(found).isTrue();
    }

    @Test
    void anotherTextureTakesThePlaceOfOneThatCannotBeSeen() {
        float[] grey = new float[3 * AREA];
        Arrays.fill(grey, 0.5f);
        SynthesisOptions always = upright.with(new SelfTextures(1, 0, 0.04));
        AnomalySynthesizer synthesizer =
                new AnomalySynthesizer(always, WIDTH, HEIGHT, whole(TestImages.of(grey)), textures);
        Sample sample = synthesizer.synthesize(new Normal(grey, null), true, new SplittableRandom(1));
        assertThat(sample.mask()).contains(1f);
        assertThat(sample.augmented()).isNotEqualTo(grey);
    }

    @Test
    void aTextureLosesItsColorOnAGreyImageAlone() {
        float[] grey = new float[3 * AREA];
        Arrays.fill(grey, 0.5f);
        AnomalySynthesizer synthesizer =
                new AnomalySynthesizer(upright.with(new Appearance(0, true, 0)), WIDTH, HEIGHT, source, textures);
        Sample onGrey = synthesizer.synthesize(new Normal(grey, null), true, new SplittableRandom(3));
        assertThat(onGrey.augmented()).isNotEqualTo(grey);
        assertThat(ColorShift.isGray(onGrey.augmented())).isTrue();

        AnomalySynthesizer plain = new AnomalySynthesizer(upright, WIDTH, HEIGHT, source, textures);
        assertThat(synthesizer
                        .synthesize(normal(0), true, new SplittableRandom(3))
                        .augmented())
                .isEqualTo(plain.synthesize(normal(0), true, new SplittableRandom(3))
                        .augmented());
    }

    @Test
    void aSoftEdgeIsMarkedWhereItShows() {
        float[] black = new float[3 * AREA];
        byte[] white = new byte[3 * AREA];
        Arrays.fill(white, (byte) 255);
        SynthesisOptions soft = new SynthesisOptions(
                1,
                SynthesisOptions.DEFAULTS.perlin(),
                new Beta(0, 0),
                new Augmenters(0, List.of()),
                NormalAugmentation.NONE,
                new SelfTextures(0, 0, 0),
                new Shapes(0, 3),
                new Appearance(0, false, 0));
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(
                soft, WIDTH, HEIGHT, whole(TestImages.of(black)), TestImages.of(new RgbImage(WIDTH, HEIGHT, white)));
        boolean fades = false;
        for (int seed = 0; seed < 20; seed++) {
            Sample sample = synthesizer.synthesize(new Normal(black, null), true, new SplittableRandom(seed));
            for (int i = 0; i < AREA; i++) {
                float shown = sample.augmented()[i];
                assertThat(sample.mask()[i]).isEqualTo(shown > 0.05f ? 1 : 0);
                fades |= shown > 0 && shown < 1;
            }
        }
        assertThat(fades).isTrue();
    }

    @Test
    void strokesTakeThePlaceOfNoiseAsOftenAsAsked() {
        AnomalySynthesizer synthesizer =
                new AnomalySynthesizer(upright.with(new Shapes(1, 0)), WIDTH, HEIGHT, source, textures);
        for (int seed = 0; seed < 50; seed++) {
            Sample sample = synthesizer.synthesize(normal(0), true, new SplittableRandom(seed));
            int inside = 0;
            for (float pixel : sample.mask()) {
                inside += pixel > 0 ? 1 : 0;
            }
            assertThat(inside).isBetween(1, 3 * HEIGHT * 4); // three strokes of the shorter side, about 2 pixels wide
        }
    }

    @Test
    void anAnomalyIsInsideTheRegionOfInterestAlone() {
        SynthesisOptions options = upright.with(new Shapes(0.4, 4))
                .with(new SelfTextures(0.3, 0, 0.04))
                .with(new Appearance(0.2, false, 3));
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(options, WIDTH, HEIGHT, source, textures);
        float[] corner = inside(0, 0, 20, 12);
        float[] three = inside(40, 20, 43, 21);
        for (float[] inside : List.of(corner, three)) {
            for (int seed = 0; seed < 200; seed++) {
                Normal normal = new Normal(normals.get(0), inside);
                Sample sample = synthesizer.synthesize(normal, true, new SplittableRandom(seed));
                assertThat(sample.anomalous()).isTrue();
                assertThat(sample.mask()).contains(1f);
                for (int i = 0; i < 3 * AREA; i++) {
                    if (inside[i % AREA] == 0) {
                        assertThat(sample.mask()[i % AREA]).isZero();
                        assertThat(sample.augmented()[i]).isEqualTo(sample.clean()[i]);
                    }
                }
            }
        }
    }

    @Test
    void aRotatedPartOfAFrameHasReflectedCornersAndAWholeImageBlackOnes() {
        SynthesisOptions rotating = SynthesisOptions.DEFAULTS.with(new NormalAugmentation(1, 90, 0));
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(rotating, WIDTH, HEIGHT, source, textures);
        float[] planes = new float[3 * AREA];
        for (int i = 0; i < planes.length; i++) {
            planes[i] = 0.2f + 0.2f * (i / AREA) + 0.1f * (i % WIDTH) / WIDTH;
        }
        int black = 0;
        for (int seed = 0; seed < 20; seed++) {
            Sample part =
                    synthesizer.synthesize(Normal.of(planes, null, null, true), false, new SplittableRandom(seed));
            for (int i = 0; i < planes.length; i++) {
                assertThat(part.clean()[i])
                        .as("plane %d", i / AREA)
                        .isBetween(0.199f + 0.2f * (i / AREA), 0.301f + 0.2f * (i / AREA));
            }
            assertThat(part.clean()).isNotEqualTo(planes);
            Sample whole = synthesizer.synthesize(new Normal(planes, null), false, new SplittableRandom(seed));
            black += whole.clean()[0] == 0 ? 1 : 0;
        }
        assertThat(black).isGreaterThan(10);
    }

    /** Of a frame with a defect at its border the reflection shows the defect too. */
    @Test
    void theReflectionOutsideAFrameShowsTheAnomaly() {
        SynthesisOptions options = upright.with(new Shapes(0.4, 4)).with(new Appearance(0.2, false, 3));
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(options, WIDTH, HEIGHT, source, textures);
        int margin = 8;
        int[] reflection = new int[AREA];
        Arrays.setAll(reflection, i -> i % WIDTH < margin ? i + 2 * (margin - i % WIDTH) : i);
        float[] image = normals.get(0).clone();
        for (int i = 0; i < image.length; i++) {
            image[i] = image[i - i % AREA + reflection[i % AREA]];
        }
        int reflected = 0;
        for (int seed = 0; seed < 200; seed++) {
            Normal normal = Normal.of(image, inside(margin, 0, WIDTH, HEIGHT), reflection, true);
            Sample sample = synthesizer.synthesize(normal, true, new SplittableRandom(seed));
            for (int i = 0; i < 3 * AREA; i++) {
                int shown = i - i % AREA + reflection[i % AREA];
                assertThat(sample.augmented()[i]).isEqualTo(sample.augmented()[shown]);
                assertThat(sample.mask()[i % AREA]).isEqualTo(sample.mask()[shown % AREA]);
                reflected += i != shown && sample.augmented()[i] != sample.clean()[i] ? 1 : 0;
            }
        }
        assertThat(reflected).isPositive();
    }

    @Test
    void theRegionOfInterestIsRotatedWithTheImage() {
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(
                SynthesisOptions.DEFAULTS.with(new NormalAugmentation(1, 90, 0)), WIDTH, HEIGHT, source, textures);
        float[] inside = inside(20, 4, 44, 28);
        float[] image = new float[3 * AREA];
        for (int i = 0; i < image.length; i++) {
            image[i] = inside[i % AREA];
        }
        for (int seed = 0; seed < 100; seed++) {
            Sample sample = synthesizer.synthesize(new Normal(image, inside), true, new SplittableRandom(seed));
            assertThat(sample.anomalous()).isTrue();
            for (int i = 0; i < AREA; i++) {
                if (sample.mask()[i] > 0) {
                    assertThat(sample.clean()[i]).isGreaterThanOrEqualTo(0.5f);
                }
            }
        }
    }

    @Test
    void aRegionOfEverythingChangesNothingAndOneOfNothingLeavesTheImageClean() {
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(upright, WIDTH, HEIGHT, source, textures);
        for (int seed = 0; seed < 20; seed++) {
            Sample without = synthesizer.synthesize(normal(0), true, new SplittableRandom(seed));
            Sample all = synthesizer.synthesize(
                    new Normal(normals.get(0), inside(0, 0, WIDTH, HEIGHT)), true, new SplittableRandom(seed));
            assertThat(all.augmented()).isEqualTo(without.augmented());
            assertThat(all.mask()).isEqualTo(without.mask());
            Sample nothing = synthesizer.synthesize(
                    new Normal(normals.get(0), new float[AREA]), true, new SplittableRandom(seed));
            assertThat(nothing.anomalous()).isFalse();
            assertThat(nothing.augmented()).isSameAs(normals.get(0));
        }
    }

    @Test
    void wholeImagesDrawNoRandomNumber() {
        RowMask left = RegionOfInterest.parse("0,0 0.5,0 0.5,1 0,1").at(WIDTH, HEIGHT);
        Normal drawn = NormalSource.whole(normals, left).draw(1, () -> {
            throw new AssertionError("a random number was drawn");
        });
        assertThat(drawn.pixels()).isSameAs(normals.get(1));
        assertThat(drawn.inside()).isEqualTo(inside(0, 0, WIDTH / 2, HEIGHT));
    }

    @Test
    void aToneIsTheImageItselfDarkerOrLighterAndOftenInAnotherColorUnlessItIsGray() {
        SynthesisOptions always = upright.with(new Appearance(1, false, 0)).with(new Beta(0, 0));
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(always, WIDTH, HEIGHT, source, textures);
        float[] gray = new float[3 * AREA];
        Arrays.fill(gray, 0.5f);
        float[] brown = gray.clone();
        Arrays.fill(brown, 2 * AREA, 3 * AREA, 0.4f);
        boolean darker = false;
        boolean lighter = false;
        int colored = 0;
        for (int seed = 0; seed < 400; seed++) {
            float[] ofGray = change(synthesizer.synthesize(new Normal(gray, null), true, new SplittableRandom(seed)));
            assertThat(ofGray[1]).isEqualTo(ofGray[0]);
            assertThat(ofGray[2]).isEqualTo(ofGray[0]);
            float[] ofBrown = change(synthesizer.synthesize(new Normal(brown, null), true, new SplittableRandom(seed)));
            double largest = Math.max(Math.abs(ofBrown[0]), Math.max(Math.abs(ofBrown[1]), Math.abs(ofBrown[2])));
            assertThat(largest).isBetween(0.09, 0.61);
            boolean equal = Math.abs(ofBrown[0] - ofBrown[1]) < 0.01; // red and green end at the same level
            colored += equal ? 0 : 1;
            darker |= equal && ofBrown[0] < 0;
            lighter |= equal && ofBrown[0] > 0;
        }
        assertThat(darker && lighter).isTrue();
        assertThat(colored).isBetween(160, 240);
    }

    /** Returns by how much an anomaly of one color changes each channel. */
    private static float[] change(Sample sample) {
        int pixel = 0;
        while (sample.mask()[pixel] == 0) {
            pixel++;
        }
        float[] change = new float[3];
        for (int channel = 0; channel < 3; channel++) {
            int at = channel * AREA + pixel;
            change[channel] = sample.augmented()[at] - sample.clean()[at];
        }
        return change;
    }

    @Test
    void refusesAnImageOfAnotherSize() {
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(upright, WIDTH, HEIGHT, source, textures);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> synthesizer.synthesize(new Normal(new float[12], null), new SplittableRandom(1)))
                .withMessageContaining("3x32x64");
    }

    @Test
    void refusesOptionsThatMakeNoSense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SynthesisOptions.DEFAULTS.withAnomalyProbability(1.5))
                .withMessage("--anomaly-probability must be from 0 to 1, not 1.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Perlin(3, 2, 0.5, 90))
                .withMessage("--perlin-scales must rise and end at 12 or below, not 3,2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SelfTextures(1, 11, 0))
                .withMessage("--self-texture-augmenters must be from 0 to 10, not 11");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> upright.with(new SelfTextures(0.6, 0, 0)).with(new Appearance(0.5, false, 0)))
                .withMessage("--self-textures and --tones must be at most 1 together, not 1.1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Beta(0.9, 0.8))
                .withMessage("--beta must rise within 0 and 1, not 0.9,0.8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Beta(1, 1))
                .withMessage("--beta must begin below 1, or no anomaly changes the image, not 1.0,1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Augmenters(3, List.of(Augmenter.INVERT, Augmenter.ROTATE)))
                .withMessage("--augmenters-per-texture must be from 0 to 2, not 3");
    }

    private static float[] inside(int left, int top, int right, int bottom) {
        float[] inside = new float[AREA];
        for (int y = top; y < bottom; y++) {
            Arrays.fill(inside, y * WIDTH + left, y * WIDTH + right, 1);
        }
        return inside;
    }

    private Normal normal(int index) {
        return new Normal(normals.get(index), null);
    }

    private static NormalSource whole(ImageSource<float[]> images) {
        return NormalSource.whole(images, null);
    }

    private static int indexOf(float[] values, float value) {
        int i = 0;
        while (values[i] != value) {
            i++;
        }
        return i;
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
