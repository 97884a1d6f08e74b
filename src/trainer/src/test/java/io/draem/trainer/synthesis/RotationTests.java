package io.draem.trainer.synthesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.image.RgbImage;
import org.junit.jupiter.api.Test;

class RotationTests {

    private final float[] square = {1, 2, 3, 4, 5, 6, 7, 8, 9};

    @Test
    void byNothingChangesNothing() {
        assertThat(Rotation.rotate(square, 3, 3, 0)).containsExactly(square);
    }

    @Test
    void byARightAngleMovesPixelsOntoPixels() {
        assertThat(Rotation.rotate(square, 3, 3, 90))
                .containsExactly(new float[] {7, 4, 1, 8, 5, 2, 9, 6, 3}, within(1e-5f));
        assertThat(Rotation.rotate(square, 3, 3, -90))
                .containsExactly(new float[] {3, 6, 9, 2, 5, 8, 1, 4, 7}, within(1e-5f));
    }

    @Test
    void fillsTheCornersWithZeroAndKeepsTheMiddle() {
        float[] ones = new float[2 * 16 * 16];
        java.util.Arrays.fill(ones, 1);
        float[] rotated = Rotation.rotate(ones, 16, 16, 45);
        for (int plane = 0; plane < 2; plane++) {
            assertThat(rotated[plane * 256]).isZero();
            assertThat(rotated[plane * 256 + 8 * 16 + 8]).isEqualTo(1);
        }
        for (float value : rotated) {
            assertThat(value).isBetween(0f, 1.000001f);
        }
    }

    @Test
    void aPointOffTheCenterOfALongImageTurnsAboutTheCenter() {
        for (int[] size : new int[][] {{160, 416}, {416, 160}}) {
            int width = size[0];
            int height = size[1];
            float[] point = new float[width * height];
            point[(height / 2 + 12) * width + width / 2 + 20] = 1; // 20.5 right of the center and 12.5 below it
            float[] rotated = Rotation.rotate(point, width, height, 90);
            assertThat(rotated[(height / 2 + 20) * width + width / 2 - 13]).isEqualTo(1, within(1e-3f));
            float[] back = Rotation.rotate(rotated, width, height, -90);
            assertThat(back[(height / 2 + 12) * width + width / 2 + 20]).isEqualTo(1, within(1e-2f));
        }
    }

    @Test
    void noiseOfALongImageContinuesAsItsReflection() {
        float[] ones = new float[32 * 96];
        java.util.Arrays.fill(ones, 1);
        assertThat(Rotation.rotateNoise(ones, 32, 96, 67)).containsExactly(ones, within(1e-6f));
        float[] columns = new float[32 * 96];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = i % 32;
        }
        float[] rows = Rotation.rotateNoise(columns, 32, 96, 90);
        for (int y = 0; y < 96; y++) {
            // The middle are the image's own 32 columns; above and below they return.
            float expected = Math.abs(Math.floorMod(y - 1, 62) - 31);
            assertThat(rows[y * 32 + 7]).as("row %d", y).isEqualTo(expected, within(1e-3f));
        }
    }

    @Test
    void noiseOfASquareIsRotatedAsAnyPlane() {
        assertThat(Rotation.rotateNoise(square, 3, 3, 30)).containsExactly(Rotation.rotate(square, 3, 3, 30));
    }

    @Test
    void turnsAnImageThatIsWiderThanHigh() {
        float[] row = {0, 0, 1, 0, 0};
        assertThat(Rotation.rotate(row, 5, 1, 90)).containsExactly(new float[] {0, 0, 1, 0, 0}, within(1e-5f));
        RgbImage half = Rotation.rotate(new RgbImage(2, 1, new byte[] {10, 20, 30, 40, 50, 60}), 180);
        assertThat(half.rgb()).containsExactly(40, 50, 60, 10, 20, 30);
    }
}
