package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Kubernetes makes of the chart's service: installed, updated, rolled back, scaled, drained and uninstalled. */
class KubernetesTests extends ClusterTest {

    private static final String DEPLOYMENTS = "apis/apps/v1/deployments";
    private static final String SURGE = "updateStrategy: {maxSurge: 1, maxUnavailable: 0}\n";

    @ParameterizedTest
    @MethodSource("io.draem.deployment.EffectiveValues#all")
    void theApiServerTakesWhatTheChartRendersWithoutAWarning(String values) throws Exception {
        namespace("plant");
        for (var manifest : HelmChart.render(values)) {
            var answer = cluster.api().post(Kinds.path(manifest, "plant") + "?dryRun=All", manifest.content());

            assertThat(answer.status()).as("%s: %s", manifest, answer).isEqualTo(201);
            assertThat(answer.warnings()).as(manifest.toString()).isEmpty();
        }
    }

    @Test
    void installsAndUninstallsEverything() throws Exception {
        var release = release("everything", 2);
        release.install("""
            managementPort: 8081
            autoscaling: {enabled: true}
            podDisruptionBudget: {enabled: true}
            networkPolicy: {enabled: true, metricsFrom: [{podSelector: {}}]}
            ingress: {enabled: true}
            httpRoute: {enabled: true, parentRefs: [{name: plant}]}
            serviceMonitor: {enabled: true}
            prometheusRule: {enabled: true}
            dashboard: {enabled: true}
            """);

        ControlPlane.until("its pod is ready", () -> release.pods(ClusterTest::isReady) == 1);
        for (var kind : Kinds.OF_A_RELEASE) {
            assertThat(ofTheChart(release, kind)).as(kind).isPositive();
        }

        release.uninstall();

        ControlPlane.until("its pods are gone", () -> release.pods(pod -> true) == 0);
        for (var kind : Kinds.OF_A_RELEASE) {
            assertThat(ofTheChart(release, kind)).as(kind).isZero();
        }
    }

    @Test
    void theHeadlessServiceHasTheAddressesOfAllPods() throws Exception {
        var release = release("headless", 2);
        release.install("replicaCount: 2\nservice: {headless: true}");
        ControlPlane.until("both are ready", () -> release.pods(ClusterTest::isReady) == 2);
        var addresses = release.list("api/v1/pods")
                .valueStream()
                .map(pod -> pod.at("/status/podIP").asString())
                .sorted()
                .toList();

        ControlPlane.until("it has their addresses", () -> endpoints(release).equals(addresses));
    }

    /** A kubelet has the claims mounted before it starts the pod; here it is the API server that takes them. */
    @Test
    void aPodWithClaimsForModelsAndCapturedImagesIsAdmittedAndScheduled() throws Exception {
        var release = release("claims", 1);
        for (var claim : List.of("models", "captured")) {
            createClaim(release, "claims", claim);
        }
        release.install("""
            models: {persistentVolumeClaim: {name: models, readOnly: false}}
            capture: {persistentVolumeClaim: {name: captured}}
            """);

        ControlPlane.until("its pod is ready", () -> release.pods(ClusterTest::isReady) == 1);
        assertThat(release.list("api/v1/pods").get(0).at("/spec/volumes").valueStream())
                .extracting(
                        volume -> volume.at("/persistentVolumeClaim/claimName").asString(""))
                .contains("models", "captured");
        assertThat(release.list("api/v1/persistentvolumeclaims").valueStream())
                .extracting(claim -> claim.at("/status/phase").asString())
                .containsOnly("Bound");
    }

    @Test
    void anUpdateOnAFullNodeReplacesThePod() throws Exception {
        var release = release("full", 1);
        release.install("");
        assertThat(release.pods(ClusterTest::isReady)).as("awaited by Helm").isEqualTo(1);
        var before = checksum(release);

        release.upgrade("requestTimeout: 20s");

        assertThat(checksum(release)).isNotEqualTo(before);
        assertThat(release.pods(ClusterTest::isReady)).isEqualTo(1);
    }

    @Test
    void aSurgeOnAFullNodeWaitsForTheGpuAndIsRolledBack() throws Exception {
        var release = release("surge", 1);
        release.install(SURGE);
        var before = checksum(release);
        var waited = new WaitingPod(release);

        assertThatThrownBy(() -> waited.during(() -> release.upgradeOrRollBack(SURGE + "requestTimeout: 20s\n")))
                .hasMessageContaining("atomic");

        assertThat(waited.reason()).contains("Insufficient nvidia.com/gpu");
        assertThat(checksum(release)).isEqualTo(before);
        ControlPlane.until("the pod that waited is gone", () -> release.pods(pod -> true) == 1);
        assertThat(release.pods(ClusterTest::isReady)).isEqualTo(1);
    }

    @Test
    void aSurgeWithAGpuToSpareNeverInterruptsService() throws Exception {
        var release = release("spare", 2);
        release.install(SURGE);

        var before = checksum(release);
        release.upgrade(SURGE + "requestTimeout: 20s\n");

        assertThat(checksum(release)).isNotEqualTo(before);
    }

    @Test
    void aSecondPodTurnsReplacingIntoRolling() throws Exception {
        var release = release("grown", 2);
        release.install("");

        release.upgrade("replicaCount: 2\nrequestTimeout: 20s\n");

        ControlPlane.until("both are ready", () -> release.pods(ClusterTest::isReady) == 2);
        release.upgrade("");
        ControlPlane.until("one is left", () -> release.pods(pod -> true) == 1);
    }

    @Test
    void helmTestPassesAndFailsWithItsPod() throws Exception {
        var release = release("tested", 1);
        release.install("");

        release.test();
        nodes.endWith(pod -> 22);

        assertThatThrownBy(release::test).hasMessageContaining("line-draem-test-detect");
    }

    @Test
    void anUpgradeLeavesTheNumberOfPodsToTheAutoscaler() throws Exception {
        var release = release("scaled", 2);
        var values = "autoscaling: {enabled: true, minReplicas: 2}\n";
        release.install(values);
        ControlPlane.until("there are two pods", () -> release.pods(ClusterTest::isReady) == 2);

        release.upgrade(values + "service: {port: 80}\n");

        assertThat(release.get(DEPLOYMENTS, "line-draem").at("/spec/replicas").asInt())
                .isEqualTo(2);
    }

    @Test
    void drainingNodesTakesOnePodAtATime() throws Exception {
        var release = release("drained", 2);
        release.install("replicaCount: 2\npodDisruptionBudget: {enabled: true}");
        var budget = "apis/policy/v1/poddisruptionbudgets";
        ControlPlane.until(
                "the budget is known",
                () -> release.get(budget, "line-draem")
                                .at("/status/disruptionsAllowed")
                                .asInt()
                        == 1);
        var pods = release.list("api/v1/pods");

        assertThat(evict(release, pods.get(0))).isEqualTo(201);
        assertThat(evict(release, pods.get(1))).isEqualTo(429);
    }

    @Test
    void aSpreadPutsPodsOnDifferentNodes() throws Exception {
        var release = release("spread", 2);
        nodes.add("spread-2", "spread", 2);
        release.install("""
            replicaCount: 2
            topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule}]
            """);

        ControlPlane.until("both are ready", () -> release.pods(ClusterTest::isReady) == 2);
        assertThat(release.list("api/v1/pods"))
                .extracting(pod -> pod.at("/spec/nodeName").asString())
                .containsExactlyInAnyOrder("spread-1", "spread-2");
    }

    private static long ofTheChart(HelmRelease release, String kind) throws Exception {
        return release.list(kind)
                .valueStream()
                .filter(object -> object.at("/metadata/name").asString().startsWith("line-draem"))
                .count();
    }

    /** Returns the addresses behind the headless service. */
    private static List<String> endpoints(HelmRelease release) throws Exception {
        return release.list("apis/discovery.k8s.io/v1/endpointslices")
                .valueStream()
                .filter(slice -> slice.at("/metadata/labels/kubernetes.io~1service-name")
                        .asString("")
                        .equals("line-draem-pods"))
                .flatMap(slice -> slice.path("endpoints").valueStream())
                .flatMap(endpoint -> endpoint.path("addresses").valueStream())
                .map(address -> address.asString())
                .sorted()
                .toList();
    }

    private static String checksum(HelmRelease release) throws Exception {
        return release.get(DEPLOYMENTS, "line-draem")
                .at("/spec/template/metadata/annotations/checksum~1config")
                .asString();
    }
}
