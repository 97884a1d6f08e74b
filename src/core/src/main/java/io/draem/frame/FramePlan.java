package io.draem.frame;

import io.draem.score.RowMask;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How one image becomes inputs of the network: by being resized to one, or scaled to a frame and cut into tiles. Tiles
 * outside the region of interest are not run. Immutable.
 */
public final class FramePlan {

    private final FrameSize image;
    private final FrameSize frame;
    private final FrameSize input;
    private final boolean tiled;
    private final TileAxis columns;
    private final TileAxis rows;
    private final @Nullable RegionOfInterest region;
    private final @Nullable RowMask frameRegion;
    private final @Nullable RowMask imageRegion;
    /** The tiles that run; null for all. */
    private final int @Nullable [] running;

    private FramePlan(
            @Nullable Tiling tiling,
            FrameSize input,
            FrameSize image,
            @Nullable RegionOfInterest region,
            int dx,
            int dy) {
        this.image = image;
        this.input = input;
        this.tiled = tiling != null;
        this.frame = tiling == null ? input : tiling.scale().of(image.width(), image.height());
        if (tiling != null) {
            tiling.requireFrame(frame, input);
        }
        int overlap = tiling == null ? 0 : tiling.overlap();
        int margin = tiling == null ? 0 : tiling.margin();
        this.columns = TileAxis.of(frame.width(), input.width(), overlap, margin, dx);
        this.rows = TileAxis.of(frame.height(), input.height(), overlap, margin, dy);
        this.region = region;
        this.frameRegion = region == null ? null : inside(region, frame);
        this.imageRegion = region == null ? null : frame.equals(image) ? frameRegion : inside(region, image);
        this.running = frameRegion == null ? null : running(frameRegion);
    }

    /**
     * Returns the plan of an image.
     *
     * @param input size of the network's input, which is that of a tile
     * @param imageWidth pixels in a row of the upright image
     * @param imageHeight rows of the upright image
     * @param requested region of interest of a request, in place of the model's own; null for the model's own
     * @throws IllegalArgumentException if the model does not accept a region of a request, if no pixel is in the region,
     *     or if the frame is too large, or {@linkplain Tiling#requireFrame too small}
     */
    public static FramePlan of(
            Framing framing, FrameSize input, int imageWidth, int imageHeight, @Nullable RegionOfInterest requested) {
        if (requested != null && !framing.acceptsRegion()) {
            throw new IllegalArgumentException(
                    "The model accepts no region of interest: its score comes from the graph");
        }
        RegionOfInterest region = requested != null ? requested : framing.region();
        return new FramePlan(framing.tiling(), input, new FrameSize(imageWidth, imageHeight), region, 0, 0);
    }

    /**
     * Returns the plan of an image with the first tile beginning some pixels before the frame, and with the model's own
     * region of interest: a test of seams compares the maps of several cuts.
     *
     * @throws IllegalArgumentException if the frame is too large or too small, or there are no tiles
     */
    public static FramePlan shifted(Framing framing, FrameSize input, int imageWidth, int imageHeight, int dx, int dy) {
        if (framing.tiling() == null || dx < 0 || dy < 0) {
            throw new IllegalArgumentException("Only tiles can be moved, and only before the frame");
        }
        FrameSize image = new FrameSize(imageWidth, imageHeight);
        return new FramePlan(framing.tiling(), input, image, framing.region(), dx, dy);
    }

    private static RowMask inside(RegionOfInterest region, FrameSize size) {
        RowMask mask = region.at(size.width(), size.height());
        if (mask.count() == 0) {
            throw new IllegalArgumentException(
                    "The region of interest has no pixel of the image: make the region or the image larger");
        }
        return mask;
    }

    private int @Nullable [] running(RowMask mask) {
        int[] tiles = IntStream.range(0, tiles())
                .filter(tile -> mask.intersects(tileLeft(tile), tileTop(tile), input.width(), input.height()))
                .toArray();
        return tiles.length == tiles() ? null : tiles;
    }

    /** Returns whether the image is cut into tiles; otherwise it is resized to the only input. */
    public boolean tiled() {
        return tiled;
    }

    /** Returns the size of the upright image. */
    public FrameSize image() {
        return image;
    }

    /** Returns the size of the image once it is scaled; the input's size where it is not cut. */
    public FrameSize frame() {
        return frame;
    }

    /** Returns the size of an input of the network. */
    public FrameSize input() {
        return input;
    }

    /** Returns how many inputs the image has, the tiles that run; at least 1. */
    public int inputs() {
        return running == null ? tiles() : running.length;
    }

    /** Returns how many tiles cover the frame. */
    public int tiles() {
        return Math.multiplyExact(columns.count(), rows.count());
    }

    /** Returns the tile of an input. */
    public int tile(int input) {
        return running == null ? input : running[input];
    }

    /** Returns the first column of an input in the frame, below 0 where it is padded. */
    public int left(int input) {
        return tileLeft(tile(input));
    }

    /** Returns the first row of an input in the frame, below 0 where it is padded. */
    public int top(int input) {
        return tileTop(tile(input));
    }

    /** Returns the first column of a tile in the frame; tiles are numbered in reading order. */
    public int tileLeft(int tile) {
        return columns.starts()[tile % columns.count()];
    }

    /** Returns the first row of a tile in the frame. */
    public int tileTop(int tile) {
        return rows.starts()[tile / columns.count()];
    }

    /** Returns whether a tile is an input, since a pixel of it is in the region of interest. */
    public boolean runs(int tile) {
        return running == null || Arrays.binarySearch(running, tile) >= 0;
    }

    /** Returns the pixels of the frame that count; null for all. */
    public @Nullable RowMask region() {
        return frameRegion;
    }

    /** Returns the pixels that count of the image at another size; null for all. */
    public @Nullable RowMask region(int width, int height) {
        if (region == null) {
            return null;
        }
        FrameSize size = new FrameSize(width, height);
        return size.equals(frame) ? frameRegion : size.equals(image) ? imageRegion : region.at(width, height);
    }

    /** Returns the region of interest that applies; null for none. */
    public @Nullable RegionOfInterest regionOfInterest() {
        return region;
    }

    /** Returns the bytes of heap of the blended map. */
    public long mapBytes() {
        return (long) Float.BYTES * frame.pixels();
    }

    int column(int input) {
        return tile(input) % columns.count();
    }

    int row(int input) {
        return tile(input) / columns.count();
    }

    TileAxis columns() {
        return columns;
    }

    TileAxis rows() {
        return rows;
    }
}
