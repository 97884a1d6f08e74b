package io.draem.trainer.synthesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class VisibilityTests {

    private static final int SIZE = 64;
    private static final int AREA = SIZE * SIZE;

    @Test
    void cutsAnAnomalyToWhereItShows() {
        float[] clean = new float[3 * 64];
        float[] texture = clean.clone();
        float[] mask = new float[64]; // 8x8: rows 0 to 3 marked, in rows 0 and 1 nothing changes
        Arrays.fill(mask, 0, 32, 1);
        Arrays.fill(texture, 64 + 16, 64 + 32, 1f);
        assertThat(Visibility.on(clean, 8, 8, 0.2, 0).cut(mask, texture, 0.5f)).isTrue();
        assertThat(Arrays.copyOfRange(mask, 0, 8)).containsOnly(0f); // mean 1/3 · 0.5
        assertThat(Arrays.copyOfRange(mask, 8, 32)).containsOnly(1f); // from 2/4 · 0.5 on
        assertThat(Visibility.on(clean, 8, 8, 0.6, 0).cut(mask, texture, 0.5f)).isFalse();
        assertThat(mask).containsOnly(0f);
    }

    @Test
    void doesNotTakeGrainOnGrainForAnAnomaly() {
        float[] mask = square();
        Visibility visibility = Visibility.on(grain(1), SIZE, SIZE, 0.04, 3);
        assertThat(visibility.cut(mask, grain(2), 1)).isFalse();
        assertThat(Visibility.on(grain(1), SIZE, SIZE, 0.04, 0).cut(square(), grain(2), 1))
                .isTrue();
    }

    @Test
    void seesAShadowInGrainThoughItIsFainterThanTheGrain() {
        float[] darker = grain(1);
        for (int i = 0; i < darker.length; i++) {
            darker[i] -= 0.15f;
        }
        float[] mask = square();
        assertThat(Visibility.grain(grain(1), SIZE, SIZE, 0)).isGreaterThan(0.1f);
        assertThat(Visibility.on(grain(1), SIZE, SIZE, 0.04, 3).cut(mask, darker, 1))
                .isTrue();
        assertThat(mask).isEqualTo(square());
    }

    @Test
    void measuresGrainAsTheMedianDifferenceOfPlacesApart() {
        assertThat(Visibility.grain(new float[3 * AREA], SIZE, SIZE, 2)).isZero();
        // Uniform on 0 to 0.4: |difference| has its median at 0.4 · (1 − √½).
        assertThat(Visibility.grain(grain(5), SIZE, SIZE, 0)).isCloseTo(0.117f, within(0.02f));
    }

    /** Returns gray noise that is even on 0.3 to 0.7. */
    private static float[] grain(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] image = new float[3 * AREA];
        for (int i = 0; i < AREA; i++) {
            image[i] = (float) random.nextDouble(0.3, 0.7);
            image[AREA + i] = image[i];
            image[2 * AREA + i] = image[i];
        }
        return image;
    }

    private static float[] square() {
        float[] mask = new float[AREA];
        for (int y = 20; y < 40; y++) {
            Arrays.fill(mask, y * SIZE + 20, y * SIZE + 40, 1);
        }
        return mask;
    }
}
