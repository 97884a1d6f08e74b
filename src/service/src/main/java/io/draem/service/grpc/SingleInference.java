package io.draem.service.grpc;

import io.draem.service.detection.DetectionException;
import io.draem.service.grpc.inference.ModelInferResponse;
import io.draem.service.protocol.Invalid;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusException;
import org.jspecify.annotations.Nullable;

/** A call of one inference. */
final class SingleInference extends InferenceListener<ModelInferResponse> {

    private byte @Nullable [] message;

    SingleInference(InferenceHandler handler, ServerCall<byte[], ModelInferResponse> call, Metadata headers) {
        super(handler, call, headers);
        try {
            open(); // its time runs from here on, also where no message comes
            request(2); // a second one is noticed
        } catch (DetectionException e) {
            refuse(e);
        }
    }

    @Override
    public void onMessage(byte[] received) {
        if (message == null) {
            message = received;
        } else {
            refuse(Invalid.request("The call has more than one message: send one, or call ModelStreamInfer"));
        }
    }

    @Override
    public void onHalfClose() {
        byte[] received = message;
        message = null;
        if (received == null) {
            refuse(Invalid.request("The call has no message: send one"));
        } else {
            answer(received);
        }
    }

    @Override
    void send(ModelInferResponse response) {
        sendMessage(response);
        close(Status.OK, new Metadata());
    }

    @Override
    void fail(StatusException reason, String id) {
        close(reason);
    }
}
