package io.draem.service.detection;

import io.draem.service.queue.RequestContext;
import java.util.List;

/**
 * Images that a model is asked about, to be answered with what its network says.
 *
 * @param inputs at least one
 * @param reconstruction whether the answer needs the repaired images
 * @param context of the HTTP request that carries it
 */
public record PredictionRequest(List<PredictionInput> inputs, boolean reconstruction, RequestContext context) {

    public PredictionRequest {
        inputs = List.copyOf(inputs);
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("A request has at least one image");
        }
    }
}
