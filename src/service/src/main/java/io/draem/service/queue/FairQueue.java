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
 * <p>Small requests therefore pass large ones, also those of the same client, but no request is passed for ever: what passes
 * it costs no more than it costs itself, for each client that waits. A client that waits alone may use everything. Not safe
 * for use by several threads.
 *
 * <p>{@link #serve} and {@link #remove} allocate nothing, and {@link #add} changes nothing where it fails: a request neither
 * gets lost nor stays behind when the heap is full.
 *
 * @see <a href="https://dl.acm.org/doi/10.1145/75246.75248">Analysis and Simulation of a Fair Queueing Algorithm</a>
 */
public final class FairQueue<R extends FairQueue.Request> {

    private final Map<String, Client<R>> clients = new HashMap<>();

    /** Number of clients that have a request. */
    private int waiting;

    /** Cost that each of the waiting clients has been served since the line was empty, if all were served alike. */
    private double time;

    private long added;

    /** A request that may wait in one line at a time. */
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

        private final List<R> line = new ArrayList<>();
        /** Virtual time at which its next request starts. */
        private double start;
        /** Cost of what was served. */
        private long served;
    }

    /** Adds a request at the end of what its client has. */
    public void add(String name, R request) {
        forget();
        Client<R> client = clients.computeIfAbsent(name, added -> new Client<>());
        // Of one client's requests the smaller ones come first, until they have cost as much as the larger one.
        request.key = client.served + request.cost;
        int index = client.line.size();
        while (index > 0 && client.line.get(index - 1).key > request.key) {
            index--;
        }
        client.line.add(index, request);
        if (client.line.size() == 1) {
            client.start = Math.max(client.start, time); // what a client did not use while it had nothing is not saved
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
            for (R request : client.line) {
                end += request.cost;
                ranked.add(new Ranked<>(request, end));
            }
        }
        ranked.sort(
                Comparator.<Ranked<R>>comparingDouble(Ranked::end).thenComparingLong(entry -> entry.request().number));
        return ranked.stream().map(Ranked::request).toList();
    }

    /**
     * Takes a request out and counts its cost for its client.
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

    /** Takes a request out that is not served; returns whether it was there. */
    public boolean remove(R request) {
        Client<?> client = request.client;
        if (client == null) {
            return false;
        }
        client.line.remove(request);
        request.client = null;
        if (client.line.isEmpty()) {
            waiting--;
        }
        return true;
    }

    /** Returns whether no request waits. */
    public boolean isEmpty() {
        return waiting == 0;
    }

    /** Forgets clients that have nothing and are owed nothing; all of them when nothing waits. */
    private void forget() {
        if (isEmpty()) {
            clients.clear();
            time = 0;
        } else {
            clients.values().removeIf(client -> client.line.isEmpty() && client.start <= time);
        }
    }
}
