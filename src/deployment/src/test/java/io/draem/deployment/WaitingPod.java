package io.draem.deployment;

import java.util.concurrent.Callable;

/** Watches a release while something is done to it, and remembers why a pod found no node. */
final class WaitingPod {

    private final HelmRelease release;
    private volatile String reason = "";
    private volatile boolean done;

    WaitingPod(HelmRelease release) {
        this.release = release;
    }

    /** What the scheduler said last of a pod without a node; empty if it had one for each. */
    String reason() {
        return reason;
    }

    <T> T during(Callable<T> action) throws Exception {
        var watch = new Thread(this::watch, "waiting-pod");
        watch.start();
        try {
            return action.call();
        } finally {
            done = true;
            watch.join();
        }
    }

    private void watch() {
        try {
            while (!done) {
                for (var pod : release.list("api/v1/pods")) {
                    pod.at("/status/conditions")
                            .valueStream()
                            .filter(condition ->
                                    condition.path("reason").asString("").equals("Unschedulable"))
                            .forEach(condition ->
                                    reason = condition.path("message").asString(""));
                }
                Thread.sleep(100);
            }
        } catch (Exception e) {
            throw new IllegalStateException("The pods could not be watched", e);
        }
    }
}
