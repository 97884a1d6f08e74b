package io.draem.service.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The places of an {@link InferenceQueue}: those of requests that are still being prepared, and those of requests that
 * wait, in their order. Guarded by the queue's lock.
 */
final class RequestBuffer<I, O> {

    private final int capacity;
    private final Deque<PendingRequest<I, O>> waiting = new ArrayDeque<>();
    /** Windows that wait for a place, the one that waits longest first. */
    private final List<QueueWindow<I, O>> windows = new ArrayList<>();
    /** Places that windows have waited for. */
    private int further;

    private int reserved;

    RequestBuffer(int capacity) {
        this.capacity = capacity;
    }

    int capacity() {
        return capacity;
    }

    /** Returns how many places are taken. */
    int depth() {
        return waiting.size() + reserved;
    }

    /** Tells whether a new request is refused: places that are free but due to windows that wait are none. */
    boolean isFull() {
        long open = windows.stream().filter(QueueWindow::isOpen).count();
        return depth() + Math.min(open, mostFurther() - further) >= capacity;
    }

    void enter(QueueWindow<I, O> window) {
        windows.add(window);
    }

    /** Ends the wait of a window; a slot that it was offered and has not taken is free again. */
    void leave(QueueWindow<I, O> window) {
        windows.remove(window);
        if (window.accept()) {
            reserved--;
            freed(window, true);
        }
    }

    /** Offers free slots to the windows that wait, the one that waits longest first. Allocates nothing. */
    void offer() {
        for (int i = 0; i < windows.size() && depth() < capacity && further < mostFurther(); i++) {
            QueueWindow<I, O> window = windows.get(i);
            if (window.isOpen()) {
                reserve(window, true);
                window.offer();
            }
        }
    }

    /** Makes the windows that wait look whether the queue drains. */
    void wakeWindows() {
        windows.forEach(QueueWindow::wake);
    }

    private int mostFurther() {
        return Math.max(1, capacity / 2);
    }

    /**
     * Takes a slot for a request that is being prepared.
     *
     * @param window of the request; null for a request with one input
     * @param isFurther whether the window has waited for it
     */
    void reserve(@Nullable QueueWindow<I, O> window, boolean isFurther) {
        reserved++;
        if (window != null) {
            window.taken();
        }
        further += isFurther ? 1 : 0;
    }

    /** Gives such a slot back. */
    void release(Slot<I, O> place) {
        reserved--;
        freed(place);
    }

    private void freed(Slot<I, O> place) {
        freed(place.window(), place.isFurther());
    }

    private void freed(@Nullable QueueWindow<I, O> window, boolean wasFurther) {
        if (window != null) {
            window.freed();
        }
        further -= wasFurther ? 1 : 0;
    }

    boolean hasReserved() {
        return reserved > 0;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Returns how many requests wait. */
    int size() {
        return waiting.size();
    }

    /** Returns when the oldest request that waits came. */
    long oldest() {
        return waiting.getFirst().submitted();
    }

    /** Has a request wait in the place that it was prepared in. */
    void add(PendingRequest<I, O> pending) {
        reserved--;
        waiting.addLast(pending);
    }

    void remove(PendingRequest<I, O> pending) {
        if (waiting.remove(pending)) {
            freed(pending.place());
        }
    }

    /**
     * Takes the oldest requests.
     *
     * @param most how many at most
     * @param late gets those that nobody wants any more, which are not among them
     */
    List<PendingRequest<I, O>> take(int most, long now, Consumer<PendingRequest<I, O>> late) {
        List<PendingRequest<I, O>> batch = new ArrayList<>();
        while (batch.size() < most && !waiting.isEmpty()) {
            PendingRequest<I, O> pending = waiting.removeFirst();
            freed(pending.place());
            if (pending.isLate(now)) {
                late.accept(pending);
            } else {
                batch.add(pending);
            }
        }
        return batch;
    }

    /** Takes all requests that wait. */
    void clear(Consumer<PendingRequest<I, O>> each) {
        waiting.forEach(pending -> freed(pending.place()));
        waiting.forEach(each);
        waiting.clear();
    }
}
