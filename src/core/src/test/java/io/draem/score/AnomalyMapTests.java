package io.draem.score;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnomalyMapTests {

    private final AnomalyMap map = new AnomalyMap(3, 2, new float[] {0, 1, 2, 4, 5, 9});

    @Test
    void isInterpolatedBetweenPixelCentersAndConstantAtTheBorder() {
        // torch.nn.functional.interpolate(mode="bilinear", align_corners=False)
        assertThat(map.resized(6, 4).values()).containsExactly(new float[] {
            0, 0.25f, 0.75f, 1.25f, 1.75f, 2, //
            1, 1.25f, 1.75f, 2.4375f, 3.3125f, 3.75f, //
            3, 3.25f, 3.75f, 4.8125f, 6.4375f, 7.25f, //
            4, 4.25f, 4.75f, 6, 8, 9
        });
    }

    @Test
    void isShrunkWithoutAFilter() {
        assertThat(map.resized(1, 1).values()).containsExactly(new float[] {3});
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void aMapWithNaNOrInfinityIsNotFinite(float value) {
        float[] values = new float[35];
        values[33] = -Float.MAX_VALUE;
        assertThat(new AnomalyMap(7, 5, values).isFinite()).isTrue();
        values[34] = value;
        assertThat(new AnomalyMap(7, 5, values).isFinite()).isFalse();
    }
}
