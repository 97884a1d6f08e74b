package io.draem.service.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The slots of an {@link InferenceQueue}, held by requests that are still being prepared and by waiting requests, and the
 * order of the latter. All methods except {@link #isDraining}, {@link #isClosed} and {@link #capacity} are called under
 * {@link #lock}.
 */
final class RequestBuffer<I, O> {

    /** Guards the buffer, its windows and the runs of the queue. */
    final ReentrantLock lock = new ReentrantLock();
    /** Signaled when the buffer or the runs have changed. */
    final Condition changed = lock.newCondition();

    private final int capacity;
    private final Deque<PendingRequest<I, O>> waiting = new ArrayDeque<>();
    /** Windows that wait for a slot, longest wait first. */
    private final List<QueueWindow<I, O>> windows = new ArrayList<>();
    /** What requests that hold a slot will still submit. */
    final Backlog announced = new Backlog();
    /** Slots held by windows beyond the first slot of each. */
    private int further;

    private int reserved;
    private volatile boolean draining;
    private volatile boolean closed;

    RequestBuffer(int capacity) {
        this.capacity = capacity;
    }

    int capacity() {
        return capacity;
    }

    /** Returns how many slots are held. */
    int depth() {
        return waiting.size() + reserved;
    }

    /** Returns whether new requests are refused because of capacity. Free slots due to windows do not count as free. */
    boolean isFull() {
        long open = windows.stream()
                .filter(window -> window.isOpen() && !window.isIdle())
                .count();
        return depth() + announced.idle() + Math.max(0, Math.min(open, mostFurther() - further)) >= capacity;
    }

    /** Returns whether new requests are refused; called without the lock too. */
    boolean isDraining() {
        return draining;
    }

    /** Returns whether requests that hold a slot are refused too; called without the lock too. */
    boolean isClosed() {
        return closed;
    }

    /** Returns whether no request waits and none can come. */
    boolean isFinished() {
        return waiting.isEmpty() && (closed || draining && reserved == 0 && announced.isEmpty());
    }

    /** Refuses new requests; slots that are held stay valid, and what is announced still gets slots. */
    void drain() {
        draining = true;
        windows.forEach(QueueWindow::wake);
        changed.signalAll();
    }

    /** Refuses all requests, also those that hold a slot. */
    void close() {
        draining = true;
        closed = true;
        windows.forEach(QueueWindow::wake);
        changed.signalAll();
    }

    /** Queues a window that waits for a slot. */
    void enter(QueueWindow<I, O> window) {
        windows.add(window);
        slotsChanged();
    }

    /** Ends the wait of a window; frees a slot that was offered to it and not accepted. */
    void leave(QueueWindow<I, O> window) {
        windows.remove(window);
        if (window.accept()) {
            reserved--;
            freed(window, true);
        }
        slotsChanged();
    }

    /** Offers free slots to waiting windows, longest wait first, and signals the change. Allocates nothing. */
    void slotsChanged() {
        for (int i = 0; !closed && i < windows.size() && depth() < capacity; i++) {
            QueueWindow<I, O> window = windows.get(i);
            if (window.isOpen() && mayTake(window)) {
                reserve(window, true);
                window.offer();
            }
        }
        changed.signalAll();
    }

    private boolean mayTake(QueueWindow<I, O> window) {
        if (draining && window.announced() == 0) {
            return false;
        }
        return window.isIdle() || further < mostFurther() && depth() + announced.idle() < capacity;
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

    /** Frees the slot of a request that was being prepared. */
    void release(Slot<I, O> slot) {
        reserved--;
        freed(slot);
    }

    private void freed(Slot<I, O> slot) {
        freed(slot.window(), slot.isFurther());
    }

    private void freed(@Nullable QueueWindow<I, O> window, boolean wasFurther) {
        if (window != null) {
            window.freed();
        }
        further -= wasFurther ? 1 : 0;
    }

    /** Returns how many requests wait. */
    int size() {
        return waiting.size();
    }

    /** Returns when the oldest waiting request was submitted. */
    long oldest() {
        return waiting.getFirst().submitted();
    }

    /** Appends a request; it keeps the slot that it was prepared in. */
    void add(PendingRequest<I, O> pending) {
        reserved--;
        waiting.addLast(pending);
    }

    void remove(PendingRequest<I, O> pending) {
        if (waiting.remove(pending)) {
            freed(pending.slot());
        }
    }

    /**
     * Removes the oldest requests.
     *
     * @param most maximum number of requests returned
     * @param late receives the removed requests whose deadline has passed; they are not returned
     */
    List<PendingRequest<I, O>> take(int most, long now, Consumer<PendingRequest<I, O>> late) {
        List<PendingRequest<I, O>> batch = new ArrayList<>();
        while (batch.size() < most && !waiting.isEmpty()) {
            PendingRequest<I, O> pending = waiting.removeFirst();
            freed(pending.slot());
            if (pending.isLate(now)) {
                late.accept(pending);
            } else {
                batch.add(pending);
            }
        }
        return batch;
    }

    /** Removes all waiting requests. */
    void clear(Consumer<PendingRequest<I, O>> each) {
        while (!waiting.isEmpty()) { // if one fails, the others still wait
            PendingRequest<I, O> pending = waiting.removeFirst();
            freed(pending.slot());
            each.accept(pending);
        }
    }
}
