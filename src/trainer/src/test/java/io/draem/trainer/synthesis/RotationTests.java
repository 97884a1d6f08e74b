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
    void turnsAnImageThatIsWiderThanHigh() {
        float[] row = {0, 0, 1, 0, 0};
        assertThat(Rotation.rotate(row, 5, 1, 90)).containsExactly(new float[] {0, 0, 1, 0, 0}, within(1e-5f));
        RgbImage half = Rotation.rotate(new RgbImage(2, 1, new byte[] {10, 20, 30, 40, 50, 60}), 180);
        assertThat(half.rgb()).containsExactly(40, 50, 60, 10, 20, 30);
    }
}
