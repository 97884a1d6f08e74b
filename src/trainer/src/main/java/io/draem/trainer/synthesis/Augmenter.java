package io.draem.trainer.synthesis;

import io.draem.image.RgbImage;
import io.draem.trainer.synthesis.ColorShift.Brightness;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * The ten augmenters of textures, on 8-bit RGB, with the ranges of the official repository.
 *
 * <p>Each constant's expression is the one in {@code data_loader.py} there; its defaults are those of imgaug
 * 0.4.0, which that repository uses.
 *
 * @see <a href="https://github.com/VitjanZ/DRAEM/blob/main/data_loader.py">the official repository</a>
 */
public enum Augmenter {
    /** {@code GammaContrast((0.5, 2.0), per_channel=True)}. */
    GAMMA_CONTRAST {
        @Override
        RgbImage apply(RgbImage image, RandomGenerator random) {
            return ToneCurve.gamma(
                    image, random.nextDouble(0.5, 2), random.nextDouble(0.5, 2), random.nextDouble(0.5, 2));
        }
    },

    /**
     * {@code MultiplyAndAddToBrightness(mul=(0.8, 1.2), add=(-30, 30))}: product and sum in random order, on the
     * brightness of a random color space. Of imgaug's six, YCrCb and YUV have the same brightness; Lab and Luv, whose
     * lightness is a curve of nearly that, are treated like them.
     */
    BRIGHTNESS {
        @Override
        RgbImage apply(RgbImage image, RandomGenerator random) {
            Brightness kind = switch (random.nextInt(6)) {
                case 0 -> Brightness.VALUE;
                case 1 -> Brightness.LIGHTNESS;
                default -> Brightness.LUMA;
            };
            float factor = (float) random.nextDouble(0.8, 1.2);
            return ColorShift.brightness(image, kind, factor, random.nextInt(-30, 31), random.nextBoolean());
        }
    },

    /** {@code pillike.EnhanceSharpness()}: a factor from 0 to 2. */
    SHARPNESS {
        @Override
        RgbImage apply(RgbImage image, RandomGenerator random) {
            return Sharpness.enhance(image, (float) random.nextDouble(0, 2));
        }
    },

    /**
     * {@code AddToHueAndSaturation((-50, 50), per_channel=True)}: two whole numbers; the first in 255ths of the full
     * circle, the second in 255ths of full saturation.
     */
    HUE_AND_SATURATION {
        @Override
        RgbImage apply(RgbImage image, RandomGenerator random) {
            float degrees = random.nextInt(-50, 51) * 360f / 255;
            return ColorShift.hueAndSaturation(image, degrees, random.nextInt(-50, 51));
        }
    },

    /** {@code Solarize(0.5, threshold=(32, 128))}: with probability one half the image is unchanged. */
    SOLARIZE {
        @Override
        RgbImage apply(RgbImage image, RandomGenerator random) {
            int threshold = (int) random.nextDouble(32, 128);
            return random.nextBoolean() ? ToneCurve.solarize(image, threshold) : image;
        }
    },

    /** {@code Posterize()}: 1 to 8 bits. */
    POSTERIZE {
        @Override
        RgbImage apply(RgbImage image, RandomGenerator random) {
            return ToneCurve.posterize(image, random.nextInt(1, 9));
        }
    },

    /** {@code Invert()}: without an argument always. */
    INVERT {
        @Override
        RgbImage apply(RgbImage image, RandomGenerator random) {
            return ToneCurve.invert(image);
        }
    },

    /** {@code pillike.Autocontrast()}: 0 to 20 percent cut off at both ends. */
    AUTO_CONTRAST {
        @Override
        RgbImage apply(RgbImage image, RandomGenerator random) {
            return ToneCurve.autoContrast(image, random.nextInt(21));
        }
    },

    /** {@code pillike.Equalize()}. */
    EQUALIZE {
        @Override
        RgbImage apply(RgbImage image, RandomGenerator random) {
            return ToneCurve.equalize(image);
        }
    },

    /** {@code Affine(rotate=(-45, 45))}. */
    ROTATE {
        @Override
        RgbImage apply(RgbImage image, RandomGenerator random) {
            return Rotation.rotate(image, random.nextDouble(-45, 45));
        }
    };

    /** Returns the image changed by this augmenter with random parameters; the image itself is not changed. */
    abstract RgbImage apply(RgbImage image, RandomGenerator random);

    /** Returns {@code count} different ones of {@code among} in random order, each set and order equally likely. */
    static List<Augmenter> choose(int count, List<Augmenter> among, RandomGenerator random) {
        Augmenter[] all = among.toArray(Augmenter[]::new);
        for (int i = 0; i < count; i++) {
            int chosen = random.nextInt(i, all.length);
            Augmenter augmenter = all[chosen];
            all[chosen] = all[i];
            all[i] = augmenter;
        }
        return List.of(all).subList(0, count);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
