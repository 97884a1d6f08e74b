package io.draem.trainer.synthesis;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.image.RgbImage;
import io.draem.trainer.synthesis.ColorShift.Brightness;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AugmenterTests {

    private static final int SIDE = 64;

    private final RgbImage image = randomImage(7, v -> v);

    @ParameterizedTest
    @EnumSource
    void leavesItsInputAloneAndRepeatsItselfFromTheSameSeed(Augmenter augmenter) {
        byte[] before = image.rgb().clone();
        RgbImage first = augmenter.apply(image, new SplittableRandom(3));
        RgbImage second = augmenter.apply(image, new SplittableRandom(3));
        assertThat(image.rgb()).isEqualTo(before);
        assertThat(first.rgb()).isEqualTo(second.rgb());
        assertThat(first.width()).isEqualTo(SIDE);
    }

    @ParameterizedTest
    @EnumSource
    void changesTheImageAtLeastEveryThirdTime(Augmenter augmenter) {
        long changed = LongStream.range(0, 60)
                .filter(seed -> !Arrays.equals(
                        augmenter.apply(image, new SplittableRandom(seed)).rgb(), image.rgb()))
                .count();
        assertThat(changed).isGreaterThan(20);
    }

    @Test
    void choosesDifferentOnesInEveryOrder() {
        SplittableRandom random = new SplittableRandom(5);
        Map<Augmenter, Integer> first = new EnumMap<>(Augmenter.class);
        for (int i = 0; i < 2000; i++) {
            List<Augmenter> three = Augmenter.choose(3, List.of(Augmenter.values()), random);
            assertThat(three).hasSize(3).doesNotHaveDuplicates();
            first.merge(three.get(0), 1, Integer::sum);
        }
        assertThat(first)
                .hasSize(10)
                .allSatisfy((augmenter, times) -> assertThat(times).isBetween(140, 260));
        assertThat(Augmenter.choose(10, List.of(Augmenter.values()), random))
                .containsExactlyInAnyOrder(Augmenter.values());
        assertThat(Augmenter.choose(0, List.of(Augmenter.values()), random)).isEmpty();
    }

    @Test
    void gammaBrightensBelowOneAndDarkensAboveForEachChannel() {
        RgbImage grey = randomImage(1, v -> 64);
        RgbImage curved = ToneCurve.gamma(grey, 0.5, 1, 2);
        assertThat(curved.channel(3, 3, 0)).isEqualTo(127); // 255 sqrt(64 / 255) = 127.7, cut
        assertThat(curved.channel(3, 3, 1)).isEqualTo(64);
        assertThat(curved.channel(3, 3, 2)).isEqualTo(16); // 255 (64 / 255)^2 = 16.06
    }

    @Test
    void invertingTwiceGivesTheImageBack() {
        assertThat(ToneCurve.invert(image).channel(2, 5, 1)).isEqualTo(255 - image.channel(2, 5, 1));
        assertThat(ToneCurve.invert(ToneCurve.invert(image)).rgb()).isEqualTo(image.rgb());
    }

    @Test
    void solarizingInvertsFromTheThresholdOn() {
        RgbImage solarized = ToneCurve.solarize(image, 100);
        for (int x = 0; x < SIDE; x++) {
            int before = image.channel(x, 4, 2);
            assertThat(solarized.channel(x, 4, 2)).isEqualTo(before < 100 ? before : 255 - before);
        }
    }

    @Test
    void posterizingKeepsTheHighestBits() {
        for (int bits = 1; bits <= 8; bits++) {
            RgbImage posterized = ToneCurve.posterize(image, bits);
            int low = (1 << (8 - bits)) - 1;
            for (int i = 0; i < image.rgb().length; i++) {
                assertThat(posterized.rgb()[i] & 0xFF).isEqualTo(image.rgb()[i] & 0xFF & ~low);
            }
        }
    }

    @Test
    void autoContrastStretchesEachChannelToTheWholeRange() {
        RgbImage dull = randomImage(9, v -> 100 + v % 50);
        RgbImage stretched = ToneCurve.autoContrast(dull, 0);
        assertThat(values(stretched, 0).min()).hasValue(0);
        assertThat(values(stretched, 0).max()).hasValue(255);
    }

    @Test
    void autoContrastCutsOffTheGivenShare() {
        // 100 pixels with the values 0 to 99: with 10 per cent cut off at either end, 10 becomes 0 and 89 becomes 255.
        byte[] ramp = new byte[300];
        for (int i = 0; i < 300; i++) {
            ramp[i] = (byte) (i / 3);
        }
        RgbImage stretched = ToneCurve.autoContrast(new RgbImage(100, 1, ramp), 10);
        assertThat(stretched.channel(10, 0, 0)).isZero();
        assertThat(stretched.channel(11, 0, 0)).isEqualTo(3);
        assertThat(stretched.channel(88, 0, 0)).isEqualTo(251);
        assertThat(stretched.channel(89, 0, 0)).isEqualTo(255);
    }

    @Test
    void equalizingMakesLevelsAboutEquallyFrequent() {
        RgbImage dark = randomImage(11, v -> v * v / 1024); // most values are small
        RgbImage equalized = ToneCurve.equalize(dark);
        assertThat(values(dark, 1).filter(v -> v >= 32).count()).isLessThan(SIDE * SIDE * 4 / 10);
        assertThat(values(equalized, 1).filter(v -> v >= 128).count())
                .isBetween(SIDE * SIDE * 4L / 10, SIDE * SIDE * 6L / 10);
    }

    @Test
    void aFlatImageSurvivesHistogramsUnchanged() {
        RgbImage flat = randomImage(1, v -> 90);
        assertThat(ToneCurve.equalize(flat).rgb()).isEqualTo(flat.rgb());
        assertThat(ToneCurve.autoContrast(flat, 20).rgb()).isEqualTo(flat.rgb());
        assertThat(Sharpness.enhance(flat, 2).rgb()).isEqualTo(flat.rgb());
    }

    @Test
    void sharpnessOfOneChangesNothingAndOtherFactorsMoveAnEdgeApartOrTogether() {
        assertThat(Sharpness.enhance(image, 1).rgb()).isEqualTo(image.rgb());
        byte[] rgb = new byte[5 * 3 * 3];
        Arrays.fill(rgb, (byte) 50);
        Arrays.fill(rgb, 22, 23, (byte) 180); // green of the middle pixel
        RgbImage dot = new RgbImage(5, 3, rgb);
        assertThat(Sharpness.enhance(dot, 0).channel(2, 1, 1)).isEqualTo(100); // (8 · 50 + 5 · 180) / 13
        assertThat(Sharpness.enhance(dot, 2).channel(2, 1, 1)).isEqualTo(255); // 100 + 2 · 80, clamped
        assertThat(Sharpness.enhance(dot, 0).channel(1, 1, 1)).isEqualTo(60); // (12 · 50 + 180) / 13
        assertThat(Sharpness.enhance(dot, 0).channel(2, 0, 1)).isEqualTo(50); // the border stays
    }

    @Test
    void brightnessMovesTheChosenCoordinateAlone() {
        RgbImage orange = new RgbImage(1, 1, new byte[] {(byte) 160, 80, 40});
        RgbImage luma = ColorShift.brightness(orange, Brightness.LUMA, 1, 20, false);
        assertThat(luma.rgb()).containsExactly((byte) 180, 100, 60);
        RgbImage value = ColorShift.brightness(orange, Brightness.VALUE, 0.5f, 0, false);
        assertThat(value.rgb()).containsExactly(80, 40, 20);
        // Lightness 100 becomes 120: the room for chroma grows from 200 to 240, and with it the difference to it.
        RgbImage lightness = ColorShift.brightness(orange, Brightness.LIGHTNESS, 1.2f, 0, true);
        assertThat(lightness.rgb()).containsExactly((byte) 192, 96, 48);
    }

    @Test
    void brightnessMultipliesAndAddsInTheGivenOrder() {
        RgbImage grey = new RgbImage(1, 1, new byte[] {100, 100, 100});
        assertThat(ColorShift.brightness(grey, Brightness.LUMA, 1.2f, 30, false).channel(0, 0, 0))
                .isEqualTo(150);
        assertThat(ColorShift.brightness(grey, Brightness.LUMA, 1.2f, 30, true).channel(0, 0, 0))
                .isEqualTo(156);
    }

    @Test
    void hueTurnsRedToGreenToBlueAndAFullCircleChangesNothing() {
        RgbImage red = new RgbImage(1, 1, new byte[] {(byte) 200, 20, 20});
        assertThat(ColorShift.hueAndSaturation(red, 120, 0).rgb()).containsExactly((byte) 20, (byte) 200, (byte) 20);
        assertThat(ColorShift.hueAndSaturation(red, -120, 0).rgb()).containsExactly((byte) 20, (byte) 20, (byte) 200);
        byte[] turned = ColorShift.hueAndSaturation(image, 360, 0).rgb();
        for (int i = 0; i < turned.length; i++) {
            assertThat(turned[i] & 0xFF).isBetween((image.rgb()[i] & 0xFF) - 1, (image.rgb()[i] & 0xFF) + 1);
        }
    }

    @Test
    void withoutSaturationAColorIsAsGreyAsItsValue() {
        RgbImage red = new RgbImage(1, 1, new byte[] {(byte) 200, 20, 20});
        assertThat(ColorShift.hueAndSaturation(red, 0, -255).rgb()).containsExactly((byte) 200, (byte) 200, (byte) 200);
        assertThat(ColorShift.hueAndSaturation(red, 0, 255).rgb()).containsExactly((byte) 200, (byte) 0, (byte) 0);
    }

    private IntStream values(RgbImage of, int channel) {
        return IntStream.range(0, SIDE * SIDE).map(i -> of.channel(i % SIDE, i / SIDE, channel));
    }

    private static RgbImage randomImage(long seed, IntUnaryOperator level) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] rgb = new byte[SIDE * SIDE * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) level.applyAsInt(random.nextInt(256));
        }
        return new RgbImage(SIDE, SIDE, rgb);
    }
}
