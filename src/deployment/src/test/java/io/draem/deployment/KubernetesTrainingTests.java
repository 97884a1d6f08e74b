package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What Kubernetes makes of the chart's training. */
class KubernetesTrainingTests extends ClusterTest {

    private static final String JOBS = "apis/batch/v1/jobs";
    private static final String VALUES =
            "replicaCount: 0\n" + EffectiveValues.TRAINING + "  parallelism: 2\n  nodeSelector: {test: %s}\n";

    @Test
    void trainsEachProductOnceAndAgainWhereTheTrainingIsAnother() throws Exception {
        var release = training("trained");
        var values = VALUES.formatted("trained");
        release.install(values);
        ControlPlane.until("both products are trained", () -> completed(release).equals("0,1"));
        var first = job(release).at("/metadata/name").asString();

        release.upgrade(values + "service: {port: 80}\n");
        assertThat(job(release).at("/metadata/name").asString()).isEqualTo(first);

        release.upgrade(values.replace("seed: 7", "seed: 9"));
        ControlPlane.until("the first job is gone", () -> release.list(JOBS).size() == 1);
        assertThat(job(release).at("/metadata/name").asString()).isNotEqualTo(first);
        ControlPlane.until("both are trained again", () -> completed(release).equals("0,1"));
    }

    @Test
    void triesAFailureAgainAndGivesWrongOptionsUp() throws Exception {
        var release = training("failed");
        var failures = new AtomicInteger();
        nodes.endWith(pod -> index(pod) == 1 ? 2 : failures.getAndIncrement() == 0 ? 1 : 0);
        release.install(VALUES.formatted("failed"));

        ControlPlane.until(
                "the first product is trained, the second given up",
                () -> completed(release).equals("0") && failed(release).equals("1"));

        assertThat(release.pods(pod -> index(pod) == 0))
                .as("pods of the failure")
                .isEqualTo(2);
        assertThat(release.pods(pod -> index(pod) == 1))
                .as("pods of the wrong options")
                .isEqualTo(1);
    }

    @Test
    void anEvictionIsNoFailure() throws Exception {
        var release = training("evicted");
        nodes.endWith(pod -> SimulatedNodes.RUNS_ON);
        release.install(VALUES.formatted("evicted") + "  retries: 0\n");
        ControlPlane.until("both are in training", () -> release.pods(ClusterTest::isReady) == 2);

        nodes.endWith(pod -> 0);
        for (var pod : release.list("api/v1/pods")) {
            assertThat(evict(release, pod)).isEqualTo(201);
        }

        ControlPlane.until("both are trained", () -> completed(release).equals("0,1"));
        assertThat(failed(release)).isEmpty();
    }

    /** Makes the release's claims, with volumes that nothing is ever read from. */
    private static HelmRelease training(String name) throws Exception {
        var release = release(name, 0);
        for (var claim : new String[] {"photographs", "models"}) {
            createClaim(release, name, claim);
        }
        return release;
    }

    private static JsonNode job(HelmRelease release) throws Exception {
        return release.list(JOBS).path(0);
    }

    private static String completed(HelmRelease release) throws Exception {
        return job(release).at("/status/completedIndexes").asString("");
    }

    private static String failed(HelmRelease release) throws Exception {
        return job(release).at("/status/failedIndexes").asString("");
    }

    private static int index(JsonNode pod) {
        return pod.at("/metadata/annotations/batch.kubernetes.io~1job-completion-index")
                .asInt(-1);
    }
}
