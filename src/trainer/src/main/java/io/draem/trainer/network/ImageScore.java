package io.draem.trainer.network;

import java.util.Locale;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** How the score of an image comes from its anomaly map. */
public enum ImageScore {
    /** The largest value of the map, as anomalib has it. */
    MAXIMUM(1),

    /** The largest mean of a 5x5 square: that of {@link #AVERAGED} for small maps and thin defects. */
    SMOOTHED(5),

    /**
     * The largest mean of a 21x21 square, with zeros outside the image, as the official repository evaluates
     * ({@code test_DRAEM.py}). A single bright pixel then counts for little.
     */
    AVERAGED(21);

    private final int window;

    ImageScore(int window) {
        this.window = window;
    }

    /** Returns the sides of the averaged square in pixels of the map; 1 where nothing is averaged. */
    public int window() {
        return window;
    }

    /** Returns the scores, {@code [batch]}, of maps {@code [batch, height, width]}. */
    Tensor of(Tensor maps) {
        Tensor scored = window == 1
                ? maps
                : torch.avg_pool2d(
                        maps,
                        new long[] {window, window},
                        new long[] {1, 1},
                        new long[] {window / 2, window / 2},
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
