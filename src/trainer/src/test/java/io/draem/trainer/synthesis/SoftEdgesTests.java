package io.draem.trainer.synthesis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SoftEdgesTests {

    private static final int SIZE = 32;

    @Test
    void fadeOutwardsFromTheEdge() {
        float[] mask = new float[SIZE * SIZE];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % SIZE < 16 ? 1 : 0;
        }
        float[] opacity = SoftEdges.opacity(mask, SIZE, SIZE, 2);
        int row = 9 * SIZE;
        assertThat(opacity[row]).isEqualTo(1); // the image's own edge is none of the anomaly's
        assertThat(opacity[row + 15]).isEqualTo(1);
        for (int x = 16; x < 20; x++) {
            assertThat(opacity[row + x]).isLessThan(opacity[row + x - 1]).isPositive();
        }
        assertThat(opacity[row + 20]).isZero();
    }

    @Test
    void keepEveryPixelOfTheMaskWhateverTheRadius() {
        for (int radius = 1; radius <= 16; radius++) {
            float[] mask = new float[SIZE * SIZE];
            for (int y = 4; y < SIZE - 4; y++) {
                mask[y * SIZE + 16] = 1; // a line of one pixel
                mask[y * SIZE + y] = 1; // a diagonal
            }
            mask[SIZE + 30] = 1; // a single pixel
            float[] opacity = SoftEdges.opacity(mask, SIZE, SIZE, radius);
            for (int i = 0; i < mask.length; i++) {
                if (mask[i] == 1) {
                    assertThat(opacity[i]).as("radius %d, pixel %d", radius, i).isEqualTo(1);
                } else {
                    assertThat(opacity[i]).isBetween(0f, 1f);
                }
            }
        }
    }

    @Test
    void fadeFasterFromALineThanFromAPlane() {
        float[] mask = new float[SIZE * SIZE];
        for (int y = 0; y < SIZE; y++) {
            mask[y * SIZE + 16] = 1;
        }
        float[] opacity = SoftEdges.opacity(mask, SIZE, SIZE, 2);
        int row = 5 * SIZE;
        for (int x = 17; x < 21; x++) {
            assertThat(opacity[row + x]).isLessThan(0.5f).isPositive().isLessThan(opacity[row + x - 1]);
        }
        assertThat(opacity[row + 21]).isZero();
    }
}
