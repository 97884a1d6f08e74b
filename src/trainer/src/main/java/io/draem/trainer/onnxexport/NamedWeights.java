package io.draem.trainer.onnxexport;

import io.draem.trainer.checkpoint.Tensor;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * A network's tensors by anomalib's parameter names, each checked against the shape that the widths ask for.
 *
 * @param tensors float32 or float64; not copied
 */
record NamedWeights(Map<String, Tensor> tensors) {

    /**
     * Returns the elements of a tensor, widened to double, in row-major order.
     *
     * @throws IllegalArgumentException if there is no such tensor, or it has another shape or holds no floats
     */
    IntToDoubleFunction values(String name, long... shape) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(
                    "The weights lack '" + name + "': they belong to a network with other options");
        }
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new IllegalArgumentException("Tensor '" + name + "' has the shape " + Arrays.toString(tensor.shape())
                    + ", but these base widths ask for " + Arrays.toString(shape));
        }
        switch (tensor.type()) {
            case F32 -> {
                FloatBuffer floats = tensor.data().asFloatBuffer();
                return floats::get;
            }
            case F64 -> {
                DoubleBuffer doubles = tensor.data().asDoubleBuffer();
                return doubles::get;
            }
            default -> throw new IllegalArgumentException("Tensor '" + name + "' is " + tensor.type() + ", not floats");
        }
    }
}
