package io.draem.service.queue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Waiting requests of several clients, ordered by weighted fair queueing: each request has the virtual time at which it
 * would end if all clients were served at the same rate, and the earliest comes first.
 *
 * <p>Small requests therefore pass large ones, also those of the same client, but no request starves: per waiting client, the
 * requests that pass it cost no more than it costs itself. A client that waits alone may use everything. Not thread-safe.
 *
 * <p>{@link #serve} and {@link #remove} allocate nothing, and {@link #add} changes nothing if it fails: no request is lost or
 * left over when the heap is full.
 *
 * @see <a href="https://dl.acm.org/doi/10.1145/75246.75248">Analysis and Simulation of a Fair Queueing Algorithm</a>
 */
public final class FairQueue<R extends FairQueue.Request> {

    private final Map<String, Client<R>> clients = new HashMap<>();

    /** Number of clients that have a request. */
    private int waiting;

    /** Virtual time: the cost served per waiting client since the queue was empty. */
    private double time;

    private long added;

    /** A request that may wait in one queue at a time. */
    public abstract static class Request {

        final long cost;
        long key;
        long number;

        @Nullable
        Client<?> client;

        /**
         * @param cost in any unit, positive
         */
        protected Request(long cost) {
            this.cost = cost;
        }
    }

    private record Ranked<R extends Request>(R request, double end) {}

    static final class Client<R extends Request> {

        private final List<R> requests = new ArrayList<>();
        /** Virtual time at which its next request starts. */
        private double start;
        /** Total cost of its served requests. */
        private long served;
    }

    /** Adds a request of a client. */
    public void add(String name, R request) {
        forget();
        Client<R> client = clients.computeIfAbsent(name, added -> new Client<>());
        // Of one client's requests, smaller ones pass a larger one until they have cost as much as it does.
        request.key = client.served + request.cost;
        int index = client.requests.size();
        while (index > 0 && client.requests.get(index - 1).key > request.key) {
            index--;
        }
        client.requests.add(index, request);
        if (client.requests.size() == 1) {
            client.start = Math.max(client.start, time); // an idle client does not accumulate time
            waiting++;
        }
        request.number = added++;
        request.client = client;
    }

    /** Returns the requests in the order in which they are to be served. */
    public List<R> inOrder() {
        List<Ranked<R>> ranked = new ArrayList<>();
        for (Client<R> client : clients.values()) {
            double end = client.start;
            for (R request : client.requests) {
                end += request.cost;
                ranked.add(new Ranked<>(request, end));
            }
        }
        ranked.sort(
                Comparator.<Ranked<R>>comparingDouble(Ranked::end).thenComparingLong(entry -> entry.request().number));
        return ranked.stream().map(Ranked::request).toList();
    }

    /**
     * Removes a request and charges its cost to its client.
     *
     * @throws IllegalArgumentException if the request does not wait
     */
    public void serve(R request) {
        Client<?> client = request.client;
        int clientsBefore = waiting;
        if (client == null || !remove(request)) {
            throw new IllegalArgumentException("The request does not wait");
        }
        long cost = request.cost;
        client.start += cost;
        client.served += cost;
        time += (double) cost / clientsBefore;
    }

    /** Removes a request without serving it; returns whether it was waiting. */
    public boolean remove(R request) {
        Client<?> client = request.client;
        if (client == null) {
            return false;
        }
        client.requests.remove(request);
        request.client = null;
        if (client.requests.isEmpty()) {
            waiting--;
        }
        return true;
    }

    /** Returns whether no request waits. */
    public boolean isEmpty() {
        return waiting == 0;
    }

    /** Removes clients that have no request and have used their share of the time; all of them when nothing waits. */
    private void forget() {
        if (isEmpty()) {
            clients.clear();
            time = 0;
        } else {
            clients.values().removeIf(client -> client.requests.isEmpty() && client.start <= time);
        }
    }
}
