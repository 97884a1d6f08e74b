package io.draem.service.detection;

import io.draem.frame.RegionOfInterest;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageHeader;
import io.draem.service.queue.FairExecutor;
import io.draem.service.queue.RequestContext;

/** Reads the regions of interest of requests: polygons as text, or a mask as an image. */
public final class RequestedRegions {

    /** Most characters of polygons: the more edges they have, the longer it takes to find the pixels inside. */
    private static final int MAX_TEXT = 1 << 14;

    /** Bytes of heap per pixel of a mask for its samples, the values of them, and whether they count. */
    private static final long MASK_BYTES = 10;

    /** Those of them for the values, which are made of the decoded image. */
    private static final long VALUE_BYTES = 2;

    /** Masks share the threads with the images of the models, as if they were one model's. */
    private static final String WORK = "masks";

    private final ImageDecoder decoder;
    private final PixelBudget pixels;
    private final FairExecutor threads;

    RequestedRegions(ImageDecoder decoder, PixelBudget pixels, FairExecutor threads) {
        this.decoder = decoder;
        this.pixels = pixels;
        this.threads = threads;
    }

    /**
     * Returns the polygons of a text {@code x,y x,y x,y;x,y ...}, relative to the image.
     *
     * @param name name of the parameter that has it, for the message
     * @throws DetectionException if it is not of that form, or has too many points
     */
    public static RegionOfInterest ofText(String name, String text) throws DetectionException {
        if (text.length() > MAX_TEXT) {
            throw invalid("The parameter " + name + " is longer than " + MAX_TEXT
                    + " characters: simplify the polygons, or send a mask image");
        }
        // A mask as text would be decoded here, whatever memory it takes.
        if (text.stripLeading().startsWith("{")) {
            throw invalid(
                    "The parameter " + name + " must be polygons x,y x,y x,y separated by semicolons, with x and y"
                            + " from 0 to 1: send a mask as an image, in a form");
        }
        try {
            return RegionOfInterest.parse(text);
        } catch (IllegalArgumentException e) {
            throw invalid("The parameter " + name + " is wrong: " + e.getMessage());
        }
    }

    /**
     * Returns the region that a mask marks, which takes little memory. The mask itself is in memory only until then.
     *
     * @param name name of the part that has it, for the message
     * @param mask encoded bytes; not copied
     * @throws DetectionException if the mask is no image or a photograph, is too large, or marks nothing, or if there was no
     *     memory for it before the deadline
     */
    public RegionOfInterest ofMask(String name, byte[] mask, RequestContext context) throws DetectionException {
        try {
            ImageHeader header = decoder.open(mask).header();
            long bytes = Math.max(header.decodingBytes() + VALUE_BYTES * header.pixels(), MASK_BYTES * header.pixels());
            try (PixelBudget.Share share = pixels.take(bytes, "send a smaller mask", context)) {
                return ModelQueue.call(threads, WORK, context, (int) header.pixels(), () -> decode(name, mask));
            }
        } catch (ImageException e) {
            throw unreadable(name, e);
        }
    }

    private RegionOfInterest decode(String name, byte[] mask) throws DetectionException {
        try {
            return RegionOfInterest.ofMask(decoder.decodeMask(mask));
        } catch (ImageException e) {
            throw unreadable(name, e);
        } catch (IllegalArgumentException e) {
            throw invalid("The part '" + name + "': " + e.getMessage()
                    + ": make the pixels that count white, the others black");
        }
    }

    private static DetectionException unreadable(String name, ImageException e) {
        return DetectionException.of("The part '" + name + "' is no mask (polygons belong in the query): ", e);
    }

    private static DetectionException invalid(String detail) {
        return new DetectionException.Rejected(Outcome.INVALID_REQUEST, detail);
    }
}
