package io.draem.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreRangeTests {

    @ParameterizedTest
    @ValueSource(floats = {0, -0f, 1, 0.5f, Float.MIN_VALUE, -Float.MIN_VALUE, 1 + 0x1p-10f, -0x1p-10f})
    void containsProbabilitiesAlsoAfterRounding(float value) {
        assertThat(ScoreRange.contains(value)).isTrue();
        assertThat(ScoreRange.containsAll(among(value))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            floats = {
                Float.NaN,
                Float.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY,
                1.001f,
                -0.001f,
                255,
                -1,
                Float.MAX_VALUE,
                -Float.MAX_VALUE
            })
    void containsNothingElse(float value) {
        assertThat(ScoreRange.contains(value)).isFalse();
        assertThat(ScoreRange.containsAll(among(value))).isFalse();
        assertThat(ScoreRange.firstOutside(among(value))).isEqualTo(Float.valueOf(value));
    }

    @Test
    void recognizesEveryNaN() {
        for (int bits : new int[] {0x7F800001, 0xFF800001, 0x7FFFFFFF, 0xFFFFFFFF}) {
            assertThat(ScoreRange.containsAll(among(Float.intBitsToFloat(bits))))
                    .isFalse();
        }
    }

    @Test
    void findsNoValueOutsideWhereAllAreWithin() {
        assertThatIllegalArgumentException().isThrownBy(() -> ScoreRange.firstOutside(among(0.2f)));
    }

    private static float[] among(float value) {
        float[] values = new float[37];
        Arrays.fill(values, 0.5f);
        values[29] = value;
        return values;
    }
}
