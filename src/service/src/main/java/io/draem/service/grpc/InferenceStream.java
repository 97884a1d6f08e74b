package io.draem.service.grpc;

import io.draem.service.detection.DetectionException;
import io.draem.service.grpc.inference.ModelInferResponse;
import io.draem.service.grpc.inference.ModelStreamInferResponse;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.Objects;
import java.util.Set;

/**
 * A call of any number of inferences, answered in their order. The next message is read once the client has taken the
 * response to the one before.
 */
final class InferenceStream extends InferenceListener<ModelStreamInferResponse> {

    private final Set<InferenceStream> streams;

    /** Whether the client has not taken the last response yet. */
    private boolean waiting;

    InferenceStream(InferenceHandler handler, ServerCall<byte[], ModelStreamInferResponse> call, Metadata headers) {
        super(handler, call, headers);
        streams = handler.streams();
        streams.add(this);
        request(1);
    }

    /** Ends the call as unavailable, on any thread. */
    void shutDown() {
        close(CallErrors.of(DetectionException.shuttingDown()));
    }

    @Override
    public void onCancel() {
        streams.remove(this);
        super.onCancel();
    }

    @Override
    public void onComplete() {
        streams.remove(this);
        super.onComplete();
    }

    @Override
    public void onMessage(byte[] message) {
        answer(message);
    }

    @Override
    public void onHalfClose() {
        close(Status.OK, new Metadata());
    }

    @Override
    void count(CallKeys keys, CallKeys.Client client) throws StatusException {
        keys.admitInference(client);
    }

    @Override
    void send(ModelInferResponse response) {
        sendMessage(
                ModelStreamInferResponse.newBuilder().setInferResponse(response).build());
        proceed();
    }

    @Override
    void fail(StatusException reason, String id) {
        String text = Objects.requireNonNull(reason.getStatus().getDescription());
        sendMessage(ModelStreamInferResponse.newBuilder()
                .setErrorMessage(text)
                .setInferResponse(ModelInferResponse.newBuilder().setId(id))
                .build());
        proceed();
    }

    @Override
    public void onReady() {
        if (waiting) {
            proceed();
        }
    }

    private void proceed() {
        waiting = !isTaken();
        if (!waiting) {
            release(null);
            request(1);
        }
    }
}
