package io.draem.model;

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
}
