package io.draem.service.grpc;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import io.draem.service.protocol.Invalid;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** One message and what is held for it, from its first byte until the client has the response. */
final class Inference {

    /** What a piece of a message takes in memory besides its bytes: however small, it keeps a part of a buffer. */
    static final int PIECE = 512;

    private final InferenceHandler handler;
    private final CallContext context;
    private Admission.@Nullable Upload upload;
    private final AtomicReference<State> state = new AtomicReference<>(State.ARRIVING);
    private Admission.@Nullable Permit permit;
    private volatile @Nullable Future<?> timer;
    /** Bytes that have arrived; known to the connection's thread. */
    private long size;

    private enum State {
        ARRIVING,
        REFUSED,
        ANSWERING,
        RELEASED
    }

    private Inference(InferenceHandler handler, CallContext context) {
        this.handler = handler;
        this.context = context;
    }

    /**
     * Starts to count a message. Its model is in it: until then only whether there is a slot at all decides.
     *
     * @param routingKey of the call; null for none
     * @param deadline of the call; null for none
     * @param onRefusal called on any thread when the bytes are needed for others, the service does not wait for more, or the
     *     deadline has passed
     * @throws DetectionException if the service shuts down or has no slot
     */
    static Inference open(
            InferenceHandler handler,
            String client,
            @Nullable String routingKey,
            @Nullable Deadline deadline,
            BiConsumer<Inference, DetectionException> onRefusal)
            throws DetectionException {
        CallContext context = new CallContext(client, routingKey, handler.timeout());
        if (deadline != null) {
            context.answerWithin(Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS)));
        }
        Inference opened = new Inference(handler, context);
        opened.upload = handler.admission().receiveForAnyModel(client, reason -> onRefusal.accept(opened, reason));
        try {
            opened.schedule(
                    Duration.ofNanos(context.nanosLeft()),
                    () -> onRefusal.accept(opened, DetectionException.lateBody()));
        } catch (RuntimeException | Error e) {
            opened.counted().close(); // a shutdown would wait for it
            throw e;
        }
        return opened;
    }

    private Admission.Upload counted() {
        return Objects.requireNonNull(upload);
    }

    CallContext context() {
        return context;
    }

    /** Calls an action some time after the deadline if the inference is not released by then. */
    void limitResponse(Duration after, Runnable action) {
        schedule(Duration.ofNanos(context.nanosLeft()).plus(after), action);
    }

    private void schedule(Duration delay, Runnable action) {
        Future<?> before = timer;
        if (before != null) {
            before.cancel(false);
        }
        timer = handler.timer().schedule(action, Math.max(0, delay.toMillis()), TimeUnit.MILLISECONDS);
    }

    /** Counts bytes; returns why they are refused, null if they are not. */
    @Nullable
    DetectionException grow(long more) {
        size += more;
        if (size > handler.maxBytes()) {
            return Invalid.largeBody(handler.maxBytes());
        }
        return counted().grow(more + PIECE) ? null : DetectionException.bodiesTakeAll();
    }

    /** Ends the time in which the message arrives, unless it has ended; returns whether it had not. */
    boolean refuse() {
        return state.compareAndSet(State.ARRIVING, State.REFUSED);
    }

    /**
     * Notes that the message has arrived: from now on it is answered.
     *
     * @return whether it was not refused before
     */
    boolean complete(long length) {
        return counted().complete(length) && state.compareAndSet(State.ARRIVING, State.ANSWERING);
    }

    /** Takes a slot, which it had no need of until now. */
    void admit(@Nullable String model, String client) throws DetectionException {
        permit = handler.admission().admit(model, client, true);
    }

    /**
     * Gives back what is held, once.
     *
     * @param failure why the response has not reached the client; null where it has
     * @return whether the message had not arrived, nor was refused: nothing is reported of it then
     */
    boolean release(@Nullable Outcome failure) {
        State before = state.getAndSet(State.RELEASED);
        if (before == State.RELEASED) {
            return false;
        }
        Future<?> limit = timer;
        if (limit != null) {
            limit.cancel(false);
        }
        context.answered(failure);
        if (permit != null) {
            permit.close();
        }
        counted().close();
        return before == State.ARRIVING;
    }
}
