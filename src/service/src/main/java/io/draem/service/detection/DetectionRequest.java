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
 * @param include what to give beside the verdict
 * @param caller who waits for the answer
 */
public record DetectionRequest(
        byte[] image,
        @Nullable String model,
        @Nullable Integer version,
        @Nullable Double threshold,
        Set<Include> include,
        Caller caller) {

    public DetectionRequest {
        include = Set.copyOf(include);
    }
}
