package io.draem.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageTensorTests {

    @Test
    void keepsEveryPixelWhereTheSizeIsTheSame() {
        RgbImage image = noise(7, 5);

        float[] tensor = ImageTensor.of(image, 7, 5);

        for (int channel = 0; channel < 3; channel++) {
            for (int i = 0; i < 35; i++) {
                assertThat(tensor[channel * 35 + i])
                        .isCloseTo(image.channel(i % 7, i / 7, channel) / 255f, within(1e-6f));
            }
        }
    }

    @Test
    void averagesPixelsWhereItShrinks() {
        // A triangle of support 2 around the middle of each pair: weights 1, 3, 3, 1 (of 8), cut and scaled at the
        // border.
        RgbImage image = new RgbImage(4, 1, bytes(0, 80, 160, 240));

        float[] tensor = ImageTensor.of(image, 2, 1);

        assertThat(tensor[0] * 255).isCloseTo((3 * 0 + 3 * 80 + 160) / 7f, within(1e-4f));
        assertThat(tensor[1] * 255).isCloseTo((80 + 3 * 160 + 3 * 240) / 7f, within(1e-4f));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 32, 64", "640, 480, 32, 32", "33, 1000, 64, 32", "3, 5, 1, 1", "1000, 3, 999, 4"})
    void anImageOfOneColorKeepsIt(int width, int height, int targetWidth, int targetHeight) {
        byte[] rgb = new byte[width * height * 3];
        Arrays.fill(rgb, (byte) 200);

        float[] tensor = ImageTensor.of(new RgbImage(width, height, rgb), targetWidth, targetHeight);

        assertThat(tensor).hasSize(3 * targetWidth * targetHeight);
        for (float value : tensor) {
            assertThat(value).isCloseTo(200 / 255f, within(1e-5f));
        }
    }

    @Test
    void writesAfterTheContentOfTheBuffer() {
        RgbImage image = noise(40, 30);
        FloatBuffer batch = ByteBuffer.allocateDirect(4 * (10 + 3 * 32 * 32))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        batch.position(10);

        ImageTensor.write(image, 32, 32, batch);

        assertThat(batch.hasRemaining()).isFalse();
        float[] written = new float[3 * 32 * 32];
        batch.get(10, written);
        assertThat(written).isEqualTo(ImageTensor.of(image, 32, 32));
        assertThat(batch.get(9)).isZero();
    }

    @Test
    void refusesABufferThatIsTooSmall() {
        FloatBuffer buffer = FloatBuffer.allocate(3 * 32 * 32 - 1);

        assertThatThrownBy(() -> ImageTensor.write(noise(4, 4), 32, 32, buffer))
                .isInstanceOf(BufferOverflowException.class);
        assertThat(buffer.position()).isZero();
    }

    @Test
    void aMaskTakesTheNearestPixel() {
        byte[] rgb = new byte[4 * 2 * 3];
        rgb[3 * 2 + 1] = (byte) 255; // the third pixel of the first row, in green
        rgb[3 * 7] = 127;
        RgbImage mask = new RgbImage(4, 2, rgb);

        assertThat(ImageMask.of(mask).resized(4, 2))
                .containsExactly(false, false, true, false, false, false, false, false);
        assertThat(ImageMask.of(mask).resized(2, 1)).containsExactly(false, true);
        assertThat(ImageMask.of(mask).resized(8, 1))
                .containsExactly(false, false, false, false, true, true, false, false);
    }

    private static RgbImage noise(int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        new Random(2).nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }

    private static byte[] bytes(int... grays) {
        byte[] rgb = new byte[grays.length * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) grays[i / 3];
        }
        return rgb;
    }
}
