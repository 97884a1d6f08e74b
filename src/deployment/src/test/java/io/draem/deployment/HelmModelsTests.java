package io.draem.deployment;

import static io.draem.deployment.HelmChart.configuration;
import static io.draem.deployment.HelmChart.render;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The sources of models; runs the download script of the rendered chart. */
@Tag("slow")
class HelmModelsTests {

    private static final String POD = "spec.template.spec.";
    private static final byte[] GRAPH = "a graph".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private final List<String> tokens = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeEach
    void serve() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            exchange.sendResponseHeaders(200, GRAPH.length);
            exchange.getResponseBody().write(GRAPH);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void servesTheModelInTheImageUnlessOthersAreNamed() {
        assertThat(render("Deployment", "").list(POD + "volumes")).hasSize(2);
    }

    @Test
    void mountsTheModelsOfAClaimReadOnly() {
        var deployment = render("Deployment", "models: {persistentVolumeClaim: {name: castings, subPath: line/3}}");

        assertThat(deployment.at(POD + "volumes.2"))
                .isEqualTo(Map.of(
                        "name", "models", "persistentVolumeClaim", Map.of("claimName", "castings", "readOnly", true)));
        assertThat(deployment.at(POD + "containers.0.volumeMounts.2"))
                .isEqualTo(Map.of("name", "models", "mountPath", "/models", "readOnly", true, "subPath", "line/3"));
    }

    @Test
    void mountsAClaimForWritingOnRequest() {
        var deployment = render("Deployment", "models: {persistentVolumeClaim: {name: castings, readOnly: false}}");

        assertThat(deployment.at(POD + "volumes.2.persistentVolumeClaim.readOnly"))
                .isEqualTo(false);
        assertThat(deployment.at(POD + "containers.0.volumeMounts.2.readOnly")).isEqualTo(false);
    }

    @Test
    void mountsAClaimForCapturedImagesOfOneReplica() {
        String claim = "capture: {persistentVolumeClaim: {name: captured, subPath: line/3}}";
        var deployment = render("Deployment", claim);

        assertThat(deployment.at(POD + "volumes.2"))
                .isEqualTo(Map.of("name", "captured", "persistentVolumeClaim", Map.of("claimName", "captured")));
        assertThat(deployment.at(POD + "containers.0.volumeMounts.2"))
                .isEqualTo(Map.of("name", "captured", "mountPath", "/captured", "subPath", "line/3"));
        assertThat(HelmChart.configurationText(claim)).contains("directory: /captured");
    }

    @Test
    void keepsCapturedImagesInABucketWithTheCredentialsOfASecret() {
        String bucket = "capture: {persistentVolumeClaim: {name: captured}, bucket: 's3://captured/line-3',"
                + " bucketSecretName: captures}";
        var deployment = render("Deployment", bucket);

        assertThat(deployment.at(POD + "containers.0.envFrom.0"))
                .isEqualTo(Map.of("secretRef", Map.of("name", "captures")));
        assertThat(HelmChart.configurationText(bucket))
                .contains("directory: /captured", "bucket: s3://captured/line-3");
    }

    @Test
    void mountsTheModelsOfAnImage() {
        var deployment = render("Deployment", "models: {image: {reference: 'registry/models:3'}}");

        assertThat(deployment.at(POD + "volumes.2"))
                .isEqualTo(Map.of(
                        "name",
                        "models",
                        "image",
                        Map.of("reference", "registry/models:3", "pullPolicy", "IfNotPresent")));
        assertThat(deployment.at(POD + "containers.0.volumeMounts.2"))
                .isEqualTo(Map.of("name", "models", "mountPath", "/models", "readOnly", true));
    }

    @Test
    void theServiceProvesWhatWasDownloadedOnceMore() {
        assertThat(configuration(download("https://models/casting.onnx", EffectiveValues.DIGEST))
                        .map("draem.models.sha256"))
                .isEqualTo(Map.of("[casting.3]", EffectiveValues.DIGEST));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void fetchesAModelWithTheSecretsHeadersOnceAndKeepsIt() throws Exception {
        var values = download(address(), digest()) + "    headers: {secretName: token}\n";

        assertThat(fetch(values).status()).isZero();
        assertThat(fetch(values).status()).isZero();

        assertThat(folder.resolve("casting/3/model.onnx")).hasBinaryContent(GRAPH);
        assertThat(tokens).containsExactly("Bearer abc");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void refusesAModelOfAnotherDigestAndLeavesNothing() throws Exception {
        var fetched = fetch(download(address(), EffectiveValues.DIGEST));

        assertThat(fetched.status()).isEqualTo(1);
        assertThat(fetched.all())
                .contains("SHA-256 of " + address() + " is " + digest() + ", not " + EffectiveValues.DIGEST);
        assertThat(folder.resolve("casting/3")).isEmptyDirectory();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void anAddressIsNoPartOfTheScript() throws Exception {
        fetch(download(address() + "?$(touch${IFS}" + folder.resolve("harm") + ")", digest()));

        assertThat(folder.resolve("harm")).doesNotExist();
    }

    /** Runs the init container's command with the folders of this test instead of the pod's. */
    private Programs.Ended fetch(String values) throws Exception {
        var deployment = render("Deployment", values);
        var headers = Files.writeString(folder.resolve("headers"), "Authorization: Bearer abc\n");
        var command = new ArrayList<String>();
        deployment
                .list(POD + "initContainers.0.command")
                .forEach(word ->
                        command.add(word.toString().replace("/etc/draem/download/headers", headers.toString())));
        deployment
                .list(POD + "initContainers.0.args")
                .forEach(word -> command.add(word.toString().replace("/models/", folder + "/")));
        return Programs.end(folder, command);
    }

    private String address() {
        return "http://localhost:" + server.getAddress().getPort() + "/casting.onnx";
    }

    private static String digest() throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(GRAPH));
    }

    private static String download(String url, String digest) {
        return "models:\n  download:\n    files: [{model: casting, version: 3, url: '%s', sha256: '%s'}]\n"
                .formatted(url, digest);
    }
}
