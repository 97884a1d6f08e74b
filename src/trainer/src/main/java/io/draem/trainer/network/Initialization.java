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
    PYTORCH,

    /**
     * As {@link #PAPER}, with the biases of the map's two logits such that a pixel is anomalous with a probability of
     * {@value #PRIOR_SHARE} (arXiv 1708.02002, section 4.1). Without it the many normal pixels turn all features of a small
     * network into evidence of the normal class within a short training: where none is active the map ends at the 0.5 of the
     * biases, which real defects and unusual normal pixels share.
     */
    PRIOR;

    /** Of the order of RetinaNet's 0.01. */
    static final double PRIOR_SHARE = 0.02;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
