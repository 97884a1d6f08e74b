package io.draem.trainer.synthesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StrokesTests {

    @Test
    void areLongAndThin() {
        int size = 128;
        double longest = 0;
        for (int seed = 0; seed < 200; seed++) {
            float[] mask = Strokes.mask(size, size, new SplittableRandom(seed));
            int area = 0;
            int left = size;
            int right = -1;
            for (int i = 0; i < mask.length; i++) {
                if (mask[i] > 0) {
                    assertThat(mask[i]).isEqualTo(1);
                    area++;
                    left = Math.min(left, i % size);
                    right = Math.max(right, i % size);
                }
            }
            assertThat(area).isBetween(1, 3 * size * 6); // half a width is at most 0.5 + 128 / 64
            longest = Math.max(longest, right - left);
        }
        assertThat(longest).isGreaterThan(size / 2.0);
    }

    @Test
    void beginWithinAnImageOfAnyShape() {
        for (int seed = 0; seed < 100; seed++) {
            assertThat(Strokes.mask(7, 300, new SplittableRandom(seed))).contains(1f);
        }
    }
}
