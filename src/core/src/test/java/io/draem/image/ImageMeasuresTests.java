package io.draem.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.draem.frame.RegionOfInterest;
import io.draem.score.RowMask;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ImageMeasuresTests {

    private static final int SIDE = 32;

    @Test
    void measuresAFlatColor() {
        ImageMeasures measures = ImageMeasures.of(flat(0.8f, 0.5f, 0.2f), SIDE, SIDE);
        assertThat(measures.brightness()).isCloseTo(0.299 * 0.8 + 0.587 * 0.5 + 0.114 * 0.2, within(1e-6));
        assertThat(measures.sharpness()).isZero();
        assertThat(measures.contrast()).isCloseTo(0, within(1e-6));
        assertThat(measures.saturation()).isCloseTo(0.6, within(1e-6));
        assertThat(measures.warmth()).isCloseTo(0.6, within(1e-6));
        assertThat(measures.tint()).isCloseTo(0, within(1e-6));
    }

    @Test
    void measuresARowOfMorePixelsThanAnIntCanSum() {
        byte[] white = new byte[Integer.MAX_VALUE / 255 + 1000];
        Arrays.fill(white, (byte) 255);
        ImageMeasures measures = ImageMeasures.of(new PixelBytes(white.length, 1, 1, white), null);
        assertThat(measures.brightness()).isCloseTo(1, within(1e-6));
        assertThat(measures.warmth()).isCloseTo(0, within(1e-6));
    }

    @Test
    void contrastIsTheDeviationOfTheLuma() {
        float[] luma = {0, 0.5f, 1, 0.5f, 0.25f, 0.75f};
        assertThat(ImageMeasures.of(gray(luma), 3, 2).contrast())
                .isCloseTo(Math.sqrt((0.25 + 0.25 + 0.0625 + 0.0625) / 6), within(1e-7));
    }

    @Test
    void sharpnessIsTheDeviationOfTheLaplacian() {
        int width = 5;
        int height = 4;
        float[] luma = {
            0, 0.1f, 0.2f, 0.9f, 1, 0.3f, 0.8f, 0.1f, 0.4f, 0.5f, 0.6f, 0, 0.7f, 0.2f, 0.9f, 0.1f, 0.5f, 0.3f, 0.6f,
            0.8f
        };
        double sum = 0;
        double squares = 0;
        for (int y = 1; y < height - 1; y++) {
            for (int x = 1; x < width - 1; x++) {
                int i = y * width + x;
                double laplacian = luma[i - width] + luma[i + width] + luma[i - 1] + luma[i + 1] - 4 * luma[i];
                sum += laplacian;
                squares += laplacian * laplacian;
            }
        }
        double expected = Math.sqrt(squares / 6 - Math.pow(sum / 6, 2));
        assertThat(ImageMeasures.of(gray(luma), width, height).sharpness()).isCloseTo(expected, within(1e-6));
    }

    @Test
    void blurLowersSharpnessAlone() {
        float[] sharp = new float[SIDE * SIDE];
        Random random = new Random(1);
        for (int i = 0; i < sharp.length; i++) {
            sharp[i] = random.nextFloat();
        }
        float[] blurred = sharp.clone();
        for (int i = 1; i < sharp.length - 1; i++) {
            blurred[i] = (sharp[i - 1] + sharp[i] + sharp[i + 1]) / 3;
        }
        ImageMeasures before = ImageMeasures.of(gray(sharp), SIDE, SIDE);
        ImageMeasures after = ImageMeasures.of(gray(blurred), SIDE, SIDE);
        assertThat(after.sharpness()).isLessThan(0.7 * before.sharpness());
        assertThat(after.brightness()).isCloseTo(before.brightness(), within(0.01));
    }

    @Test
    void aFrameIsMeasuredAsItsTensorIs() {
        for (int channels : new int[] {1, 3}) {
            PixelBytes frame = noise(700, 900, channels);
            ImageMeasures sampled = ImageMeasures.of(frame, null);
            ImageMeasures all = ImageMeasures.of(ImageTensor.of(frame.toRgb(), 700, 900), 700, 900);
            for (ImageMeasure measure : ImageMeasure.values()) {
                assertThat(sampled.get(measure)).isCloseTo(all.get(measure), within(0.003));
            }
            assertThat(sampled.brightness()).isCloseTo(all.brightness(), within(1e-6));
        }
    }

    @Test
    void aLargeFrameIsMeasuredInGroupsOfRows() {
        byte[] samples = new byte[3000 * 2000];
        for (int y = 0; y < 2000; y++) {
            Arrays.fill(samples, y * 3000, (y + 1) * 3000, (byte) (y % 18 < 3 ? 200 : 0));
        }
        ImageMeasures measures = ImageMeasures.of(new PixelBytes(3000, 2000, 1, samples), null);
        assertThat(measures.brightness()).isCloseTo(200 / 255.0, within(1e-6));
    }

    @Test
    void onlyPixelsOfTheRegionOfInterestAreMeasured() {
        byte[] samples = new byte[3000 * 2000];
        Arrays.fill(samples, (byte) 100);
        Arrays.fill(samples, 1000 * 3000 + 10, 1000 * 3000 + 20, (byte) 50);
        PixelBytes frame = new PixelBytes(3000, 2000, 1, samples);
        RowMask line = RegionOfInterest.parse("0.0034,0.5002 0.0064,0.5002 0.0064,0.5003 0.0034,0.5003")
                .at(3000, 2000);
        assertThat(line.count()).isBetween(5L, 10L);
        assertThat(ImageMeasures.of(frame, line).brightness()).isCloseTo(50 / 255.0, within(1e-6));
        RowMask none =
                RegionOfInterest.parse("0.5,0.5 0.500001,0.5 0.5,0.500001").at(3000, 2000);
        assertThatIllegalArgumentException().isThrownBy(() -> ImageMeasures.of(frame, none));
    }

    private static PixelBytes noise(int width, int height, int channels) {
        byte[] samples = new byte[width * height * channels];
        new Random(3).nextBytes(samples);
        return new PixelBytes(width, height, channels, samples);
    }

    @Test
    void anImageOfOtherSizeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageMeasures.of(new float[12], 3, 3))
                .withMessage("3x3 pixels need 27 values, got 12");
    }

    private static float[] flat(float red, float green, float blue) {
        int plane = SIDE * SIDE;
        float[] pixels = new float[3 * plane];
        Arrays.fill(pixels, 0, plane, red);
        Arrays.fill(pixels, plane, 2 * plane, green);
        Arrays.fill(pixels, 2 * plane, 3 * plane, blue);
        return pixels;
    }

    private static float[] gray(float[] luma) {
        float[] pixels = new float[3 * luma.length];
        for (int channel = 0; channel < 3; channel++) {
            System.arraycopy(luma, 0, pixels, channel * luma.length, luma.length);
        }
        return pixels;
    }
}
