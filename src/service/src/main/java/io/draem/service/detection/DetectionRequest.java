package io.draem.service.detection;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An image to examine.
 *
 * @param image encoded bytes; not copied
 * @param model name of the model; null for the default
 * @param version version of the model; null for the one in service
 * @param threshold raw image score above which the image is anomalous, 0 to 1; null for the model's own
 * @param pixelThreshold raw map value above which a pixel belongs to a region, 0 to 1; null for the model's own
 * @param include what to give beside the verdict
 * @param caller who waits for the answer
 */
public record DetectionRequest(
        byte[] image,
        @Nullable String model,
        @Nullable Integer version,
        @Nullable Double threshold,
        @Nullable Double pixelThreshold,
        Set<Include> include,
        Caller caller) {

    public DetectionRequest {
        include = Set.copyOf(include);
    }

    /** Returns the same request of another caller. */
    DetectionRequest by(Caller other) {
        return new DetectionRequest(image, model, version, threshold, pixelThreshold, include, other);
    }
}
