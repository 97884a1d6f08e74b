package io.draem.trainer.checkpoint;

import java.util.function.Supplier;

/**
 * A tensor that is to be written and whose values are asked for when their turn has come, so that not all of a large
 * file need be in memory at once.
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
