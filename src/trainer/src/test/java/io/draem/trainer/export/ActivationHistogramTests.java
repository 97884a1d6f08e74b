package io.draem.trainer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class ActivationHistogramTests {

    private final ActivationHistogram histogram = new ActivationHistogram();

    @Test
    void valuesThatAreSpreadEvenlyKeepTheirWholeRange() {
        histogram.accept(evenly(0, 6, 10_000));
        assertThat(histogram.range().min()).isZero();
        assertThat(histogram.range().max()).isCloseTo(6, within(0.1f));
    }

    @Test
    void aFewOutliersAreCutOffSoThatTheOthersKeepTheirDigits() {
        histogram.accept(evenly(0, 1, 1_000_000));
        histogram.accept(FloatBuffer.wrap(new float[] {4}));
        assertThat(histogram.range().max()).isBetween(0.9f, 3f);
    }

    @Test
    void laterAndLargerValuesCountAlongsideEarlierOnes() {
        histogram.accept(evenly(-0.001f, 0.001f, 1000));
        histogram.accept(evenly(-50, 100, 100_000));
        assertThat(histogram.range().min()).isCloseTo(-50, within(1f));
        assertThat(histogram.range().max()).isCloseTo(100, within(1.5f));
        assertThat(histogram.range().zeroPoint()).isCloseTo(85, within(2));
    }

    @Test
    void nothingButZerosIsARangeToo() {
        histogram.accept(FloatBuffer.wrap(new float[10]));
        assertThat(histogram.range()).isEqualTo(new ActivationRange(0, 0));
        assertThat(histogram.range().scale()).isPositive();
    }

    @Test
    void refusesWhatIsNoNumber() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> histogram.accept(FloatBuffer.wrap(new float[] {Float.NaN})));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> histogram.accept(FloatBuffer.wrap(new float[] {Float.POSITIVE_INFINITY})));
    }

    private static FloatBuffer evenly(float from, float to, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = from + (to - from) * (i + 0.5f) / count;
        }
        return FloatBuffer.wrap(values);
    }
}
