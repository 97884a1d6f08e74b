package io.draem.trainer.checkpoint;

import java.util.function.Supplier;

/**
 * A tensor to write whose values are requested only when it is written, so that a large file is never in memory as a
 * whole.
 *
 * @param type of the elements
 * @param shape sides, outermost first
 * @param values gives the tensor itself, of that type and shape
 */
public record DeferredTensor(Tensor.Type type, long[] shape, Supplier<Tensor> values) {

    /** Returns a tensor that is in memory already. */
    public static DeferredTensor of(Tensor tensor) {
        return new DeferredTensor(tensor.type(), tensor.shape(), () -> tensor);
    }

    /** Returns the length of its data. */
    long bytes() {
        long bytes = type.bytes();
        for (long side : shape) {
            bytes *= side;
        }
        return bytes;
    }
}
