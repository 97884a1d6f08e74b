package io.draem.service.detection;

import java.util.List;

/**
 * Images that a model is asked about, to be answered with what its network says.
 *
 * @param inputs at least one
 * @param reconstruction whether the answer needs the repaired images
 * @param caller who waits for the answer
 */
public record PredictionRequest(List<PredictionInput> inputs, boolean reconstruction, Caller caller) {

    public PredictionRequest {
        inputs = List.copyOf(inputs);
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("A request has at least one image");
        }
    }
}
