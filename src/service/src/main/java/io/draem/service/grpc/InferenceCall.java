package io.draem.service.grpc;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import io.draem.service.detection.Prediction;
import io.draem.service.grpc.inference.ModelInferRequest;
import io.draem.service.grpc.inference.ModelInferResponse;
import io.draem.service.protocol.Invalid;
import io.draem.service.web.RequestId;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * A call that takes inferences, one at a time: the next message is requested once the client has taken the response to
 * the one before.
 *
 * @param <A> its responses
 */
abstract class InferenceCall<A> extends ServerCall.Listener<ModelInferRequest> {

    private static final Logger log = LoggerFactory.getLogger(InferenceCall.class);

    /** How long a client may take to read a response, which holds a slot and memory until then. */
    private static final Duration TO_READ = Duration.ofSeconds(10);

    private final InferenceHandler handler;
    private final ServerCall<ModelInferRequest, A> call;
    private final MessageBytes bytes = Objects.requireNonNull(MessageBytes.CURRENT.get());
    private final CallKeys.Client client = Objects.requireNonNull(CallKeys.CLIENT.get());
    private final String requestId;
    private volatile @Nullable Inference current;
    private boolean closed;

    InferenceCall(InferenceHandler handler, ServerCall<ModelInferRequest, A> call, Metadata headers) {
        this.handler = handler;
        this.call = call;
        this.requestId = RequestId.of(headers.get(CallErrors.REQUEST_ID));
        bytes.listen(this::arrived);
        // On the connection's thread: that of the call may be in the middle of an inference.
        Context.current().addListener(context -> abandon(), Runnable::run);
        Metadata response = new Metadata();
        response.put(CallErrors.REQUEST_ID, requestId);
        call.sendHeaders(response);
    }

    /** A message, from its first byte until the client has the response. */
    private final class Inference {

        private final CallContext context = new CallContext(client.id(), handler.timeout());
        private final AtomicBoolean released = new AtomicBoolean();
        private final Admission.Upload upload;
        private volatile Admission.@Nullable Permit permit;
        private volatile Future<?> timer;
        /** Bytes that have arrived; known to the connection's thread. */
        private long size;

        Inference() throws DetectionException {
            // Its model is in the message: until then it counts as one of the default.
            upload = handler.admission().receive(null, client.id(), InferenceCall.this::refuse);
            timer = after(handler.timeout(), () -> refuse(DetectionException.lateBody()));
        }

        /** Gives back what the inference holds, once. */
        void release(@Nullable Outcome failure) {
            if (released.compareAndSet(false, true)) {
                timer.cancel(false);
                context.completed(failure);
                Admission.Permit slot = permit;
                if (slot != null) {
                    slot.close();
                }
                upload.close();
            }
        }
    }

    /** Starts to count a message, unless that has happened. */
    final void open() throws DetectionException {
        if (current == null) {
            current = new Inference();
        }
    }

    /** Lets the next message arrive. */
    final void requestMessage() {
        call.request(1);
    }

    private void arrived(long more) {
        try {
            open();
        } catch (DetectionException e) {
            refuse(e);
            return;
        }
        Inference inference = current;
        if (inference == null) {
            return; // refused meanwhile
        }
        inference.size += more;
        if (inference.size > handler.maxBytes()) {
            refuse(Invalid.largeBody(handler.maxBytes()));
        } else if (!inference.upload.grow(more)) {
            refuse(DetectionException.bodiesTakeAll());
        }
    }

    /** Ends the call whose message, or the rest of it, is not wanted. */
    final void refuse(DetectionException reason) {
        if (close(CallErrors.of(reason))) {
            handler.admission().refuse(null, reason, Duration.ZERO);
        }
    }

    /** Answers a message on this thread, whose client may have to wait for its turn. */
    final void answer(ModelInferRequest request) {
        try (MDC.MDCCloseable id = MDC.putCloseable(RequestId.LOG_KEY, requestId)) {
            open();
            Inference inference = Objects.requireNonNull(current);
            inference.timer.cancel(false);
            if (!inference.upload.complete(request.getSerializedSize())) {
                return; // refused meanwhile
            }
            inference.timer = after(handler.timeout().plus(TO_READ), () -> bytes.reset("The response was not read"));
            try {
                count(handler.keys(), client);
                inference.permit = handler.admission().admit(emptyToNull(request.getModelName()), client.id(), true);
                send(response(request, inference));
            } catch (DetectionException e) {
                if (!e.isReported() && !inference.context.isReported()) {
                    handler.listener().ended(null, e.outcome(), inference.context.age());
                }
                fail(CallErrors.of(e));
            }
        } catch (DetectionException e) {
            refuse(e);
        } catch (StatusException e) {
            fail(e);
        } catch (IOException | RuntimeException e) {
            log.error("{} failed", call.getMethodDescriptor().getFullMethodName(), e);
            fail(CallErrors.internal());
        } catch (OutOfMemoryError e) {
            log.error("{} did not fit the heap", call.getMethodDescriptor().getFullMethodName());
            fail(CallErrors.of(DetectionException.outOfMemory()));
        }
    }

    private ModelInferResponse response(ModelInferRequest request, Inference inference)
            throws DetectionException, IOException {
        InferenceMessages messages = new InferenceMessages(request);
        List<Prediction> predictions = handler.predictions()
                .predict(
                        emptyToNull(request.getModelName()),
                        Invalid.version(emptyToNull(request.getModelVersion())),
                        inference.context,
                        model -> messages.read(model, inference.context, handler.maxImages()));
        return messages.answer(predictions);
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }

    /** Counts an inference against the rate limit of its key, where the call itself did not count. */
    void count(CallKeys keys, CallKeys.Client client) throws StatusException {}

    /** Sends the response to a message. */
    abstract void send(ModelInferResponse response);

    /** Sends why there is none. */
    abstract void fail(StatusException reason);

    /** Sends a message, unless the call has ended. */
    final synchronized void sendMessage(A message) {
        if (!closed) {
            call.sendMessage(message);
        }
    }

    /** Ends the call, if it has not ended; returns whether it had not. */
    final boolean close(StatusException reason) {
        Metadata trailers = reason.getTrailers();
        return close(reason.getStatus(), trailers == null ? new Metadata() : trailers);
    }

    final synchronized boolean close(Status status, Metadata trailers) {
        if (closed || call.isCancelled()) {
            return false;
        }
        closed = true;
        call.close(status, trailers);
        return true;
    }

    /** Returns whether the client has taken what was sent. */
    final boolean isTaken() {
        return call.isReady();
    }

    /** Ends the current inference. */
    final void release(@Nullable Outcome failure) {
        Inference inference = current;
        if (inference != null) {
            current = null;
            inference.release(failure);
        }
    }

    private void abandon() {
        Inference inference = current;
        if (inference != null) {
            inference.context.cancel();
        }
    }

    private Future<?> after(Duration delay, Runnable action) {
        return handler.timer().schedule(action, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void onCancel() {
        release(Outcome.CANCELLED);
    }

    @Override
    public void onComplete() {
        release(null);
    }
}
