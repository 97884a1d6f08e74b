package io.draem.trainer.network;

import org.bytedeco.pytorch.global.torch;

/** How many threads libtorch computes with. */
public final class Threads {

    private Threads() {}

    /** Lets every operation of this process use up to {@code count} threads. */
    public static void use(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("At least one thread is needed, not " + count);
        }
        torch.set_num_threads(count);
    }
}
