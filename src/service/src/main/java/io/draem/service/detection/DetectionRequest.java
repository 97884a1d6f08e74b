package io.draem.service.detection;

import io.draem.frame.RegionOfInterest;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.RequestContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An image to examine.
 *
 * @param image encoded bytes; not copied
 * @param model name of the model; null for the default
 * @param version version of the model; null for the one in service, or its candidate
 * @param threshold raw image score above which the image is anomalous, 0 to 1; null for the model's own
 * @param pixelThreshold raw map value above which a pixel belongs to a region, 0 to 1; null for the model's own
 * @param minRegionArea fewest pixels of a region, at least 1; null for the model's own, else the service's
 * @param region the part of the image that counts, in place of the model's own; null for the model's own
 * @param maxPictureSide longest side of the pictures in pixels, 1 to {@value #MOST_PICTURE_SIDE}; null for the size of
 *     the image
 * @param include what the response has in addition to the verdict
 * @param context of the HTTP request that carries it
 */
public record DetectionRequest(
        byte[] image,
        @Nullable String model,
        @Nullable Integer version,
        @Nullable Double threshold,
        @Nullable Double pixelThreshold,
        @Nullable Integer minRegionArea,
        @Nullable RegionOfInterest region,
        @Nullable Integer maxPictureSide,
        Set<Include> include,
        RequestContext context) {

    /** The largest limit of the side of a picture. */
    public static final int MOST_PICTURE_SIDE = 16_384;

    public DetectionRequest {
        include = Set.copyOf(include);
        requireFraction("threshold", threshold);
        requireFraction("pixelThreshold", pixelThreshold);
        if (minRegionArea != null && minRegionArea < 1) {
            throw new IllegalArgumentException("minRegionArea must be at least 1, got " + minRegionArea);
        }
        if (maxPictureSide != null && (maxPictureSide < 1 || maxPictureSide > MOST_PICTURE_SIDE)) {
            throw new IllegalArgumentException(
                    "maxPictureSide must be 1 to " + MOST_PICTURE_SIDE + ", got " + maxPictureSide);
        }
    }

    /**
     * Requires that a model takes the parameters.
     *
     * @throws DetectionException if it has a verdict on no image with them
     */
    void requireTakenBy(ServedModel model) throws DetectionException {
        if (include.contains(Include.RECONSTRUCTION) && !model.reconstructs()) {
            throw new DetectionException.Rejected(
                    Outcome.INVALID_REQUEST,
                    "The model " + model.name() + " was exported without its reconstruction: leave it out of include");
        }
        FrameAdmission.requireAccepted(region, model);
    }

    /** Returns whether a model takes the parameters. */
    boolean isTakenBy(ServedModel model) {
        try {
            requireTakenBy(model);
            return true;
        } catch (DetectionException e) {
            return false;
        }
    }

    /** Returns how to take less memory, as the end of a sentence. */
    String remedy() {
        if (!Include.atImageSize(include)) {
            return "send a smaller image";
        }
        return "send a smaller image, or ask for fewer "
                + (maxPictureSide == null ? "or smaller pictures" : "pictures");
    }

    /** The values of clients are checked before a request is made. */
    private static void requireFraction(String name, @Nullable Double value) {
        if (value != null && !(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " must be between 0 and 1, got " + value);
        }
    }
}
