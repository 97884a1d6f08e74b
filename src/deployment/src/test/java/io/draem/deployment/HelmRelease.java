package io.draem.deployment;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** A release of the chart in a namespace of its own, whose pods run on the nodes with the namespace's name as label {@code test}. */
final class HelmRelease {

    /** Time for what must come about, and for what must not. */
    private static final int LONG_SECONDS = 120;

    private static final int SHORT_SECONDS = 8;

    private final KubernetesApi api;
    private final Path kubeConfig;
    private final Path folder;
    private final String namespace;

    HelmRelease(ControlPlane cluster, Path folder, String namespace) {
        this.api = cluster.api();
        this.kubeConfig = cluster.kubeConfig();
        this.folder = folder;
        this.namespace = namespace;
    }

    /** Installs the chart and waits until all is ready. */
    Release install(String values) throws IOException {
        return new Helm(HelmChart.DIRECTORY)
                .install()
                .withName("line")
                .withNamespace(namespace)
                .withKubeConfig(kubeConfig)
                .withValuesFile(file(values))
                .waitReady()
                .withTimeout(LONG_SECONDS)
                .call();
    }

    /** Upgrades it and waits until all is ready. */
    Release upgrade(String values) throws IOException {
        return new Helm(HelmChart.DIRECTORY)
                .upgrade()
                .withName("line")
                .withNamespace(namespace)
                .withKubeConfig(kubeConfig)
                .withValuesFile(file(values))
                .waitReady()
                .withTimeout(LONG_SECONDS)
                .call();
    }

    /** Upgrades it in the hope that it gets ready soon, and lets Helm roll back what does not. */
    Release upgradeOrRollBack(String values) throws IOException {
        return new Helm(HelmChart.DIRECTORY)
                .upgrade()
                .withName("line")
                .withNamespace(namespace)
                .withKubeConfig(kubeConfig)
                .withValuesFile(file(values))
                .waitReady()
                .atomic()
                .withTimeout(SHORT_SECONDS)
                .call();
    }

    /** Runs the chart's tests. */
    Release test() {
        return Helm.test("line")
                .withNamespace(namespace)
                .withKubeConfig(kubeConfig)
                .withTimeout(LONG_SECONDS)
                .call();
    }

    void uninstall() {
        Helm.uninstall("line")
                .withNamespace(namespace)
                .withKubeConfig(kubeConfig)
                .call();
    }

    /** Returns what there is of a kind, such as {@code api/v1/pods} or {@code apis/apps/v1/deployments}. */
    JsonNode list(String kind) throws IOException, InterruptedException {
        return api.get(path(kind)).path("items");
    }

    JsonNode get(String kind, String name) throws IOException, InterruptedException {
        return api.get(path(kind) + "/" + name);
    }

    /** Returns how many pods of the deployment there are of which this is true. */
    long pods(Predicate<JsonNode> which) throws IOException, InterruptedException {
        return list("api/v1/pods").valueStream().filter(which).count();
    }

    String path(String kind) {
        int last = kind.lastIndexOf('/');
        return "/" + kind.substring(0, last) + "/namespaces/" + namespace + kind.substring(last);
    }

    private Path file(String values) throws IOException {
        return Files.writeString(
                Files.createTempFile(folder, "values", ".yaml"),
                values + "\nnodeSelector: {test: " + namespace + "}\n");
    }
}
