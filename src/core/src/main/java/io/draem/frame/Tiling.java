package io.draem.frame;

import java.util.Objects;

/**
 * How images are cut into tiles, each of which is one input of the network and has its size.
 *
 * @param scale size of the frame that is cut
 * @param overlap smallest number of pixels that neighboring tiles share, at least 0
 */
public record Tiling(FrameScale scale, int overlap) {

    /** How the outputs of tiles are joined so far: along each axis, by sine squared in the inner half of an overlap. */
    public static final String BLENDING = "sine-squared";

    /** What is outside a frame so far: its reflection, the border not repeated. */
    public static final String PADDING = "reflect";

    public Tiling {
        Objects.requireNonNull(scale, "scale");
        if (overlap < 0) {
            throw new IllegalArgumentException("The overlap of tiles must be at least 0, got " + overlap);
        }
    }

    /**
     * Checks that tiles of that size can overlap by so much.
     *
     * @throws IllegalArgumentException if the overlap is more than half of the smaller side
     */
    public void requireFits(FrameSize tile) {
        int most = Math.min(tile.width(), tile.height()) / 2;
        if (overlap > most) {
            throw new IllegalArgumentException("The overlap of tiles of " + tile
                    + " must be at most half of the smaller side, " + most + ", got " + overlap);
        }
    }
}
