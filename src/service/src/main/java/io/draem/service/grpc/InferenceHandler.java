package io.draem.service.grpc;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionListener;
import io.draem.service.detection.DetectionProperties;
import io.draem.service.detection.MemoryLimits;
import io.draem.service.detection.PredictionService;
import io.draem.service.grpc.inference.ModelInferResponse;
import io.draem.service.grpc.inference.ModelStreamInferResponse;
import io.grpc.ServerCallHandler;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Answers inferences. The bytes of a message count among those of all bodies as they arrive, and it takes a slot once it is
 * whole.
 *
 * @param keys counts the inferences of streams
 * @param timer refuses messages that do not arrive, and resets calls whose responses are not read
 * @param timeout how long an inference may take, with the arrival of its message
 * @param maxImages most images of a request
 * @param maxBytes most bytes of its message
 * @param streams those that have not ended
 */
record InferenceHandler(
        PredictionService predictions,
        Admission admission,
        DetectionListener listener,
        CallKeys keys,
        ScheduledExecutorService timer,
        Duration timeout,
        int maxImages,
        long maxBytes,
        Set<InferenceStream> streams) {

    InferenceHandler(
            PredictionService predictions,
            Admission admission,
            DetectionListener listener,
            CallKeys keys,
            ScheduledExecutorService timer,
            DetectionProperties properties,
            MemoryLimits limits) {
        this(
                predictions,
                admission,
                listener,
                keys,
                timer,
                properties.requestTimeout(),
                properties.batch().maxImages(),
                limits.maxBatchBytes().toBytes(),
                ConcurrentHashMap.newKeySet());
    }

    /** Returns what answers calls of one inference; an error ends the call. */
    ServerCallHandler<byte[], ModelInferResponse> single() {
        return (call, headers) -> new SingleInference(this, call, headers);
    }

    /** Returns what answers inferences one after the other; an error of one does not end the call. */
    ServerCallHandler<byte[], ModelStreamInferResponse> stream() {
        return (call, headers) -> new InferenceStream(this, call, headers);
    }

    /** Ends the streams as unavailable: admission has waited for the inferences, so these are between two. */
    void endStreams() {
        streams.forEach(InferenceStream::shutDown);
    }
}
