package io.draem.trainer.network;

import java.util.Locale;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** How the score of an image comes from its anomaly map. */
public enum ImageScore {
    /** The largest value of the map, as anomalib has it. */
    MAXIMUM,

    /**
     * The largest mean of a {@value #WINDOW}x{@value #WINDOW} square, with zeros outside the image, as the official
     * repository evaluates ({@code test_DRAEM.py}). A single bright pixel then counts for little.
     */
    AVERAGED;

    /** Sides of the averaged square in pixels of the map. */
    public static final int WINDOW = 21;

    /** Returns the scores, {@code [batch]}, of maps {@code [batch, height, width]}. */
    Tensor of(Tensor maps) {
        Tensor scored = this == MAXIMUM
                ? maps
                : torch.avg_pool2d(
                        maps,
                        new long[] {WINDOW, WINDOW},
                        new long[] {1, 1},
                        new long[] {WINDOW / 2, WINDOW / 2},
                        false,
                        true,
                        new LongOptional());
        return scored.amax(new long[] {-2, -1}, false);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
