package io.draem.deployment;

import io.draem.testing.Await;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Kubernetes cluster without machines: etcd, API server, controller manager and scheduler as they are, built by
 * {@code src/test/kubernetes/build.sh}. {@link SimulatedNodes} replaces the kubelets.
 */
final class ControlPlane implements AutoCloseable {

    static final List<String> PROGRAMS = List.of("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler");

    private static final String TOKEN = "administrator";
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Path programs;
    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private final KubernetesApi api;

    private ControlPlane(Path programs, Path folder) throws Exception {
        this.programs = programs;
        this.folder = folder;
        try {
            api = startAll();
        } catch (Exception | AssertionError e) {
            close();
            throw e;
        }
    }

    private KubernetesApi startAll() throws Exception {
        int etcd = freePort();
        int port = freePort();
        writeCredentials(port);
        start(
                "etcd",
                "--data-dir=" + folder.resolve("etcd"),
                "--listen-client-urls=http://127.0.0.1:" + etcd,
                "--advertise-client-urls=http://127.0.0.1:" + etcd,
                "--listen-peer-urls=http://127.0.0.1:" + freePort(),
                "--unsafe-no-fsync");
        start(
                "kube-apiserver",
                "--etcd-servers=http://127.0.0.1:" + etcd,
                "--cert-dir=" + folder.resolve("certificates"),
                "--secure-port=" + port,
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--service-cluster-ip-range=10.0.0.0/24",
                "--service-account-issuer=https://localhost",
                "--service-account-key-file=" + folder.resolve("accounts.key"),
                "--service-account-signing-key-file=" + folder.resolve("accounts.key"),
                "--authorization-mode=RBAC",
                "--token-auth-file=" + folder.resolve("tokens.csv"));
        Path certificate = folder.resolve("certificates/apiserver.crt");
        until("the API server's certificate", () -> Files.isRegularFile(certificate));
        var api = new KubernetesApi("https://127.0.0.1:" + port, certificate, TOKEN);
        until("the API server", api::isReady);
        start(
                "kube-controller-manager",
                "--kubeconfig=" + kubeConfig(),
                "--service-account-private-key-file=" + folder.resolve("accounts.key"),
                "--root-ca-file=" + certificate,
                "--horizontal-pod-autoscaler-sync-period=1s",
                // The simulated nodes send no heartbeats.
                "--node-monitor-grace-period=1h",
                "--secure-port=0",
                "--leader-elect=false");
        start("kube-scheduler", "--kubeconfig=" + kubeConfig(), "--secure-port=0", "--leader-elect=false");
        return api;
    }

    /** Starts everything, and returns when the API server answers. */
    static ControlPlane start(Path programs, Path folder) throws Exception {
        return new ControlPlane(programs, folder);
    }

    KubernetesApi api() {
        return api;
    }

    Path kubeConfig() {
        return folder.resolve("kubeconfig");
    }

    @Override
    public void close() throws InterruptedException {
        for (int i = processes.size() - 1; i >= 0; i--) {
            var process = processes.get(i);
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    /** Waits until a condition holds, within two minutes. */
    static void until(String what, Await.Condition condition) throws Exception {
        Await.until(what, LIMIT, condition);
    }

    private void start(String program, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(programs.resolve(program).toString()));
        command.addAll(List.of(arguments));
        processes.add(new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(program + ".log").toFile())
                .start());
    }

    private void writeCredentials(int port) throws Exception {
        Files.writeString(folder.resolve("tokens.csv"), TOKEN + ",administrator,administrator,system:masters\n");
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var key = Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
        Files.writeString(
                folder.resolve("accounts.key"),
                "-----BEGIN PRIVATE KEY-----\n" + key + "\n-----END PRIVATE KEY-----\n");
        Files.writeString(kubeConfig(), """
            apiVersion: v1
            kind: Config
            clusters: [{name: test, cluster: {server: "https://127.0.0.1:%d", insecure-skip-tls-verify: true}}]
            users: [{name: test, user: {token: %s}}]
            contexts: [{name: test, context: {cluster: test, user: test}}]
            current-context: test
            """.formatted(port, TOKEN));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
