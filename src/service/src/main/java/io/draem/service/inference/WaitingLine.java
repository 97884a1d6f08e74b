package io.draem.service.inference;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * The places of an {@link InferenceQueue}: those of requests that are still being prepared, and those of requests that
 * wait, in their order. Guarded by the queue's lock.
 */
final class WaitingLine<I, O> {

    private final int capacity;
    private final Deque<Ticket<I, O>> waiting = new ArrayDeque<>();
    private int reserved;

    WaitingLine(int capacity) {
        this.capacity = capacity;
    }

    int capacity() {
        return capacity;
    }

    /** Returns how many places are taken. */
    int depth() {
        return waiting.size() + reserved;
    }

    boolean isFull() {
        return depth() >= capacity;
    }

    /** Takes a place for a request that is being prepared. */
    void reserve() {
        reserved++;
    }

    /** Gives such a place back. */
    void release() {
        reserved--;
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

    void add(Ticket<I, O> ticket) {
        waiting.addLast(ticket);
    }

    void remove(Ticket<I, O> ticket) {
        waiting.remove(ticket);
    }

    /**
     * Takes the oldest requests.
     *
     * @param most how many at most
     * @param late gets those that nobody wants any more, which are not among them
     */
    List<Ticket<I, O>> take(int most, long now, Consumer<Ticket<I, O>> late) {
        List<Ticket<I, O>> batch = new ArrayList<>();
        while (batch.size() < most && !waiting.isEmpty()) {
            Ticket<I, O> ticket = waiting.removeFirst();
            if (ticket.isLate(now)) {
                late.accept(ticket);
            } else {
                batch.add(ticket);
            }
        }
        return batch;
    }

    /** Takes all requests that wait. */
    void clear(Consumer<Ticket<I, O>> each) {
        waiting.forEach(each);
        waiting.clear();
    }
}
