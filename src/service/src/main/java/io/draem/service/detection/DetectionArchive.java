package io.draem.service.detection;

import io.draem.frame.RegionOfInterest;
import io.draem.score.AnomalyMap;
import org.jspecify.annotations.Nullable;

/** Is offered each image with its verdict and its map, to keep them. */
@FunctionalInterface
public interface DetectionArchive {

    /** Keeps nothing. */
    DetectionArchive NONE = (request, detection, map, region) -> {};

    /**
     * An image has a verdict; called on the thread of the request, before its response is sent, so that it must be quick.
     *
     * @param map raw anomaly map of the image, not changed afterwards
     * @param region the part of the image that counted; null for all of it
     */
    void offer(DetectionRequest request, Detection detection, AnomalyMap map, @Nullable RegionOfInterest region);
}
