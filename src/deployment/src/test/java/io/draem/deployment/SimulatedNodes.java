package io.draem.deployment;

import static java.util.Map.entry;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Nodes with GPUs that exist in the API server alone. Plays their kubelets: a pod that the scheduler gives to one of them
 * runs and is ready at once, those of jobs and tests end at once, and a pod that is deleted keeps its GPU until it is gone.
 */
final class SimulatedNodes implements AutoCloseable {

    /** Instead of an exit code: the pod runs until it is deleted. */
    static final int RUNS_ON = -1;

    /** By SIGTERM, as a shell says it. */
    private static final int TERMINATED = 143;

    private static final long INTERVAL_MILLIS = 50;

    private final KubernetesApi api;
    private final Thread kubelets = new Thread(this::simulate, "simulated-nodes");
    private volatile boolean closed;
    private volatile ToIntFunction<JsonNode> exitCode = pod -> 0;

    SimulatedNodes(KubernetesApi api) {
        this.api = api;
        kubelets.setDaemon(true);
        kubelets.start();
    }

    /** Adds a node that only pods with that label in their selector and a toleration for GPU nodes come to. */
    void add(String name, String test, int gpus) throws IOException, InterruptedException {
        var resources = Map.of(
                "cpu",
                "32",
                "memory",
                "256Gi",
                "pods",
                "110",
                "ephemeral-storage",
                "100Gi",
                "nvidia.com/gpu",
                "" + gpus);
        var ready = Map.of(
                "type", "Ready",
                "status", "True",
                "reason", "Played",
                "lastHeartbeatTime", now(),
                "lastTransitionTime", now());
        api.create(
                "/api/v1/nodes",
                Map.of(
                        "apiVersion",
                        "v1",
                        "kind",
                        "Node",
                        "metadata",
                        Map.of("name", name, "labels", Map.of("test", test, "kubernetes.io/hostname", name)),
                        "spec",
                        Map.of("taints", List.of(Map.of("key", "nvidia.com/gpu", "effect", "NoSchedule"))),
                        "status",
                        Map.of("capacity", resources, "allocatable", resources, "conditions", List.of(ready))));
    }

    /** Decides with what the pods of jobs and tests end from now on; 0 is well. */
    void endWith(ToIntFunction<JsonNode> code) {
        exitCode = code;
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        kubelets.join();
    }

    private void simulate() {
        try {
            while (!closed) {
                for (var pod : api.get("/api/v1/pods").path("items")) {
                    simulate(pod);
                }
                Thread.sleep(INTERVAL_MILLIS);
            }
        } catch (InterruptedException | IOException e) {
            if (!closed) {
                throw new IllegalStateException("The simulated nodes failed", e);
            }
        }
    }

    private void simulate(JsonNode pod) throws IOException, InterruptedException {
        var path = "/api/v1/namespaces/" + text(pod, "/metadata/namespace") + "/pods/" + text(pod, "/metadata/name");
        if (text(pod, "/spec/nodeName").isEmpty()) {
            return;
        }
        var phase = text(pod, "/status/phase");
        if (pod.at("/metadata/deletionTimestamp").isString()) {
            if (ends(pod) && phase.equals("Running")) {
                update(path, ended(pod, TERMINATED));
            }
            api.delete(path + "?gracePeriodSeconds=0");
        } else if (phase.equals("Pending")) {
            int code = ends(pod) ? exitCode.applyAsInt(pod) : RUNS_ON;
            update(path, code == RUNS_ON ? running(pod) : ended(pod, code));
        }
    }

    private void update(String path, Map<String, Object> status) throws IOException, InterruptedException {
        api.merge(path + "/status", Map.of("status", status));
    }

    private static boolean ends(JsonNode pod) {
        return text(pod, "/spec/restartPolicy").equals("Never");
    }

    private static Map<String, Object> running(JsonNode pod) {
        var status = status(pod, "True", Map.of("running", Map.of("startedAt", now())), true);
        status.put("phase", "Running");
        return status;
    }

    private static Map<String, Object> ended(JsonNode pod, int code) {
        var terminated = Map.of("exitCode", code, "startedAt", now(), "finishedAt", now(), "reason", "Played");
        var status = status(pod, "False", Map.of("terminated", terminated), false);
        status.put("phase", code == 0 ? "Succeeded" : "Failed");
        return status;
    }

    private static Map<String, Object> status(JsonNode pod, String ready, Map<String, ?> state, boolean runs) {
        var conditions = Stream.of("PodScheduled", "Initialized", "ContainersReady", "Ready")
                .map(type -> Map.of(
                        "type", type, "status", type.endsWith("Ready") ? ready : "True", "lastTransitionTime", now()))
                .toList();
        var why = pod.at("/status/conditions")
                .valueStream()
                .filter(condition -> text(condition, "/type").equals("DisruptionTarget"));
        var containers = pod.at("/spec/containers")
                .valueStream()
                .map(container -> Map.ofEntries(
                        entry("name", text(container, "/name")),
                        entry("image", text(container, "/image")),
                        entry("imageID", ""),
                        entry("restartCount", 0),
                        entry("ready", runs),
                        entry("started", runs),
                        entry("state", state)))
                .toList();
        var status = new HashMap<String, Object>();
        status.put("conditions", Stream.concat(conditions.stream(), why).toList());
        status.put("containerStatuses", containers);
        status.put("startTime", now());
        var address = address(pod);
        status.put("podIP", address);
        status.put("podIPs", List.of(Map.of("ip", address)));
        return status;
    }

    /** Another one for each pod; nothing is there. */
    private static String address(JsonNode pod) {
        int hash = text(pod, "/metadata/uid").hashCode();
        return "10.1." + (hash >>> 8 & 0xFF) + "." + (1 + (hash & 0x7F));
    }

    private static String text(JsonNode node, String pointer) {
        return node.at(pointer).asString("");
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
