package io.draem.model;

import io.draem.frame.FrameSize;

/** Names that graph, trainer and service agree on; a change that older readers would misinterpret is a new version. */
public final class ModelContract {

    /** Version of this contract, the value of {@code draem.version}. */
    public static final int VERSION = 1;

    /**
     * Version of graphs that see an image otherwise than resized to one input that counts as a whole, with
     * {@code draem.input.white-level}, {@code draem.frame.*}, {@code draem.tile.*}, {@code draem.image-score} or
     * {@code draem.roi}: a reader that knows only version 1 would run them wrongly, and must refuse them.
     */
    public static final int FRAMES_VERSION = 2;

    /** Input: float32 {@code [batch, 3, height, width]}, RGB, 0 to 1, not normalized. */
    public static final String INPUT = "input";

    /** Output: float32 {@code [batch]}, raw image score. */
    public static final String PRED_SCORE = "pred_score";

    /** Output: float32 {@code [batch, height, width]}, raw anomaly map. */
    public static final String ANOMALY_MAP = "anomaly_map";

    /** Optional output: float32 {@code [batch, 3, height, width]}, the reconstructed image. */
    public static final String RECONSTRUCTION = "reconstruction";

    /** Prefix of every metadata key. */
    public static final String METADATA_PREFIX = "draem.";

    /** Image sides are multiples of this: the discriminative encoder halves them five times. */
    public static final int SIZE_MULTIPLE = 32;

    /** The longest image side. */
    public static final int MAX_SIDE = 16_384;

    private ModelContract() {}

    /** Returns whether a side of a network's input can have so many pixels. */
    public static boolean isInputSide(int pixels) {
        return pixels >= SIZE_MULTIPLE && pixels <= MAX_SIDE && pixels % SIZE_MULTIPLE == 0;
    }

    /**
     * Checks that a network's input can have a size.
     *
     * @param name of the option or key, for the message
     * @throws IllegalArgumentException if a side is no multiple of {@value #SIZE_MULTIPLE}, or above {@value #MAX_SIDE}
     */
    public static void requireInputSize(String name, FrameSize size) {
        if (!isInputSide(size.width()) || !isInputSide(size.height())) {
            throw new IllegalArgumentException(name + " must have sides that are multiples of " + SIZE_MULTIPLE
                    + " up to " + MAX_SIDE + ", not " + size.json());
        }
    }
}
