package io.draem.service.detection;

import io.draem.frame.RegionOfInterest;
import io.draem.score.AnomalyMap;
import org.jspecify.annotations.Nullable;

/**
 * Is offered each image with what a model says of it, to keep them. Called on the thread of the request, before its response
 * is sent, so that it must be quick.
 */
public interface DetectionArchive {

    /** Keeps nothing. */
    DetectionArchive NONE = new DetectionArchive() {

        @Override
        public void offer(
                DetectionRequest request, Detection detection, AnomalyMap map, @Nullable RegionOfInterest region) {}

        @Override
        public void offer(PredictionRequest request, byte[] image, Prediction prediction) {}
    };

    /**
     * An image has a verdict.
     *
     * @param map raw anomaly map of the image, not changed afterwards
     * @param region the part of the image that counted; null for all of it
     */
    void offer(DetectionRequest request, Detection detection, AnomalyMap map, @Nullable RegionOfInterest region);

    /**
     * A network has run on an encoded image of a request for its outputs, not on a tensor.
     *
     * @param image encoded bytes; not copied
     */
    void offer(PredictionRequest request, byte[] image, Prediction prediction);
}
