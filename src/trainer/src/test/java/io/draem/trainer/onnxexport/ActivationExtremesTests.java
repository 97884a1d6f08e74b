package io.draem.trainer.onnxexport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ActivationExtremesTests {

    private final ActivationExtremes extremes = new ActivationExtremes();

    @Test
    void theRangeHoldsWhatIsRareAndLargeToo() {
        extremes.accept(FloatBuffer.wrap(new float[] {0.5f, 1}));
        extremes.accept(FloatBuffer.wrap(new float[] {-85, 170, 0.1f}));
        ActivationRange range = extremes.range();
        assertThat(range).isEqualTo(new ActivationRange(-85, 170));
        assertThat(range.scale()).isEqualTo(1);
        assertThat(range.zeroPoint()).isEqualTo(85);
        assertThat(extremes.largest()).isEqualTo(170);
    }

    @Test
    void zeroIsAlwaysInside() {
        extremes.accept(FloatBuffer.wrap(new float[] {2, 3}));
        assertThat(extremes.range()).isEqualTo(new ActivationRange(0, 3));
    }

    @Test
    void nothingButZerosIsARangeToo() {
        extremes.accept(FloatBuffer.wrap(new float[10]));
        assertThat(extremes.range()).isEqualTo(new ActivationRange(0, 0));
        assertThat(extremes.range().scale()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void refusesWhatIsNoNumber(float value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> extremes.accept(FloatBuffer.wrap(new float[] {1, value})))
                .withMessageContaining("the weights are not usable");
    }
}
