package io.draem.trainer.network;

import io.draem.text.Sha256;
import io.draem.trainer.checkpoint.Safetensors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Objects;

/** Where the initial weights of a network come from. */
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
    PRIOR,

    /**
     * Weights that are part of this program, the same for every seed: of a network trained on freely licensed textures and
     * on drawings, none of them a product, with synthetic anomalies. They fit one network alone ({@link #requireFits}).
     */
    PRETRAINED;

    /** Of the order of RetinaNet's 0.01. */
    static final double PRIOR_SHARE = 0.02;

    private static final NetworkOptions OF_PRETRAINED = new NetworkOptions(16, 16, false);
    private static final String FILE = "pretrained.safetensors"; // in float16

    /**
     * Requires that there are initial weights for a network.
     *
     * @throws IllegalArgumentException naming the options that they are for, and the remedy
     */
    public void requireFits(NetworkOptions options) {
        if (this == PRETRAINED && (options.centered() || !options.fitsWeightsOf(OF_PRETRAINED))) {
            throw new IllegalArgumentException("--initialization pretrained is for a network with "
                    + networkOfPretrained() + ", not for " + options.weightOptions()
                    + (options.centered() ? " --center-input" : "")
                    + ": give these options, or another --initialization");
        }
    }

    /** Returns the network that {@link #PRETRAINED} is for, as options of the command line. */
    public static String networkOfPretrained() {
        return OF_PRETRAINED.weightOptions() + " --no-center-input";
    }

    /** Returns the SHA-256 of the file of weights, in hex; empty for random ones. */
    public String digest() {
        return this == PRETRAINED ? Sha256.hex(Sha256.of(pretrained())) : "";
    }

    static TensorSource pretrainedSource() {
        try {
            return TensorSource.of(Safetensors.read(pretrained(), FILE).tensors());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it is in the same jar
        }
    }

    private static byte[] pretrained() {
        try (InputStream in = Objects.requireNonNull(Initialization.class.getResourceAsStream(FILE), FILE)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
