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
    void keepALineOfOnePixel() {
        float[] mask = new float[SIZE * SIZE];
        for (int y = 0; y < SIZE; y++) {
            mask[y * SIZE + 16] = 1;
        }
        float[] opacity = SoftEdges.opacity(mask, SIZE, SIZE, 1);
        assertThat(opacity[5 * SIZE + 16]).isGreaterThan(0.6f);
        assertThat(opacity[5 * SIZE + 17]).isLessThan(0.5f).isPositive();
    }
}
