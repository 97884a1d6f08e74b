package io.draem.service.deployment;

import static io.draem.service.deployment.HelmChart.ofKind;
import static io.draem.service.deployment.HelmChart.render;
import static org.assertj.core.api.Assertions.assertThat;

import io.draem.service.ShutdownProperties;
import io.draem.service.inference.ProviderChoice;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.convert.DurationStyle;
import org.yaml.snakeyaml.Yaml;

class HelmChartTests {

    private static final String POD = "spec.template.spec.";
    private static final String CONTAINER = POD + "containers.0.";

    /** Values that together switch on and off every optional part of the chart. */
    static Stream<String> valuesThatMatter() {
        return Stream.of(
                "",
                "gpu: {enabled: false}\ntolerations: []",
                "gpu: {resource: nvidia.com/mig-1g.10gb, count: 2}\nruntimeClassName: nvidia",
                "models: {default: casting, persistentVolumeClaim: {name: models, subPath: line/3}}",
                "serviceMonitor: {enabled: true, labels: {release: prometheus}}\npodDisruptionBudget: {enabled: true}",
                "serviceAccount: {create: false}\npreStopSleepSeconds: 0",
                "serviceAccount: {name: inspector, annotations: {team: vision}}\nimagePullSecrets: [{name: registry}]",
                "podSecurityContext: {runAsUser: null, runAsGroup: null, fsGroup: null}",
                "resources: {requests: {cpu: null, memory: null}, limits: {memory: null}}",
                """
                replicaCount: 0
                jvmOptions: -Xmx1g -XX:+UseZGC
                env: [{name: DRAEM_KEY, valueFrom: {secretKeyRef: {name: keys, key: line}}}]
                nodeSelector: {gpu: h100}
                affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: []}}
                topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]
                priorityClassName: production
                podAnnotations: {team: vision}
                podLabels: {team: vision}
                service: {type: LoadBalancer, port: 80, annotations: {internal: "true"}}
                """);
    }

    @Test
    void passesHelmsStrictLint() {
        var result = HelmChart.lint();

        assertThat(result.isFailed())
                .as("lint failed: %s", result.getMessages())
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("valuesThatMatter")
    void rendersNothingNull(String values) {
        assertThat(render(values)).isNotEmpty().allSatisfy(manifest -> assertNothingNull(manifest, manifest.content()));
    }

    @ParameterizedTest
    @MethodSource("valuesThatMatter")
    void meetsThePodSecurityStandardRestricted(String values) {
        var manifests = render(values);
        for (var deployment : ofKind("Deployment", manifests)) {
            assertRestricted(deployment, POD);
        }
        for (var pod : ofKind("Pod", manifests)) {
            assertRestricted(pod, "spec.");
        }
    }

    @Test
    void asksForOneGpuAndToleratesTheTaintOfGpuNodes() {
        var deployment = render("Deployment", "");

        assertThat(deployment.map(CONTAINER + "resources.limits").get("nvidia.com/gpu"))
                .isEqualTo(1);
        assertThat(deployment.map(CONTAINER + "resources.requests").get("nvidia.com/gpu"))
                .isEqualTo(1);
        assertThat(deployment.list(POD + "tolerations"))
                .anySatisfy(toleration -> assertThat(toleration)
                        .isEqualTo(Map.of("key", "nvidia.com/gpu", "operator", "Exists", "effect", "NoSchedule")));
        assertThat(deployment.at(CONTAINER + "image")).isEqualTo("draem-service:0.1.0-SNAPSHOT");
        assertThat(configuration("").at("draem.inference.provider")).isEqualTo("cuda");
    }

    @Test
    void asksForASliceOfAGpuByItsName() {
        var deployment = render("Deployment", "gpu: {resource: nvidia.com/mig-1g.10gb}");

        assertThat(deployment.at(CONTAINER + "resources.limits"))
                .isEqualTo(Map.of("nvidia.com/mig-1g.10gb", 1, "memory", "4Gi"));
    }

    @Test
    void withoutGpusTakesTheImageAndTheProviderForProcessors() {
        var deployment = render("Deployment", "gpu: {enabled: false}");

        assertThat(deployment.at(CONTAINER + "resources.limits")).isEqualTo(Map.of("memory", "4Gi"));
        assertThat(deployment.at(CONTAINER + "image")).isEqualTo("draem-service:0.1.0-SNAPSHOT-cpu");
        assertThat(configuration("gpu: {enabled: false}").at("draem.inference.provider"))
                .isEqualTo("cpu");
    }

    @ParameterizedTest
    @EnumSource(ProviderChoice.class)
    void takesEveryProviderThatTheServiceKnows(ProviderChoice choice) {
        var provider = choice.name().toLowerCase(Locale.ROOT);

        assertThat(configuration("inference: {provider: %s}".formatted(provider))
                        .at("draem.inference.provider"))
                .isEqualTo(provider);
    }

    @Test
    void aDigestPinsTheImage() {
        var digest = "sha256:" + "0123456789abcdef".repeat(4);
        var deployment = render(
                "Deployment", "image: {repository: registry/draem, tag: ignored, digest: '%s'}".formatted(digest));

        assertThat(deployment.at(CONTAINER + "image")).isEqualTo("registry/draem@" + digest);
    }

    @Test
    void anUpdateNeverWaitsForAGpuThatTheOldPodHolds() {
        var deployment = render("Deployment", "");

        assertThat(deployment.at("spec.strategy.rollingUpdate")).isEqualTo(Map.of("maxSurge", 0, "maxUnavailable", 1));
    }

    @Test
    void probesTheHealthGroupsThroughTheNamedPort() {
        var deployment = render("Deployment", "");

        assertThat(deployment.at(CONTAINER + "startupProbe.httpGet"))
                .isEqualTo(Map.of("path", "/actuator/health/readiness", "port", "http"));
        assertThat(deployment.at(CONTAINER + "readinessProbe.httpGet"))
                .isEqualTo(Map.of("path", "/actuator/health/readiness", "port", "http"));
        assertThat(deployment.at(CONTAINER + "livenessProbe.httpGet"))
                .isEqualTo(Map.of("path", "/actuator/health/liveness", "port", "http"));
        assertThat(deployment.at(CONTAINER + "ports.0.name")).isEqualTo("http");
    }

    @Test
    void leavesTimeToFinishRunningRequests() {
        assertThat(render("Deployment", "").at(POD + "terminationGracePeriodSeconds"))
                .isEqualTo(60);
        assertThat(configuration("").at("draem.shutdown.drain-limit")).isEqualTo("40s");
    }

    @Test
    void whatTheServiceTakesToEndFitsIntoTheGracePeriod() {
        var deployment = render("Deployment", "");
        var grace = Duration.ofSeconds(((Number) deployment.at(POD + "terminationGracePeriodSeconds")).longValue());
        var wait =
                Duration.ofSeconds(((Number) deployment.at(CONTAINER + "lifecycle.preStop.sleep.seconds")).longValue());
        var shutdown = new ShutdownProperties(
                duration(configuration("").at("draem.shutdown.settle-delay")),
                duration(configuration("").at("draem.shutdown.drain-limit")));

        assertThat(wait.plus(shutdown.longest())).isLessThan(grace);
        assertThat(shutdown.drainLimit()).as("more than a request may take").isGreaterThan(Duration.ofSeconds(30));
    }

    private static Duration duration(Object text) {
        return DurationStyle.detectAndParse(text.toString());
    }

    @Test
    void addsPropertiesButKeepsItsOwn() {
        var values =
                "requestTimeout: 3s\nmodels: {default: cookie}\nconfig: {server: {port: 9090}, draem: {inference: {max-batch-size: 4}}}";

        assertThat(configuration(values).at("server")).isEqualTo(Map.of("port", 8080));
        assertThat(configuration(values).at("draem"))
                .isEqualTo(Map.of(
                        "models", Map.of("directory", "/models", "default", "cookie"),
                        "inference", Map.of("provider", "cuda", "max-batch-size", 4),
                        "request-timeout", "3s",
                        "shutdown", Map.of("settle-delay", "0s", "drain-limit", "40s")));
    }

    @Test
    void aChangedConfigurationStartsNewPods() {
        var checksum = "spec.template.metadata.annotations.checksum/config";
        var before = render("Deployment", "");

        assertThat(before.at(checksum)).isNotNull();
        assertThat(render("Deployment", "replicaCount: 2").at(checksum)).isEqualTo(before.at(checksum));
        assertThat(render("Deployment", "requestTimeout: 3s").at(checksum)).isNotEqualTo(before.at(checksum));
    }

    @Test
    void mountsTheModelsOfAClaimReadOnly() {
        assertThat(render("Deployment", "").list(POD + "volumes")).hasSize(2);

        var deployment = render("Deployment", "models: {persistentVolumeClaim: {name: castings, subPath: line/3}}");

        assertThat(deployment.at(POD + "volumes.2"))
                .isEqualTo(Map.of(
                        "name", "models", "persistentVolumeClaim", Map.of("claimName", "castings", "readOnly", true)));
        assertThat(deployment.at(CONTAINER + "volumeMounts.2"))
                .isEqualTo(Map.of("name", "models", "mountPath", "/models", "readOnly", true, "subPath", "line/3"));
    }

    @Test
    void theServiceReachesThePodsOfTheDeploymentAndNoOthers() {
        var manifests = render("podLabels: {team: vision}\npodDisruptionBudget: {enabled: true}");
        var deployment = ofKind("Deployment", manifests).get(0);
        var service = ofKind("Service", manifests).get(0);
        var test = ofKind("Pod", manifests).get(0);

        assertThat(service.map("spec.selector"))
                .isEqualTo(deployment.map("spec.selector.matchLabels"))
                .isEqualTo(ofKind("PodDisruptionBudget", manifests).get(0).map("spec.selector.matchLabels"));
        assertThat(deployment
                        .map("spec.template.metadata.labels")
                        .entrySet()
                        .containsAll(service.map("spec.selector").entrySet()))
                .isTrue();
        assertThat(test.map("metadata.labels")
                        .entrySet()
                        .containsAll(service.map("spec.selector").entrySet()))
                .as("the test's pod behind the service")
                .isFalse();
        assertThat(service.at("spec.ports.0.targetPort")).isEqualTo("http");
    }

    @Test
    void isScrapedByTheOperatorOnlyWhenAsked() {
        assertThat(ofKind("ServiceMonitor", render(""))).isEmpty();

        var manifests = render("serviceMonitor: {enabled: true, labels: {release: prometheus}}");
        var monitor = ofKind("ServiceMonitor", manifests).get(0);
        var service = ofKind("Service", manifests).get(0);

        assertThat(monitor.map("metadata.labels").get("release")).isEqualTo("prometheus");
        assertThat(monitor.at("spec.endpoints.0.path")).isEqualTo("/actuator/prometheus");
        assertThat(monitor.at("spec.endpoints.0.port")).isEqualTo(service.at("spec.ports.0.name"));
        assertThat(service.map("metadata.labels")
                        .entrySet()
                        .containsAll(monitor.map("spec.selector.matchLabels").entrySet()))
                .as("the monitor selects the service")
                .isTrue();
    }

    private static Manifest configuration(String values) {
        return new Manifest(
                new Yaml().load((String) render("ConfigMap", values).map("data").get("application.yaml")));
    }

    private static void assertRestricted(Manifest manifest, String pod) {
        assertThat(manifest.at(pod + "securityContext.runAsNonRoot"))
                .as("%s runs as non-root", manifest)
                .isEqualTo(true);
        assertThat(manifest.at(pod + "securityContext.seccompProfile.type")).isEqualTo("RuntimeDefault");
        assertThat(manifest.at(pod + "automountServiceAccountToken")).isEqualTo(false);
        assertThat(manifest.at(pod + "containers.0.securityContext"))
                .isEqualTo(Map.of(
                        "allowPrivilegeEscalation",
                        false,
                        "readOnlyRootFilesystem",
                        true,
                        "capabilities",
                        Map.of("drop", List.of("ALL"))));
    }

    private static void assertNothingNull(Manifest manifest, Object value) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, member) -> {
                assertThat(member).as("%s of %s", key, manifest).isNotNull();
                assertNothingNull(manifest, member);
            });
        } else if (value instanceof List<?> list) {
            list.forEach(member -> {
                assertThat(member).as("an entry of %s", manifest).isNotNull();
                assertNothingNull(manifest, member);
            });
        } else {
            assertThat(value.toString()).as("a text of %s", manifest).doesNotContain("<nil>", "<no value>");
        }
    }
}
