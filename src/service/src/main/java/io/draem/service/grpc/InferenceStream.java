package io.draem.service.grpc;

import io.draem.service.grpc.inference.ModelInferRequest;
import io.draem.service.grpc.inference.ModelInferResponse;
import io.draem.service.grpc.inference.ModelStreamInferResponse;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.Objects;

/** A call of any number of inferences, answered in their order. */
final class InferenceStream extends InferenceCall<ModelStreamInferResponse> {

    /** Whether the client has not taken the last response yet. */
    private boolean waiting;

    InferenceStream(
            InferenceHandler handler, ServerCall<ModelInferRequest, ModelStreamInferResponse> call, Metadata headers) {
        super(handler, call, headers);
        requestMessage();
    }

    @Override
    public void onMessage(ModelInferRequest message) {
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
    void fail(StatusException reason) {
        String text = Objects.requireNonNull(reason.getStatus().getDescription());
        sendMessage(ModelStreamInferResponse.newBuilder().setErrorMessage(text).build());
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
            requestMessage();
        }
    }
}
