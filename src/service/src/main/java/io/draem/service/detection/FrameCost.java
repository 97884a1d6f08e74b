package io.draem.service.detection;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.image.ImageHeader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What it costs to examine an image, by its header. Bytes are those of the heap.
 *
 * @param header of the image
 * @param plan how it becomes inputs, as if every pixel counted
 * @param inFlight most inputs of a request that wait, run or have been run and not been blended
 * @param region whether a region of interest limits what counts
 */
record FrameCost(ImageHeader header, FramePlan plan, int inFlight, boolean region) {

    /** Bytes per pixel of an untiled image for all pictures of its size. */
    private static final long PICTURE_BYTES = 14;

    /** Bytes per column of the image for the scaled map, a reader of its rows, and the regions of two rows. */
    private static final long COLUMN_BYTES = 48;

    /** Bytes per pixel of the model for the tensor and the anomaly map. */
    private static final int MODEL_BYTES = 4 * Float.BYTES;

    /** Bytes per pixel for a reconstruction as floats. */
    private static final int RECONSTRUCTION_BYTES = 3 * Float.BYTES;

    private static final int RGB = 3;

    /** Bytes per pixel of a frame that is cut: its samples and its map. */
    static final double TILED_FRAME_BYTES = RGB + Float.BYTES;

    /** Bytes per pixel of a picture for its PNG file, which is joined from parts. */
    private static final int PNG_BYTES = 2 * RGB;

    /** Bytes per pixel of an image that is cut, for itself and its overlay. */
    static final double TILED_IMAGE_BYTES = RGB + PNG_BYTES;

    private static final int MAP_PNG_BYTES = 4;
    private static final int MASK_PNG_BYTES = 2;

    /** Returns the pixels of the image, in proportion to which it takes time. */
    int pixels() {
        return (int) header.pixels();
    }

    /**
     * Returns the bytes that examining the image takes.
     *
     * <p>The larger of two things counts. The first is to decode the image and to resize it for the model: some rows of
     * it where the format is decoded row by row, otherwise about 3 to 15 bytes per pixel. The second is to run the model
     * and to make the response: pictures of an untiled image take {@value #PICTURE_BYTES} bytes per pixel; of a tiled one
     * what is kept of the image, its map, the inputs in flight and each picture count.
     *
     * @param maxPictureSide longest side of the pictures; null for the size of the image
     */
    long examining(Set<Include> include, @Nullable Integer maxPictureSide) {
        FrameSize picture = ResponsePictures.size(plan.image(), maxPictureSide);
        boolean reconstruction = include.contains(Include.RECONSTRUCTION);
        long responding = COLUMN_BYTES * header.uprightWidth() + regionBytes();
        if (plan.tiled()) {
            responding += (long) RGB * plan.frame().pixels() + plan.mapBytes();
            responding += tilesInFlight() * modelBytes(plan.input(), reconstruction);
            responding += reconstruction ? reconstructionRowBytes() : 0;
            responding += reconstruction ? tiledReconstruction(maxPictureSide) : 0;
            responding += tiledPictures(include, picture);
        } else {
            responding += modelBytes(plan.input(), reconstruction);
            responding +=
                    reconstruction ? (long) (RGB + PNG_BYTES) * plan.input().pixels() : 0;
            responding += Include.atImageSize(include) ? PICTURE_BYTES * picture.pixels() : 0;
            boolean reduced = include.contains(Include.OVERLAY) && !picture.equals(plan.image());
            responding += reduced ? RGB * header.pixels() : 0;
        }
        return Math.max(preparing(include.contains(Include.OVERLAY)), responding);
    }

    private long tiledReconstruction(@Nullable Integer maxPictureSide) {
        FrameSize picture = ResponsePictures.size(plan.frame(), maxPictureSide);
        return (long) RGB * plan.frame().pixels() + (long) (RGB + PNG_BYTES) * picture.pixels();
    }

    private long tiledPictures(Set<Include> include, FrameSize picture) {
        long bytesPerPixel = (include.contains(Include.MAP) ? MAP_PNG_BYTES : 0)
                + (include.contains(Include.MAP_FLOAT32) ? Float.BYTES : 0)
                + (include.contains(Include.MASK) ? MASK_PNG_BYTES : 0);
        long kept = 0;
        if (include.contains(Include.OVERLAY)) {
            bytesPerPixel += PNG_BYTES + (picture.equals(plan.image()) ? 0 : RGB);
            // At the image's own size the frame has the same samples, unless it is gray and has one channel.
            kept = (plan.frame().equals(plan.image()) ? 1 : RGB) * header.pixels();
        }
        return kept + bytesPerPixel * picture.pixels();
    }

    /**
     * Returns the bytes that decoding the image and resizing it for the model takes.
     *
     * @param keep whether the image at its own size is kept too
     */
    long preparing(boolean keep) {
        FrameSize frame = plan.frame();
        if (plan.tiled()) {
            return header.scalingBytes(frame.width(), frame.height(), keep) + regionBytes();
        }
        return regionBytes()
                + (keep
                        ? header.keepingBytes(frame.width(), frame.height())
                        : header.resizingBytes(frame.width(), frame.height()));
    }

    /** Returns how many inputs of a tiled image are in flight at most; 0 of an untiled one. */
    int tilesInFlight() {
        return plan.tiled() ? Math.min(plan.tiles(), inFlight) : 0;
    }

    /**
     * Returns the bytes that predicting takes in addition to {@link #preparing}, as long as it takes: of an untiled image its
     * input and outputs, of a tiled one the blended outputs, without its {@link #tilesInFlight}.
     */
    long predicting(boolean reconstruction) {
        if (!plan.tiled()) {
            return regionBytes() + modelBytes(plan.input(), reconstruction);
        }
        long planes = (long) RECONSTRUCTION_BYTES * plan.frame().pixels() + reconstructionRowBytes();
        return regionBytes() + plan.mapBytes() + (reconstruction ? planes : 0);
    }

    /** Returns the bytes of the rows of a tiled image's reconstruction that are not complete. */
    private long reconstructionRowBytes() {
        long rows = Math.min(plan.input().height(), plan.frame().height());
        return RECONSTRUCTION_BYTES * rows * plan.frame().width();
    }

    /** Returns the bytes of the pixels that count of the frame and of the image, each made of two masks. */
    private long regionBytes() {
        return region ? 2 * (maskBytes(plan.frame()) + maskBytes(plan.image())) : 0;
    }

    private static long maskBytes(FrameSize size) {
        return Long.BYTES * (((long) size.width() + Long.SIZE - 1) / Long.SIZE) * size.height();
    }

    /** Returns the bytes that an input takes in the queue of a model, and its output. */
    static long modelBytes(FrameSize input, boolean reconstruction) {
        return (MODEL_BYTES + (reconstruction ? RECONSTRUCTION_BYTES : 0)) * (long) input.pixels();
    }
}
