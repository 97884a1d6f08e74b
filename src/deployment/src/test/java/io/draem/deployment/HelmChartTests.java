package io.draem.deployment;

import static io.draem.deployment.HelmChart.configuration;
import static io.draem.deployment.HelmChart.ofKind;
import static io.draem.deployment.HelmChart.render;
import static org.assertj.core.api.Assertions.assertThat;

import io.draem.runtime.onnx.ProviderChoice;
import io.draem.service.ShutdownProperties;
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

class HelmChartTests {

    private static final String POD = "spec.template.spec.";
    private static final String CONTAINER = POD + "containers.0.";

    @Test
    void passesHelmsStrictLint() {
        var result = HelmChart.lint();

        assertThat(result.isFailed())
                .as("lint failed: %s", result.getMessages())
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("io.draem.deployment.EffectiveValues#all")
    void rendersNothingNull(String values) {
        assertThat(render(values)).isNotEmpty().allSatisfy(manifest -> assertNothingNull(manifest, manifest.content()));
    }

    @ParameterizedTest
    @MethodSource("io.draem.deployment.EffectiveValues#all")
    void meetsThePodSecurityStandardRestricted(String values) {
        var manifests = render(values);
        for (var deployment : ofKind("Deployment", manifests)) {
            assertRestricted(deployment, POD);
        }
        for (var job : ofKind("Job", manifests)) {
            assertRestricted(job, POD);
        }
        for (var pod : ofKind("Pod", manifests)) {
            assertRestricted(pod, "spec.");
        }
        for (var runtime : ofKind("ServingRuntime", manifests)) {
            assertThat(runtime.map("spec.containers.0.securityContext"))
                    .as("a ServingRuntime has no security context for the pod")
                    .containsAllEntriesOf(Map.of(
                            "runAsNonRoot",
                            true,
                            "readOnlyRootFilesystem",
                            true,
                            "allowPrivilegeEscalation",
                            false,
                            "seccompProfile",
                            Map.of("type", "RuntimeDefault"),
                            "capabilities",
                            Map.of("drop", List.of("ALL"))));
        }
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
    void probesMonitorRoutesAndTestFollowThePathsOfTheConfiguration() {
        var values = """
                config:
                  server: {servlet: {context-path: /line}}
                  management.endpoints.web.base-path: /manage
                apiKeys: {secretName: keys, openMetrics: true}
                serviceMonitor: {enabled: true}
                ingress: {enabled: true}
                httpRoute: {enabled: true, parentRefs: [{name: plant}]}
                """;
        var manifests = render(values);
        var deployment = ofKind("Deployment", manifests).get(0);

        assertThat(deployment.at(CONTAINER + "startupProbe.httpGet.path")).isEqualTo("/line/manage/health/readiness");
        assertThat(deployment.at(CONTAINER + "livenessProbe.httpGet.path")).isEqualTo("/line/manage/health/liveness");
        assertThat(ofKind("ServiceMonitor", manifests).get(0).at("spec.endpoints.0.path"))
                .isEqualTo("/line/manage/prometheus");
        assertThat(ofKind("Ingress", manifests).get(0).at("spec.rules.0.http.paths.0.path"))
                .isEqualTo("/line/v1");
        assertThat(ofKind("HTTPRoute", manifests).get(0).at("spec.rules.0.matches.0.path.value"))
                .isEqualTo("/line/v1");
        assertThat(ofKind("Pod", manifests).get(0).content().toString()).contains(":8080/line/v1/detect");
        assertThat(configuration(values).list("draem.security.api-keys.open-paths"))
                .isEqualTo(List.of("/line/manage/prometheus"));
    }

    @Test
    void onAPortOfTheirOwnHealthAndMetricsHaveABasePathOfTheirOwn() {
        var deployment = render("Deployment", """
                managementPort: 8081
                config: {server: {servlet: {contextPath: /line}}, management: {server: {base-path: /a}, endpoints: {web: {base-path: /}}}}
                """);

        assertThat(deployment.at(CONTAINER + "readinessProbe.httpGet"))
                .isEqualTo(Map.of("path", "/a/health/readiness", "port", "management"));
    }

    @Test
    void leavesTimeToFinishRunningRequests() {
        assertThat(render("Deployment", "").at(POD + "terminationGracePeriodSeconds"))
                .isEqualTo(60);
        assertThat(configuration("").at("draem.shutdown.drain-limit")).isEqualTo("39s");
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
    void aConstraintOnTheSpreadCountsTheReleasesPods() {
        var values = """
                topologySpreadConstraints:
                  - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}
                  - {maxSkew: 1, topologyKey: rack, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {a: b}}}
                """;
        var deployment = render("Deployment", values);

        assertThat(deployment.at(POD + "topologySpreadConstraints.0.labelSelector.matchLabels"))
                .isEqualTo(deployment.at("spec.selector.matchLabels"));
        assertThat(deployment.at(POD + "topologySpreadConstraints.1.labelSelector.matchLabels"))
                .isEqualTo(Map.of("a", "b"));
    }

    @Test
    void leavesTheNumberOfPodsToTheAutoscaler() {
        var manifests = render("autoscaling: {enabled: true, maxReplicas: 4}");
        var autoscaler = ofKind("HorizontalPodAutoscaler", manifests).get(0);
        var deployment = ofKind("Deployment", manifests).get(0);

        assertThat(deployment.map("spec").containsKey("replicas")).isFalse();
        assertThat(autoscaler.at("spec.scaleTargetRef.name")).isEqualTo(deployment.at("metadata.name"));
        assertThat(autoscaler.at("spec.metrics.0.pods"))
                .isEqualTo(Map.of(
                        "metric",
                        Map.of("name", "draem_queue_depth"),
                        "target",
                        Map.of("type", "AverageValue", "averageValue", "4")));
        assertThat(render("HorizontalPodAutoscaler", "autoscaling: {enabled: true, metric: requestRate}")
                        .at("spec.metrics.0.pods.metric.name"))
                .isEqualTo("draem_detect_requests_per_second");
    }

    @Test
    void addsPropertiesToItsOwn() {
        var values = "requestTimeout: 3s\nmodels: {default: cookie}\nconfig: {draem: {inference: {max-batch-size: 4}}}";

        assertThat(configuration(values).at("server")).isEqualTo(Map.of("port", 8080));
        assertThat(configuration(values).at("draem"))
                .isEqualTo(Map.of(
                        "models", Map.of("directory", "/models", "default", "cookie"),
                        "inference", Map.of("provider", "cuda", "max-batch-size", 4),
                        "request-timeout", "3s",
                        "shutdown", Map.of("settle-delay", "0s", "drain-limit", "39s")));
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

    private static void assertRestricted(Manifest manifest, String pod) {
        assertThat(manifest.at(pod + "securityContext.runAsNonRoot"))
                .as("%s runs as non-root", manifest)
                .isEqualTo(true);
        assertThat(manifest.at(pod + "securityContext.seccompProfile.type")).isEqualTo("RuntimeDefault");
        assertThat(manifest.at(pod + "automountServiceAccountToken")).isEqualTo(false);
        var containers = Stream.concat(
                manifest.list(pod + "containers").stream(), manifest.list(pod + "initContainers").stream());
        assertThat(containers.map(container -> ((Map<?, ?>) container).get("securityContext")))
                .isNotEmpty()
                .allSatisfy(context -> assertThat(context)
                        .isEqualTo(Map.of(
                                "allowPrivilegeEscalation",
                                false,
                                "readOnlyRootFilesystem",
                                true,
                                "capabilities",
                                Map.of("drop", List.of("ALL")))));
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
