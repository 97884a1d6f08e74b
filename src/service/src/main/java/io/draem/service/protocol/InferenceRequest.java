package io.draem.service.protocol;

import io.draem.frame.RegionOfInterest;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of an inference request.
 *
 * @param id identifier from the client, repeated in the response; null without one
 * @param timeout how long the client waits; null where it does not say
 * @param region the part of each image that counts, in place of the model's own; null for the model's own
 * @param inputs the tensors to answer
 * @param outputs the tensors to give
 */
record InferenceRequest(
        @Nullable String id,
        @Nullable Duration timeout,
        @Nullable RegionOfInterest region,
        List<InputTensor> inputs,
        List<Output> outputs) {

    /** What a body without JSON asks for: all in JSON. */
    static final InferenceRequest RAW = new InferenceRequest(
            null,
            null,
            null,
            List.of(),
            OutputTensor.DEFAULT.stream()
                    .map(tensor -> new Output(tensor, false))
                    .toList());

    InferenceRequest {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    boolean wantsReconstruction() {
        return outputs.stream().anyMatch(output -> output.tensor() == OutputTensor.RECONSTRUCTION);
    }

    /**
     * A requested output.
     *
     * @param tensor which one
     * @param binary whether in binary form, behind the JSON
     */
    record Output(OutputTensor tensor, boolean binary) {}
}
