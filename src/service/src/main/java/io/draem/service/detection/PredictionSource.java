package io.draem.service.detection;

import io.draem.service.models.ServedModel;
import java.io.IOException;

/** A request that can be read once it is known which model answers it. */
@FunctionalInterface
public interface PredictionSource {

    /**
     * Reads the request.
     *
     * @param model the model that will answer; its card says what it takes
     * @throws DetectionException if the request is wrong; the message is meant for the caller
     * @throws IOException if the caller went away
     */
    PredictionRequest read(ServedModel model) throws DetectionException, IOException;
}
