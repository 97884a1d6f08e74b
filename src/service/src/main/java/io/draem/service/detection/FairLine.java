package io.draem.service.detection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Waiting requests of several clients, ordered by weighted fair queueing: each request has the virtual time at which it
 * would end if all clients were served at the same rate, and the earliest comes first.
 *
 * <p>Small requests therefore pass large ones, also those of the same client, but no request is passed for ever: what passes
 * it costs no more than it costs itself, for each client that waits. A client that waits alone may use everything. Not safe
 * for use by several threads.
 *
 * @see <a href="https://dl.acm.org/doi/10.1145/75246.75248">Analysis and Simulation of a Fair Queueing Algorithm</a>
 */
final class FairLine<T> {

    private final Map<String, Client<T>> clients = new HashMap<>();

    /** Cost that each of the waiting clients has been served since the line was empty, if all were served alike. */
    private double time;

    private long added;

    private record Waiting<T>(T item, long cost, long key, long number) {}

    private record Ranked<T>(Waiting<T> waiting, double end) {}

    private static final class Client<T> {

        private final List<Waiting<T>> line = new ArrayList<>();
        /** Virtual time at which its next request starts. */
        private double start;
        /** Cost of what was served. */
        private long served;
    }

    /**
     * Adds a request at the end of what its client has.
     *
     * @param cost in any unit, positive
     */
    void add(String name, long cost, T item) {
        Client<T> client = clients.computeIfAbsent(name, added -> new Client<>());
        if (client.line.isEmpty()) {
            client.start = Math.max(client.start, time); // what a client did not use while it had nothing is not saved
        }
        // Of one client's requests the smaller ones come first, until they have cost as much as the larger one.
        client.line.add(new Waiting<>(item, cost, client.served + cost, added++));
        client.line.sort(Comparator.<Waiting<T>>comparingLong(Waiting::key).thenComparingLong(Waiting::number));
    }

    /** Returns the requests in the order in which they are to be served. */
    List<T> inOrder() {
        List<Ranked<T>> ranked = new ArrayList<>();
        for (Client<T> client : clients.values()) {
            double end = client.start;
            for (Waiting<T> waiting : client.line) {
                end += waiting.cost;
                ranked.add(new Ranked<>(waiting, end));
            }
        }
        ranked.sort(Comparator.<Ranked<T>>comparingDouble(Ranked::end)
                .thenComparingLong(entry -> entry.waiting().number()));
        return ranked.stream().map(entry -> entry.waiting().item()).toList();
    }

    /** Takes a request out and counts its cost for its client. */
    void serve(T item) {
        long waiting = clients.values().stream()
                .filter(client -> !client.line.isEmpty())
                .count();
        for (Client<T> client : clients.values()) {
            for (Waiting<T> request : client.line) {
                if (request.item == item) {
                    client.line.remove(request);
                    client.start += request.cost;
                    client.served += request.cost;
                    time += (double) request.cost / waiting;
                    forget();
                    return;
                }
            }
        }
        throw new IllegalArgumentException("The request does not wait");
    }

    /** Takes a request out that is not served; tells whether it was there. */
    boolean remove(T item) {
        boolean removed = clients.values().stream().anyMatch(client -> client.line.removeIf(r -> r.item == item));
        forget();
        return removed;
    }

    boolean isEmpty() {
        return clients.values().stream().allMatch(client -> client.line.isEmpty());
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
