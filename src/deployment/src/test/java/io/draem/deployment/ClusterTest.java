package io.draem.deployment;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.springframework.util.FileSystemUtils;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;

/**
 * Installs the chart in a real control plane, in namespaces that enforce the pod security standard {@code restricted}.
 * Nothing of the service runs: what is tested is what Kubernetes makes of the chart. All classes share one control plane.
 */
@Tag("kubernetes")
@EnabledIfSystemProperty(
        named = "draem.test.kubernetes",
        matches = "wanted",
        disabledReason = "Needs a Kubernetes control plane: -Pk8s")
abstract class ClusterTest {

    private static final Path PROGRAMS = Path.of(System.getProperty(
            "draem.kubernetes", System.getProperty("user.home") + "/.cache/draem/kubernetes-1.36.3"));

    static ControlPlane cluster;
    static SimulatedNodes nodes;

    private static Path folder;

    @BeforeAll
    static void start() throws Exception {
        var missing = ControlPlane.PROGRAMS.stream()
                .filter(program -> !Files.isExecutable(PROGRAMS.resolve(program)))
                .toList();
        if (!missing.isEmpty()) {
            System.out.println("Tests of the chart in a cluster are skipped: " + PROGRAMS + " has no "
                    + String.join(", ", missing)
                    + "; src/deployment/src/test/kubernetes/build.sh builds them (Go 1.26, ten minutes)");
        }
        assumeThat(missing).as("programs that %s lacks", PROGRAMS).isEmpty();
        if (cluster == null) {
            long start = System.nanoTime();
            folder = Files.createTempDirectory("cluster");
            cluster = ControlPlane.start(PROGRAMS, folder);
            nodes = new SimulatedNodes(cluster.api());
            Runtime.getRuntime().addShutdownHook(new Thread(ClusterTest::stop));
            defineCustomResources();
            System.out.printf("The control plane is up after %.1f s%n", (System.nanoTime() - start) / 1e9);
        }
    }

    @AfterEach
    void letPodsEndWell() {
        nodes.endWith(pod -> 0);
    }

    /** Makes a release's namespace and, for it alone, a node with GPUs. */
    static HelmRelease release(String name, int gpus) throws Exception {
        nodes.add(name + "-1", name, gpus);
        namespace(name);
        return new HelmRelease(cluster, folder, name);
    }

    /** Makes a namespace that enforces {@code restricted}, unless it is there. */
    static void namespace(String name) throws IOException, InterruptedException {
        var labels = Map.of(
                "pod-security.kubernetes.io/enforce", "restricted", "pod-security.kubernetes.io/warn", "restricted");
        if (!cluster.api().exists("/api/v1/namespaces/" + name)) {
            create("/api/v1/namespaces", "v1 Namespace", Map.of("name", name, "labels", labels), Map.of());
        }
    }

    static JsonNode create(String path, String kind, Map<String, ?> metadata, Map<String, ?> spec)
            throws IOException, InterruptedException {
        var words = kind.split(" ");
        return cluster.api()
                .create(path, Map.of("apiVersion", words[0], "kind", words[1], "metadata", metadata, "spec", spec));
    }

    /** Makes a volume claim in the namespace of a release, with a volume that nothing is ever read from. */
    static void createClaim(HelmRelease release, String namespace, String claim)
            throws IOException, InterruptedException {
        var size = Map.of("storage", "1Gi");
        var modes = new String[] {"ReadWriteMany"};
        create(
                "/api/v1/persistentvolumes",
                "v1 PersistentVolume",
                Map.of("name", namespace + "-" + claim),
                Map.of("capacity", size, "accessModes", modes, "hostPath", Map.of("path", "/nowhere")));
        create(
                release.path("api/v1/persistentvolumeclaims"),
                "v1 PersistentVolumeClaim",
                Map.of("name", claim),
                Map.of(
                        "accessModes",
                        modes,
                        "storageClassName",
                        "",
                        "volumeName",
                        namespace + "-" + claim,
                        "resources",
                        Map.of("requests", size)));
    }

    /** Asks to take a pod away, as draining its node does; 201 says that it is, 429 that it may not be now. */
    static int evict(HelmRelease release, JsonNode pod) throws Exception {
        var name = pod.at("/metadata/name").asString();
        return cluster.api()
                .post(
                        release.path("api/v1/pods") + "/" + name + "/eviction",
                        Map.of("apiVersion", "policy/v1", "kind", "Eviction", "metadata", Map.of("name", name)))
                .status();
    }

    static boolean isReady(JsonNode pod) {
        return pod.at("/status/phase").asString("").equals("Running")
                && !pod.at("/metadata/deletionTimestamp").isString();
    }

    private static void defineCustomResources() throws Exception {
        var path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        try (var files = Files.list(HelmChart.KUBERNETES.resolve("crds"))) {
            for (var file : files.toList()) {
                var made = cluster.api().create(path, new Yaml().load(Files.readString(file)));
                var name = made.at("/metadata/name").asString();
                ControlPlane.until(
                        name + " is served",
                        () -> cluster.api()
                                .get(path + "/" + name)
                                .at("/status/conditions")
                                .valueStream()
                                .anyMatch(condition -> condition
                                                .path("type")
                                                .asString()
                                                .equals("Established")
                                        && condition.path("status").asString().equals("True")));
            }
        }
    }

    private static void stop() {
        try {
            nodes.close();
            cluster.close();
            FileSystemUtils.deleteRecursively(folder);
        } catch (InterruptedException | IOException e) {
            System.err.println("The control plane did not end well: " + e);
        }
    }
}
