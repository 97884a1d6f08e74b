package io.draem.service.detection;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.frame.RegionOfInterest;
import io.draem.image.ImageWarning;
import io.draem.model.InputCheck;
import io.draem.score.RowMask;
import io.draem.score.Verdict;
import io.draem.service.models.ServedModel;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Result of examining an image, as the response has it. Without the pixels that count, which are kept only as long as the
 * image is charged for.
 *
 * @param model the model that examined the image
 * @param image size of the upright image
 * @param frame what the image was cut from; null where it was not cut
 * @param region the part of the image that counted; null for all of it
 * @param tiles the inputs of the network, row by row; null where they were not requested
 * @param digest {@code sha256:} and the hexadecimal digest of the bytes that were sent
 * @param input whether the image looks like the model's training images
 * @param warnings what the decoder noticed about the image
 * @param verdict whether it is anomalous, and where
 * @param outlines whether the client requested the outlines of the regions
 * @param pictures pictures that were requested
 * @param timing where the time went
 */
public record Detection(
        ServedModel model,
        FrameSize image,
        @Nullable CutFrame frame,
        @Nullable Region region,
        @Nullable List<Tile> tiles,
        String digest,
        InputCheck input,
        List<ImageWarning> warnings,
        Verdict verdict,
        boolean outlines,
        Map<Include, Picture> pictures,
        Timing timing) {

    public Detection {
        tiles = tiles == null ? null : List.copyOf(tiles);
        warnings = List.copyOf(warnings);
        pictures = Map.copyOf(pictures);
    }

    /**
     * The scaled image that was cut.
     *
     * @param size its size
     * @param tiles number of tiles that cover it
     * @param run number of tiles that ran
     */
    public record CutFrame(FrameSize size, int tiles, int run) {

        static @Nullable CutFrame of(FramePlan plan) {
            return plan.tiled() ? new CutFrame(plan.frame(), plan.tiles(), plan.inputs()) : null;
        }
    }

    /**
     * The part of the image that counted.
     *
     * @param requested whether it is the request's own and not the model's
     * @param share share of the pixels of the image that are inside, 0 to 1
     * @param polygons null where it is a mask
     */
    public record Region(
            boolean requested, double share, @Nullable List<List<RegionOfInterest.Point>> polygons) {

        static @Nullable Region of(FramePlan plan, boolean requested) {
            FrameSize image = plan.image();
            RegionOfInterest region = plan.regionOfInterest();
            RowMask inside = plan.region(image.width(), image.height());
            return region == null || inside == null
                    ? null
                    : new Region(requested, (double) inside.count() / image.pixels(), region.polygons());
        }
    }

    /**
     * A part of the image that is an input of the network, in pixels of the image, without what is padded. A pixel that is
     * partly in the tile belongs to it.
     *
     * @param x left edge
     * @param y top edge
     * @param width width in pixels
     * @param height height in pixels
     * @param run whether it ran
     */
    public record Tile(int x, int y, int width, int height, boolean run) {

        /** Returns all tiles of an image, row by row. */
        static List<Tile> of(FramePlan plan) {
            return IntStream.range(0, plan.tiles())
                    .mapToObj(tile -> of(plan, tile))
                    .toList();
        }

        private static Tile of(FramePlan plan, int tile) {
            int left = plan.tileLeft(tile);
            int top = plan.tileTop(tile);
            int frameWidth = plan.frame().width();
            int frameHeight = plan.frame().height();
            int x = first(left, plan.image().width(), frameWidth);
            int y = first(top, plan.image().height(), frameHeight);
            int right = end(left + plan.input().width(), plan.image().width(), frameWidth);
            int bottom = end(top + plan.input().height(), plan.image().height(), frameHeight);
            return new Tile(x, y, right - x, bottom - y, plan.runs(tile));
        }

        private static int first(int position, int image, int frame) {
            return (int) ((long) Math.max(0, position) * image / frame);
        }

        private static int end(int position, int image, int frame) {
            return (int) -Math.floorDiv(-(long) Math.min(frame, position) * image, frame);
        }
    }

    /**
     * A picture that was requested.
     *
     * @param width width in pixels
     * @param height height in pixels
     * @param data a PNG file, or for {@link Include#MAP_FLOAT32} the values alone; not copied
     */
    public record Picture(int width, int height, byte[] data) {}

    /** Returns how many bytes the pictures have. */
    long pictureBytes() {
        return pictures.values().stream()
                .mapToLong(picture -> picture.data().length)
                .sum();
    }
}
