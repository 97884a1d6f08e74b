package io.draem.deployment;

import static io.draem.deployment.HelmChart.ofKind;
import static io.draem.deployment.HelmChart.render;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who reaches the service, and how: keys, TLS, ports, Ingress, HTTPRoute, NetworkPolicy. */
class HelmEndpointsTests {

    private static final String POD = "spec.template.spec.";
    private static final String CONTAINER = POD + "containers.0.";

    @Test
    void withTlsEverybodySpeaksIt() {
        var manifests = render("tls: {secretName: certificate}\nserviceMonitor: {enabled: true}");
        var deployment = ofKind("Deployment", manifests).get(0);

        for (var probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
            assertThat(deployment.at(CONTAINER + probe + ".httpGet.scheme")).isEqualTo("HTTPS");
        }
        assertThat(ofKind("Service", manifests).get(0).at("spec.ports.0.appProtocol"))
                .isEqualTo("https");
        assertThat(ofKind("ServiceMonitor", manifests).get(0).at("spec.endpoints.0.scheme"))
                .isEqualTo("https");
        assertThat(ofKind("Pod", manifests).get(0).list("spec.containers.0.args"))
                .contains("--insecure")
                .last()
                .asString()
                .startsWith("https://");
    }

    @Test
    void mountsSecretsAsFoldersSoThatTheyAreRenewedInPlace() {
        var deployment = render("Deployment", "tls: {secretName: certificate}\napiKeys: {secretName: keys}");

        assertThat(deployment.list(CONTAINER + "volumeMounts"))
                .contains(
                        Map.of("name", "api-keys", "mountPath", "/etc/draem/keys", "readOnly", true),
                        Map.of("name", "tls", "mountPath", "/etc/draem/tls", "readOnly", true));
        assertThat(deployment.list(POD + "volumes"))
                .contains(
                        Map.of("name", "api-keys", "secret", Map.of("secretName", "keys")),
                        Map.of("name", "tls", "secret", Map.of("secretName", "certificate")));
    }

    @Test
    void askedForAPortOfTheirOwnHealthAndMetricsLeaveThatOfTheRequests() {
        var manifests = render("managementPort: 8081\nserviceMonitor: {enabled: true}");
        var deployment = ofKind("Deployment", manifests).get(0);

        assertThat(deployment.at(CONTAINER + "ports.1"))
                .isEqualTo(Map.of("name", "management", "containerPort", 8081, "protocol", "TCP"));
        for (var probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
            assertThat(deployment.at(CONTAINER + probe + ".httpGet.port")).isEqualTo("management");
        }
        assertThat(ofKind("ServiceMonitor", manifests).get(0).at("spec.endpoints.0.port"))
                .isEqualTo(ofKind("Service", manifests).get(0).at("spec.ports.1.name"));
        assertThat(HelmChart.configuration("managementPort: 8081").at("management.server.port"))
                .isEqualTo(8081);
    }

    @Test
    void gRpcHasAPortAtContainerServiceAndPolicyOnceItIsWanted() {
        var values = "grpcPort: 8081\nnetworkPolicy: {enabled: true}";
        var manifests = render(values);
        var port = ofKind("Service", manifests).get(0).at("spec.ports.1");

        assertThat(ofKind("Deployment", manifests).get(0).at(CONTAINER + "ports.1"))
                .isEqualTo(Map.of("name", "grpc", "containerPort", 8081, "protocol", "TCP"));
        assertThat(port)
                .isEqualTo(Map.of(
                        "name", "grpc",
                        "port", 8081,
                        "targetPort", "grpc",
                        "protocol", "TCP",
                        "appProtocol", "kubernetes.io/h2c"));
        assertThat(ofKind("NetworkPolicy", manifests).get(0).at("spec.ingress.0.ports.1.port"))
                .isEqualTo("grpc");
        assertThat(HelmChart.configuration(values).at("draem.grpc")).isEqualTo(Map.of("enabled", true, "port", 8081));
        assertThat(ofKind("Service", render("tls: {secretName: a}\ngrpcPort: 8081"))
                        .get(0)
                        .at("spec.ports.1.appProtocol"))
                .isEqualTo("https");
        assertThat(HelmChart.configuration("").at("draem.grpc")).isNull();
    }

    @Test
    void theHeadlessServiceNamesEachPodAndIsNotScraped() {
        assertThat(ofKind("Service", render(""))).hasSize(1);

        var manifests = render("service: {headless: true, port: 80}\ngrpcPort: 8081\nserviceMonitor: {enabled: true}");
        var services = ofKind("Service", manifests);
        var headless = services.get(1);
        var deployment = ofKind("Deployment", manifests).get(0);

        assertThat(headless.at("metadata.name")).isEqualTo("line-draem-pods");
        assertThat(headless.at("spec.clusterIP")).isEqualTo("None");
        assertThat(headless.at("spec.ports.0.port")).isEqualTo(deployment.at(CONTAINER + "ports.0.containerPort"));
        assertThat(headless.at("spec.ports.1.port")).isEqualTo(8081);
        assertThat(headless.map("spec.selector"))
                .isEqualTo(services.get(0).map("spec.selector"))
                .isEqualTo(deployment.map("spec.selector.matchLabels"));
        assertThat(headless.map("metadata.labels")
                        .entrySet()
                        .containsAll(ofKind("ServiceMonitor", manifests)
                                .get(0)
                                .map("spec.selector.matchLabels")
                                .entrySet()))
                .as("the monitor selects it")
                .isFalse();
    }

    @Test
    void ingressAndRouteOpenTheDoorsForImagesAlone() {
        var manifests = render(
                "ingress: {enabled: true, hosts: [a.example.com]}\nhttpRoute: {enabled: true, parentRefs: [{name: plant}]}");
        var ingress = ofKind("Ingress", manifests).get(0);
        var route = ofKind("HTTPRoute", manifests).get(0);
        var service = ofKind("Service", manifests).get(0);

        assertThat(ingress.list("spec.rules.0.http.paths"))
                .extracting(path -> new Manifest((Map<?, ?>) path).at("path"))
                .containsExactly("/v1", "/v2");
        assertThat(ingress.at("spec.rules.0.host")).isEqualTo("a.example.com");
        assertThat(ingress.at("spec.rules.0.http.paths.0.backend.service.name")).isEqualTo(service.at("metadata.name"));
        assertThat(route.list("spec.rules.0.matches"))
                .extracting(match -> new Manifest((Map<?, ?>) match).at("path.value"))
                .containsExactly("/v1", "/v2");
        assertThat(route.at("spec.rules.0.backendRefs.0"))
                .isEqualTo(Map.of("name", service.at("metadata.name"), "port", service.at("spec.ports.0.port")));
    }

    @Test
    void lettingNobodyInParticularInLetsNothingOut() {
        var policy = render("NetworkPolicy", "networkPolicy: {enabled: true}");

        assertThat(policy.list("spec.policyTypes")).isEqualTo(List.of("Ingress", "Egress"));
        assertThat(policy.list("spec.ingress"))
                .isEqualTo(List.of(Map.of("ports", List.of(Map.of("port", "http", "protocol", "TCP")))));
        assertThat(policy.map("spec")).containsEntry("egress", List.of());
    }

    @Test
    void thePolicyLetsNamedPeersTheTestAndDownloadsThrough() {
        var manifests = render("""
                networkPolicy: {enabled: true, from: [{podSelector: {matchLabels: {line: '3'}}}]}
                models:
                  download:
                    files:
                      - {model: a, version: 1, url: 'https://models.example.com/a.onnx', sha256: '%1$s'}
                      - {model: b, version: 1, url: 'http://models.example.com:8080/b.onnx', sha256: '%1$s'}
                """.formatted(EffectiveValues.DIGEST));
        var policy = ofKind("NetworkPolicy", manifests).get(0);
        var test = ofKind("Pod", manifests).get(0);

        assertThat(policy.list("spec.ingress.0.from")).hasSize(2);
        assertThat(test.map("metadata.labels")
                        .entrySet()
                        .containsAll(policy.map("spec.ingress.0.from.1.podSelector.matchLabels")
                                .entrySet()))
                .as("the test's pod is let in")
                .isTrue();
        assertThat(policy.list("spec.egress.0.ports"))
                .extracting(port -> new Manifest((Map<?, ?>) port).at("port"))
                .containsExactly(53, 53, 443, 8080);
    }

    @Test
    void kserveGetsARuntimeInPlaceOfPods() {
        var manifests = render("kserve: {enabled: true}");
        var runtime = ofKind("ServingRuntime", manifests).get(0);

        assertThat(manifests).extracting(Manifest::kind).containsExactlyInAnyOrder("ConfigMap", "ServingRuntime");
        assertThat(runtime.at("spec.containers.0.name")).isEqualTo("kserve-container");
        assertThat(runtime.map("spec.containers.0")).doesNotContainKey("lifecycle");
        assertThat(runtime.at("spec.containers.0.resources.limits"))
                .isEqualTo(Map.of("nvidia.com/gpu", 1, "memory", "4Gi"));
        assertThat(HelmChart.configuration("kserve: {enabled: true}").at("draem"))
                .isEqualTo(Map.of(
                        "models", Map.of("directory", "/mnt/models"),
                        "inference", Map.of("provider", "cuda"),
                        "shutdown", Map.of("settle-delay", "5s", "drain-limit", "39s")));
    }
}
