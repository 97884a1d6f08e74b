package io.draem.service.grpc;

import io.draem.service.detection.DetectionException;
import io.draem.service.grpc.inference.ModelInferRequest;
import io.draem.service.grpc.inference.ModelInferResponse;
import io.draem.service.protocol.Invalid;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusException;
import org.jspecify.annotations.Nullable;

/** A call of one inference. */
final class SingleInference extends InferenceCall<ModelInferResponse> {

    private @Nullable ModelInferRequest request;

    SingleInference(
            InferenceHandler handler, ServerCall<ModelInferRequest, ModelInferResponse> call, Metadata headers) {
        super(handler, call, headers);
        try {
            open(); // its time runs from here on, also where no message comes
            requestMessage();
        } catch (DetectionException e) {
            refuse(e);
        }
    }

    @Override
    public void onMessage(ModelInferRequest message) {
        request = message;
    }

    @Override
    public void onHalfClose() {
        ModelInferRequest received = request;
        request = null;
        if (received != null) {
            answer(received);
        } else {
            refuse(Invalid.request("The call has no message: send one"));
        }
    }

    @Override
    void send(ModelInferResponse response) {
        sendMessage(response);
        close(Status.OK, new Metadata());
    }

    @Override
    void fail(StatusException reason) {
        close(reason);
    }
}
