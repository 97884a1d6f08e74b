package io.draem.trainer.network;

import java.util.Locale;

/** How the initial weights of a network are drawn. */
public enum Initialization {
    /** As the official repository does: convolutions from N(0, 0.02), batch-norm weights from N(1, 0.02), biases 0. */
    PAPER,

    /**
     * The defaults of torch's layers, which anomalib 2.7 uses: convolutions and their biases from U(−1/√n, 1/√n)
     * with n inputs of an output pixel (arXiv 1502.01852 with a = √5), batch norms 1 and 0.
     */
    PYTORCH;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
