package io.draem.trainer.data;

import io.draem.frame.FrameSize;
import io.draem.frame.RegionOfInterest;
import io.draem.image.PixelBytes;
import io.draem.score.RowMask;
import io.draem.trainer.synthesis.NormalSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random crops of frames, of the size of a tile. Each frame is drawn as often per epoch as tiles would cover what counts of
 * it on average. Every position that reaches outside the frame by at most the margin of the tiles is equally likely; the
 * outermost are drawn more often, since fewer crops show a pixel there. With a region of interest, a random pixel of it is in the middle half of the crop, as far as the
 * borders allow it.
 */
public final class FrameCrops implements NormalSource {

    /** Sizes of frames whose regions are kept. */
    private static final int MOST_REGIONS = 16;

    private final FrameStore frames;
    private final FrameSize tile;
    private final int margin;
    private final @Nullable RegionOfInterest region;
    private final int cropsPerFrame;
    private final Map<FrameSize, Region> regions = new ConcurrentHashMap<>();

    /**
     * A crop.
     *
     * @param left first column in the frame, below 0 where the frame is padded
     * @param top first row in the frame, below 0 where the frame is padded
     * @param normal the pixels, and which of them are of the frame and count; what is outside the frame is its reflection
     */
    public record Crop(int left, int top, Normal normal) {}

    /**
     * Counts and finds pixels of a region.
     *
     * @param before number of its pixels above each row, and at last of all
     */
    private record Region(RowMask mask, long[] before) {

        static Region of(RowMask mask) {
            long[] before = new long[mask.height() + 1];
            int[] bounds = new int[2 * mask.maxRuns()];
            for (int y = 0; y < mask.height(); y++) {
                before[y + 1] = before[y];
                for (int run = mask.runs(y, bounds) - 1; run >= 0; run--) {
                    before[y + 1] += bounds[2 * run + 1] - bounds[2 * run];
                }
            }
            return new Region(mask, before);
        }

        /** Returns the row of a pixel, counted in reading order. */
        int row(long pixel) {
            int low = 0;
            int high = mask.height() - 1;
            while (low < high) { // the last row with no more pixels above it than that
                int middle = (low + high + 1) / 2;
                if (before[middle] <= pixel) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            return low;
        }

        /** Returns the column of a pixel. */
        int column(long pixel, int row) {
            int[] bounds = new int[2 * mask.maxRuns()];
            mask.runs(row, bounds);
            long left = pixel - before[row];
            int run = 0;
            while (left >= bounds[2 * run + 1] - bounds[2 * run]) {
                left -= bounds[2 * run + 1] - bounds[2 * run];
                run++;
            }
            return (int) (bounds[2 * run] + left);
        }
    }

    private FrameCrops(
            FrameStore frames, FrameSize tile, int margin, @Nullable RegionOfInterest region, int cropsPerFrame) {
        this.frames = frames;
        this.tile = tile;
        this.margin = margin;
        this.region = region;
        this.cropsPerFrame = cropsPerFrame;
    }

    /**
     * Returns crops of frames.
     *
     * @param tile size of the crops
     * @param margin of the tiles: pixels outside the frame that a crop may show
     * @param region what of the frames counts; null for all
     * @throws DatasetException if the region has no pixel of a frame
     */
    public static FrameCrops of(FrameStore frames, FrameSize tile, int margin, @Nullable RegionOfInterest region)
            throws DatasetException {
        Map<FrameSize, Long> counts = new HashMap<>();
        double pixels = 0;
        for (int i = 0; i < frames.size(); i++) {
            FrameSize size = frames.frame(i);
            long count = counts.computeIfAbsent(size, one -> counted(one, region));
            if (count == 0) {
                throw new DatasetException(frames.file(i) + ": the region of interest has no pixel of the image");
            }
            pixels += count;
        }
        long crops = Math.round(pixels / Math.max(1, frames.size()) / tile.pixels());
        return new FrameCrops(frames, tile, margin, region, (int) Math.max(1, crops));
    }

    private static long counted(FrameSize size, @Nullable RegionOfInterest region) {
        return region == null
                ? size.pixels()
                : region.at(size.width(), size.height()).count();
    }

    /** Returns how often each frame is drawn per epoch. */
    public int cropsPerFrame() {
        return cropsPerFrame;
    }

    /** Returns how large the frames are, how often each is drawn, and what is to be known of them, in sentences. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        FrameSizes sizes = frames.sizes();
        FrameSize median = sizes.median();
        notes.add("frames of " + sizes + "; random crops of " + tile + " per frame and epoch: " + cropsPerFrame);
        if (median.width() < tile.width() || median.height() < tile.height()) {
            notes.add("warning: many frames are smaller than a tile of " + tile + ", which their reflection fills: use"
                    + " smaller --tiles, or a larger --scale");
        }
        frames.note().ifPresent(notes::add);
        return notes;
    }

    /** Writes the sizes of the frames, and how often each is drawn. */
    public void writeTo(ObjectNode json) {
        frames.sizes().writeTo(json);
        json.put("cropsPerFrame", cropsPerFrame);
    }

    @Override
    public int size() {
        return Math.multiplyExact(frames.size(), cropsPerFrame);
    }

    @Override
    public Normal draw(int index, RandomGenerator random) {
        return crop(index / cropsPerFrame, random).normal();
    }

    /**
     * Draws a crop of a frame.
     *
     * @throws java.io.UncheckedIOException if the frame cannot be read
     */
    public Crop crop(int frame, RandomGenerator random) {
        FrameSize size = frames.frame(frame);
        Region counted = region == null ? null : region(region, size);
        int left;
        int top;
        if (counted == null) {
            left = start(size.width(), tile.width(), random);
            top = start(size.height(), tile.height(), random);
        } else {
            long pixel = random.nextLong(counted.before()[size.height()]);
            int row = counted.row(pixel);
            left = start(counted.column(pixel, row), size.width(), tile.width(), random);
            top = start(row, size.height(), tile.height(), random);
        }
        float[] inside = inside(size, left, top, counted == null ? null : counted.mask());
        boolean part = size.pixels() > tile.pixels();
        Normal normal = Normal.of(frames.crop(frame, left, top, tile), inside, reflection(size, left, top), part);
        return new Crop(left, top, normal);
    }

    private Region region(RegionOfInterest of, FrameSize size) {
        if (regions.size() >= MOST_REGIONS) {
            regions.clear();
        }
        return regions.computeIfAbsent(size, one -> Region.of(of.at(one.width(), one.height())));
    }

    private int start(int length, int side, RandomGenerator random) {
        int beyond = margin + side / 4;
        return within(length, side, length < side ? 0 : random.nextInt(-beyond, length - side + beyond + 1));
    }

    /** Returns where a crop begins that has a pixel in its middle half. */
    private int start(int pixel, int length, int side, RandomGenerator random) {
        return within(length, side, pixel - side / 4 - random.nextInt(side / 2));
    }

    private int within(int length, int side, int start) {
        return length <= side ? -((side - length) / 2) : Math.min(Math.max(start, -margin), length - side + margin);
    }

    /** Returns the pixel of a crop that each of its pixels shows, as {@link Normal#reflection} has them. */
    private int @Nullable [] reflection(FrameSize size, int left, int top) {
        if (left >= 0 && top >= 0 && left + tile.width() <= size.width() && top + tile.height() <= size.height()) {
            return null;
        }
        int[] columns = PixelBytes.reflected(left, tile.width(), size.width());
        int[] rows = PixelBytes.reflected(top, tile.height(), size.height());
        int[] pixels = new int[tile.pixels()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (rows[i / tile.width()] - top) * tile.width() + columns[i % tile.width()] - left;
        }
        return pixels;
    }

    /** Returns which pixels of a crop count, as ones and zeros; null if all do. */
    private float @Nullable [] inside(FrameSize size, int left, int top, @Nullable RowMask mask) {
        float[] inside = new float[tile.pixels()];
        int counted = 0;
        for (int y = Math.max(0, top); y < Math.min(size.height(), top + tile.height()); y++) {
            for (int x = Math.max(0, left); x < Math.min(size.width(), left + tile.width()); x++) {
                if (mask == null || mask.contains(x, y)) {
                    inside[(y - top) * tile.width() + x - left] = 1;
                    counted++;
                }
            }
        }
        return counted == inside.length ? null : inside;
    }
}
