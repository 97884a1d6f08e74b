package io.draem.frame;

import java.util.Objects;

/**
 * How images are cut into tiles, each of which is one input of the network and has its size.
 *
 * @param scale size of the frame that is cut
 * @param overlap smallest number of pixels that neighboring tiles share, at least 0
 * @param margin pixels outside the frame that the tiles at its border cover, at least 0; of a side that is not longer than
 *     a tile there is one tile, centered on it
 */
public record Tiling(FrameScale scale, int overlap, int margin) {

    /** How the outputs of tiles are joined so far: along each axis, by sine squared in the inner half of an overlap. */
    public static final String BLENDING = "sine-squared";

    /** What is outside a frame so far: its reflection, the border not repeated. */
    public static final String PADDING = "reflect";

    public Tiling {
        Objects.requireNonNull(scale, "scale");
        if (overlap < 0) {
            throw new IllegalArgumentException("The overlap of tiles must be at least 0, got " + overlap);
        }
        if (margin < 0) {
            throw new IllegalArgumentException("The margin of tiles must be at least 0, got " + margin);
        }
    }

    /** Returns the overlap of new models by default: an eighth of the smaller side, and at least 16 pixels. */
    public static int overlapOf(FrameSize tile) {
        return Math.max(16, Math.min(tile.width(), tile.height()) / 8);
    }

    /** Returns the margin of new models: the default overlap, or the largest margin where that is less. */
    public static int marginOf(FrameSize tile) {
        return Math.min(overlapOf(tile), Math.min(tile.width(), tile.height()) / 4);
    }

    /** Returns how many tiles cover a side of a frame. */
    public int tiles(int length, int side) {
        return TileAxis.count(length, side, overlap, margin);
    }

    /**
     * Checks that tiles of that size can overlap and have a margin of so much, and that an image can be large enough for the
     * scale.
     *
     * @throws IllegalArgumentException if the overlap is more than half of the smaller side, if the margin is more than a
     *     quarter of it, so that a tile shows the pixels whose reflections it shows, or if the frames of all images are
     *     {@linkplain #requireFrame too small}
     */
    public void requireFits(FrameSize tile) {
        int most = Math.min(tile.width(), tile.height()) / 2;
        if (overlap > most) {
            throw new IllegalArgumentException("The overlap of tiles of " + tile
                    + " must be at most half of the smaller side, " + most + ", got " + overlap);
        }
        if (margin > most / 2) {
            throw new IllegalArgumentException("The margin of tiles of " + tile
                    + " must be at most a quarter of the smaller side, " + most / 2 + ", got " + margin);
        }
        if (scale.fixed() != null) {
            requireFrame(scale.fixed(), tile);
        } else if (scale.factor() * scale.factor() * FrameSize.MAX_PIXELS
                < (double) leastSide(tile.width()) * leastSide(tile.height())) {
            throw new IllegalArgumentException("No image is large enough for tiles of " + tile + " at the scale "
                    + scale + ": use a larger scale");
        }
    }

    /**
     * Checks that the tile of a frame that is smaller can be filled by the frame's reflection at its borders alone, the tile
     * being centered on the frame: padding of more pixels would reflect the reflections, a third of the tile or less would be
     * of the image, and a frame of one pixel would be a tile of one color.
     *
     * @throws IllegalArgumentException if a side of the frame has fewer pixels than are padded at an end of it
     */
    public void requireFrame(FrameSize frame, FrameSize tile) {
        FrameSize least = new FrameSize(leastSide(tile.width()), leastSide(tile.height()));
        if (frame.width() < least.width() || frame.height() < least.height()) {
            throw new IllegalArgumentException("A frame of " + frame + " pixels at the scale " + scale
                    + " is too small for tiles of " + tile + ", for which it must have " + least
                    + " or more: use larger images, a larger scale or smaller tiles");
        }
    }

    /** Returns the shortest side whose border, not repeated, is reflected once: half of what it lacks, and one pixel. */
    private static int leastSide(int tile) {
        return (tile + 4) / 3;
    }
}
