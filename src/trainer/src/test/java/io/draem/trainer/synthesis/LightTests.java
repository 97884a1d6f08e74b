package io.draem.trainer.synthesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.draem.trainer.synthesis.NormalSource.Normal;
import io.draem.trainer.synthesis.SynthesisOptions.SelfTextures;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Other light on normal images. */
class LightTests {

    private static final int SIDE = 32;
    private static final int AREA = SIDE * SIDE;

    private final SynthesisOptions lit = SynthesisOptions.DEFAULTS.with(new NormalAugmentation(0, 0, 0.2));

    @Test
    void brightnessAndContrastStayWithinTheirLimits() {
        float[] image = new float[3 * AREA];
        for (int i = 0; i < image.length; i++) {
            image[i] = i % 2 == 0 ? 0.3f : 0.5f;
        }
        float dimmest = 1;
        float brightest = 0;
        float flattest = 1;
        float steepest = 0;
        for (int seed = 0; seed < 500; seed++) {
            float[] changed = Light.draw(0.2, image, new SplittableRandom(seed)).applyTo(image);
            float brightness = (changed[0] + changed[1]) / 2 / 0.4f;
            float contrast = (changed[1] - changed[0]) / 0.2f / brightness;
            dimmest = Math.min(dimmest, brightness);
            brightest = Math.max(brightest, brightness);
            flattest = Math.min(flattest, contrast);
            steepest = Math.max(steepest, contrast);
        }
        assertThat(dimmest).isBetween(0.7999f, 0.81f);
        assertThat(brightest).isBetween(1.19f, 1.2001f);
        assertThat(flattest).isBetween(0.7999f, 0.81f);
        assertThat(steepest).isBetween(1.19f, 1.2001f);
    }

    @Test
    void valuesAreClampedAndUnchangedLightKeepsTheArray() {
        float[] image = {0, 0.5f, 1};
        assertThat(new Light(2, -0.5f).applyTo(image)).containsExactly(0, 0.5f, 1);
        assertThat(Light.UNCHANGED.applyTo(image)).isSameAs(image);
    }

    @Test
    void aSampleIsInOneLightOutsideItsAnomaly() {
        float[] image = TestImages.tensors(SIDE, SIDE, 1).get(0);
        AnomalySynthesizer synthesizer = synthesizer(lit, image);
        for (int seed = 0; seed < 50; seed++) {
            Sample sample = synthesizer.synthesize(new Normal(image, null), true, new SplittableRandom(seed));
            assertThat(sample.clean()).isNotEqualTo(image);
            for (int i = 0; i < image.length; i++) {
                if (sample.mask()[i % AREA] == 0) {
                    assertThat(sample.augmented()[i]).isEqualTo(sample.clean()[i]);
                }
            }
        }
        Sample unchanged = synthesizer
                .withoutNormalAugmentation()
                .synthesize(new Normal(image, null), false, new SplittableRandom(1));
        assertThat(unchanged.clean()).isSameAs(image);
    }

    /** Another part of the product in another light would be an anomaly by its brightness alone. */
    @Test
    void texturesOfOtherNormalImagesAreInTheSameLight() {
        float[] gray = new float[3 * AREA];
        Arrays.fill(gray, 102 / 255f);
        AnomalySynthesizer synthesizer = synthesizer(lit.with(new SelfTextures(1, 0, 0)), gray, gray.clone());
        for (int seed = 0; seed < 50; seed++) {
            Sample sample = synthesizer.synthesize(new Normal(gray, null), true, new SplittableRandom(seed));
            for (int i = 0; i < gray.length; i++) {
                assertThat(sample.augmented()[i]).isEqualTo(sample.clean()[i], within(0.51f / 255));
            }
        }
    }

    @Test
    void aRotatedImageKeepsBlackCorners() {
        float[] white = new float[3 * AREA];
        Arrays.fill(white, 1);
        AnomalySynthesizer synthesizer = synthesizer(lit.with(new NormalAugmentation(1, 45, 0.2)), white);
        int black = 0;
        for (int seed = 0; seed < 20; seed++) {
            Sample sample = synthesizer.synthesize(new Normal(white, null), false, new SplittableRandom(seed));
            black += sample.clean()[0] == 0 ? 1 : 0;
        }
        assertThat(black).isGreaterThan(15);
    }

    @Test
    void changesThatLeaveNothingOfAnImageAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NormalAugmentation(0, 0, 0.6))
                .withMessage("--vary-light must be from 0 to 0.5, not 0.6");
    }

    private static AnomalySynthesizer synthesizer(SynthesisOptions options, float[]... normals) {
        return new AnomalySynthesizer(
                options, SIDE, SIDE, NormalSource.whole(new TestImages<>(List.of(normals)), null), null);
    }
}
