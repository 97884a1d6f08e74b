package io.draem.service.detection;

import io.draem.frame.RegionOfInterest;
import io.draem.service.queue.RequestContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Images for which a request asks for the outputs of a model's network.
 *
 * @param inputs at least one
 * @param reconstruction whether the response needs the reconstructions
 * @param region the part of each encoded image that counts, in place of the model's own; null for the model's own
 * @param context of the HTTP request that carries it
 */
public record PredictionRequest(
        List<Input> inputs,
        boolean reconstruction,
        @Nullable RegionOfInterest region,
        RequestContext context) {

    public PredictionRequest {
        inputs = List.copyOf(inputs);
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("A request has at least one image");
        }
    }

    /** One image. */
    public sealed interface Input {

        /**
         * The network's own input.
         *
         * @param values {@code [3, height, width]} at the model's size, RGB, 0 to 1; not copied
         */
        record Tensor(float[] values) implements Input {}

        /**
         * An image that is to be decoded and resized.
         *
         * @param image encoded bytes; not copied
         */
        record Encoded(byte[] image) implements Input {}
    }
}
