package io.draem.service.detection;

import io.draem.service.models.ServedModel;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who uses the slots of {@link Admission}. Half of them is reserved in equal shares for the models, and also in equal shares
 * for the clients that have asked for a slot lately. Called with the lock of the admission.
 */
final class SlotShares {

    /** How long after its last request a client keeps its share. */
    private static final long ACTIVE = Duration.ofSeconds(10).toNanos();

    private final int maxRequests;
    private final Map<String, Integer> byModel = new HashMap<>();
    private final Map<String, Integer> byClient = new HashMap<>();

    /** When each client asked for a slot last, the oldest first. */
    private final Map<String, Long> active = new LinkedHashMap<>(16, 0.75f, true);

    SlotShares(int maxRequests) {
        this.maxRequests = maxRequests;
    }

    /** Counts a slot that was taken. */
    void taken(String model, String client) {
        byModel.merge(model, 1, Integer::sum);
        byClient.merge(client, 1, Integer::sum);
    }

    /** Counts a slot that was returned. */
    void returned(String model, String client) {
        decrement(byModel, model);
        decrement(byClient, client);
    }

    /** Notes that a client asks for a slot, and returns how many slots are reserved for other models or clients. */
    int reservedForOthers(List<ServedModel> served, String model, String client) {
        return Math.max(reservedForOtherModels(served, model), reservedForOtherClients(client));
    }

    private static void decrement(Map<String, Integer> counts, String name) {
        counts.computeIfPresent(name, (key, count) -> count == 1 ? null : count - 1);
    }

    /** Returns how many slots of their shares the other models do not use. */
    private int reservedForOtherModels(List<ServedModel> served, String model) {
        int share = maxRequests / 2 / Math.max(1, served.size());
        return served.stream()
                .filter(other -> !other.name().equals(model))
                .mapToInt(other -> Math.max(0, share - byModel.getOrDefault(other.name(), 0)))
                .sum();
    }

    /** Returns how many slots of their shares the other active clients do not use; a client alone may use all slots. */
    private int reservedForOtherClients(String client) {
        long now = System.nanoTime();
        active.put(client, now);
        Iterator<Long> oldest = active.values().iterator();
        while (now - oldest.next() > ACTIVE) {
            oldest.remove();
        }
        int share = maxRequests / 2 / active.size();
        if (share == 0) {
            return 0;
        }
        return active.keySet().stream()
                .filter(other -> !other.equals(client))
                .mapToInt(other -> Math.max(0, share - byClient.getOrDefault(other, 0)))
                .sum();
    }
}
