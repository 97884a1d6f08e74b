package io.draem.trainer.network;

import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/** How many threads libtorch computes with. */
public final class Threads {

    private Threads() {}

    /** Lets every operation that this thread starts use up to {@code count} threads. */
    public static void use(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("At least one thread is needed, not " + count);
        }
        torch.set_num_threads(count);
        // Matrix products run in OpenBLAS, which has threads of its own: theirs and libtorch's alternately spin on the
        // same
        // cores while the others work, and a step takes seconds instead of a third of one. The products are small.
        openblas_nolapack.blas_set_num_threads(1);
    }
}
