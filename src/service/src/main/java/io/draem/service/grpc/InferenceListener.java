package io.draem.service.grpc;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import io.draem.service.grpc.inference.ModelInferRequest;
import io.draem.service.grpc.inference.ModelInferResponse;
import io.draem.service.web.Headers;
import io.draem.service.web.RequestId;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusException;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Handles a call that takes inferences, one at a time. Bytes arrive on the thread of the connection, messages and what
 * follows from them on the call's own, and refusals on any.
 *
 * @param <A> its responses
 */
abstract class InferenceListener<A> extends ServerCall.Listener<byte[]> {

    private static final Logger log = LoggerFactory.getLogger(InferenceListener.class);

    /** How long after its deadline a client may take to read a response, which holds a slot and memory until then. */
    private static final Duration TO_READ = Duration.ofSeconds(10);

    private final InferenceHandler handler;
    private final ServerCall<byte[], A> call;
    private final MessageBytes bytes = Objects.requireNonNull(MessageBytes.CURRENT.get());
    private final CallKeys.Client client = Objects.requireNonNull(CallKeys.CLIENT.get());
    private final @Nullable Deadline deadline = Context.current().getDeadline();
    private final String requestId;
    private final @Nullable String routingKey;
    private volatile @Nullable Inference current;
    private boolean headersSent;
    private boolean closed;

    InferenceListener(InferenceHandler handler, ServerCall<byte[], A> call, Metadata headers) {
        this.handler = handler;
        this.call = call;
        this.requestId = RequestId.of(headers.get(CallErrors.REQUEST_ID));
        Iterator<String> keys = Objects.requireNonNullElse(headers.getAll(CallKeys.ROUTING), List.<String>of())
                .iterator();
        this.routingKey = keys.hasNext() ? Headers.routingKey(keys.next()) : null; // the first, as over HTTP
        bytes.listen(this::arrived);
        // On the connection's thread: that of the call may be in the middle of an inference.
        Context.current().addListener(context -> abandon(), Runnable::run);
    }

    /** Starts to count a message, unless that has happened or the call has ended. */
    final void open() throws DetectionException {
        if (current == null && !isClosed()) {
            current = Inference.open(handler, client.id(), routingKey, deadline, this::refuse);
        }
    }

    /** Lets more messages arrive. */
    final void request(int messages) {
        call.request(messages);
    }

    private void arrived(long more) {
        try {
            open();
        } catch (DetectionException e) {
            refuse(e);
            return;
        }
        Inference inference = current;
        if (inference != null) {
            DetectionException reason = inference.grow(more);
            if (reason != null) {
                refuse(inference, reason);
            }
        }
    }

    /** Ends the call of which no message is wanted, or no more of it. */
    final void refuse(DetectionException reason) {
        Inference inference = current;
        if (inference != null) {
            refuse(inference, reason);
        } else if (close(CallErrors.of(reason))) {
            handler.listener().ended(null, reason.outcome(), Duration.ZERO);
        }
    }

    /** Ends the call whose message, or the rest of it, is not wanted; does nothing once it is being answered. */
    final void refuse(Inference inference, DetectionException reason) {
        if (inference.refuse()) {
            close(CallErrors.of(reason));
            handler.listener().ended(null, reason.outcome(), inference.context().age());
        }
    }

    /** Answers a message on this thread, whose client may have to wait for its turn. */
    final void answer(byte[] message) {
        try (MDC.MDCCloseable id = MDC.putCloseable(RequestId.LOG_KEY, requestId)) {
            try {
                open();
            } catch (DetectionException e) {
                refuse(e);
                return;
            }
            Inference inference = current;
            if (inference != null && inference.complete(message.length)) {
                inference.limitResponse(TO_READ, () -> bytes.reset("The response was not read"));
                answer(message, inference);
            }
        }
    }

    private void answer(byte[] message, Inference inference) {
        CallContext context = inference.context();
        ModelInferRequest request = ModelInferRequest.getDefaultInstance();
        try {
            count(handler.keys(), client);
            request = MessageCheck.parse(message, handler.maxImages());
            send(new InferenceMessages(request).answer(handler, inference, client.id()));
        } catch (DetectionException e) {
            if (!e.isReported() && !context.isReported()) {
                handler.listener().ended(null, e.outcome(), context.age());
            }
            fail(CallErrors.of(e), request.getId());
        } catch (StatusException e) {
            if (e.getStatus().getCode() == Status.Code.UNAUTHENTICATED) {
                close(e); // its key was removed
            }
            fail(e, request.getId());
        } catch (IOException | RuntimeException e) {
            log.error("{} failed", call.getMethodDescriptor().getFullMethodName(), e);
            failed(Outcome.INTERNAL_ERROR, context);
            fail(CallErrors.internal(), request.getId());
        } catch (OutOfMemoryError e) {
            failed(Outcome.OUT_OF_MEMORY, context);
            fail(CallErrors.of(DetectionException.outOfMemory()), request.getId());
        }
    }

    /** Notes a failure before what would follow from a success. */
    private void failed(Outcome outcome, CallContext context) {
        if (!context.isReported()) {
            handler.listener().ended(null, outcome, context.age());
        }
        context.answered(outcome);
    }

    /** Counts an inference against the rate limit of its key, where the call itself did not count. */
    void count(CallKeys keys, CallKeys.Client client) throws StatusException {}

    /** Sends the response to a message. */
    abstract void send(ModelInferResponse response);

    /**
     * Sends why there is none.
     *
     * @param id the identifier that the client gave to its request; empty for none
     */
    abstract void fail(StatusException reason, String id);

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Sends a message, unless the call has ended. */
    final synchronized void sendMessage(A message) {
        if (closed) {
            return;
        }
        try {
            if (!headersSent) {
                headersSent = true;
                Metadata headers = new Metadata();
                headers.put(CallErrors.REQUEST_ID, requestId);
                call.sendHeaders(headers);
            }
            call.sendMessage(message);
        } catch (RuntimeException | Error e) {
            closed = true; // gRPC has ended the call in some of these cases, and takes no status then
            bytes.reset("The response could not be sent");
            throw e;
        }
    }

    /** Ends the call with an error, if it has not ended; returns whether it had not. */
    final boolean close(StatusException reason) {
        Metadata trailers = Objects.requireNonNull(reason.getTrailers());
        // Not as headers: a client that has received these does not try again by itself.
        trailers.put(CallErrors.REQUEST_ID, requestId);
        return close(reason.getStatus(), trailers);
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
            if (inference.release(failure)) {
                handler.listener()
                        .ended(null, Outcome.CANCELLED, inference.context().age());
            }
        }
    }

    private void abandon() {
        Inference inference = current;
        if (inference != null) {
            inference.context().cancel();
        }
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
