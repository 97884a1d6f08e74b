package io.draem.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.score.AnomalyMap;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class MapSmoothingTests {

    private static final int SIDE = 32;
    private static final Offset<Float> CLOSE = within(1e-7f);

    @Test
    void onePixelSpreadsAsInScipy() {
        // scipy.ndimage.gaussian_filter(map, 3, mode="nearest")
        AnomalyMap inTheMiddle = smoothed(3, onePixel(16, 16));
        assertThat(inTheMiddle.at(16, 16)).isCloseTo(0.0176848875f, CLOSE);
        assertThat(inTheMiddle.at(15, 18)).isCloseTo(0.0133956856f, CLOSE);
        assertThat(inTheMiddle.at(28, 16)).isCloseTo(5.932618833e-6f, CLOSE);
        assertThat(inTheMiddle.at(29, 16)).isZero();
        AnomalyMap inTheCorner = smoothed(3, onePixel(0, 0));
        assertThat(inTheCorner.at(0, 0)).isCloseTo(0.3209134911f, CLOSE);
        assertThat(inTheCorner.at(5, 2)).isCloseTo(0.0202760030f, CLOSE);
    }

    @Test
    void aGaussianWiderThanTheMapKeepsProbabilities() {
        float[] full = new float[SIDE * SIDE];
        Arrays.fill(full, 1);
        for (double sigma : new double[] {0.1, 0.7, 3, 32}) {
            for (float value : smoothed(sigma, full).values()) {
                assertThat(value).isLessThanOrEqualTo(1).isCloseTo(1, within(1e-5f));
            }
        }
    }

    private static float[] onePixel(int x, int y) {
        float[] map = new float[SIDE * SIDE];
        map[y * SIDE + x] = 1;
        return map;
    }

    private static AnomalyMap smoothed(double sigma, float[] map) {
        try (PointerScope scope = new PointerScope()) {
            Tensor smoothed = new MapSmoothing(sigma).of(Tensor.create(map, 1, SIDE, SIDE));
            return new AnomalyMap(SIDE, SIDE, TensorConversion.toHeap(smoothed).toFloats());
        }
    }
}
