package io.draem.service.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.draem.model.TestModels;
import io.draem.service.DraemServiceApplication;
import io.draem.service.api.Http;
import io.draem.service.grpc.inference.GRPCInferenceServiceGrpc;
import io.draem.service.grpc.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import io.draem.service.grpc.inference.ModelRepositoryParameter;
import io.draem.service.grpc.inference.RepositoryIndexRequest;
import io.draem.service.grpc.inference.RepositoryModelLoadRequest;
import io.draem.service.grpc.inference.RepositoryModelUnloadRequest;
import io.draem.service.models.ModelDirectory;
import io.draem.service.startup.StartUpException;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** Models that are loaded and unloaded by requests, over HTTP and gRPC. */
@SpringBootTest(
        classes = DraemServiceApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "draem.inference.provider=cpu",
            "draem.models.control=explicit",
            "draem.models.default=cookie",
            "draem.grpc.enabled=true",
            "draem.grpc.port=0"
        })
@Tag("slow")
@Timeout(120)
class RepositoryTests {

    private static final String INDEX = "/v2/repository/index";
    private static final String COOKIE = "/v2/repository/models/cookie/";
    private static final String TILE = "/v2/repository/models/tile/";

    @TempDir
    private static Path temporary;

    private static ModelDirectory directory;

    @Autowired
    private GrpcServer server;

    @LocalServerPort
    private int port;

    private Http http;
    private ManagedChannel channel;

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry properties) throws Exception {
        directory = new ModelDirectory(temporary.resolve("models"));
        directory.put("cookie", "1", 1);
        Path keys = Files.writeString(
                temporary.resolve("keys"),
                Http.keyLine("line", "line-key")
                        + Http.keyLine("plant", "admin-key").strip() + ":admin\n");
        properties.add("draem.models.directory", () -> directory.path().toString());
        properties.add("draem.security.api-keys.file", keys::toString);
    }

    @BeforeEach
    void connect() {
        http = new Http(port);
        channel = Grpc.newChannelBuilderForAddress("localhost", server.port(), InsecureChannelCredentials.create())
                .build();
    }

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
    }

    @Test
    void bothTransportsLoadUnloadAndListTheSameModels() throws Exception {
        directory.put("tile", "3", 3);
        assertThat(index("")).containsExactly("cookie 1 READY null");
        assertThat(index("{\"ready\": true}")).containsExactly("cookie 1 READY null");
        assertThat(detect("tile")).isEqualTo(404);

        HttpResponse<byte[]> loaded = post(TILE + "load", "{}", "admin-key");
        assertThat(loaded.statusCode()).as(Http.text(loaded)).isEqualTo(200);
        assertThat(loaded.body()).isEmpty();
        assertThat(detect("tile")).isEqualTo(200);
        assertThat(stub("line-key")
                        .repositoryIndex(RepositoryIndexRequest.getDefaultInstance())
                        .getModelsList())
                .extracting(model -> model.getName() + " " + model.getVersion() + " " + model.getState())
                .containsExactly("cookie 1 READY", "tile 3 READY");

        stub("admin-key")
                .repositoryModelUnload(RepositoryModelUnloadRequest.newBuilder()
                        .setModelName("tile")
                        .putParameters("unload_dependents", parameter())
                        .build());
        assertThat(detect("tile")).isEqualTo(404);
        assertThat(index(" ")).containsExactly("cookie 1 READY null", "tile 3 UNAVAILABLE not loaded");
        assertThat(stub("line-key")
                        .repositoryIndex(RepositoryIndexRequest.newBuilder()
                                .setReady(true)
                                .build())
                        .getModelsCount())
                .isEqualTo(1);
        stub("admin-key")
                .repositoryModelLoad(RepositoryModelLoadRequest.newBuilder()
                        .setModelName("tile")
                        .build());
        assertThat(detect("tile")).isEqualTo(200);
        for (int i = 0; i < 2; i++) {
            assertThat(post(TILE + "unload", "{\"parameters\": {\"unload_dependents\": false}}", "admin-key")
                            .statusCode())
                    .isEqualTo(200);
        }
        directory.remove("tile");
        assertThat(post(TILE + "unload", "", "admin-key").statusCode()).isEqualTo(404);
        assertThat(error(
                        Status.Code.NOT_FOUND,
                        () -> stub("admin-key")
                                .repositoryModelLoad(RepositoryModelLoadRequest.newBuilder()
                                        .setModelName("tile")
                                        .build())))
                .contains("<name>/<version>/model.onnx");
    }

    @Test
    void aBrokenVersionIsAnErrorAndChangesNothing() throws Exception {
        Files.writeString(directory.file("cookie", "7"), "broken");
        HttpResponse<byte[]> refused = post(COOKIE + "load", "", "admin-key");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Http.json(refused).get("error").asString())
                .startsWith("Version 7 is not served: ")
                .endsWith("Version 1 serves requests");
        assertThat(detect("cookie")).isEqualTo(200);
        assertThat(index("")).hasSize(2).last().asString().startsWith("cookie 7 UNAVAILABLE ");
        directory.remove("cookie/7");
        assertThat(post(COOKIE + "load", "", "admin-key").statusCode()).isEqualTo(200);
        assertThat(index("")).containsExactly("cookie 1 READY null");
    }

    @Test
    void requestsGoOnWhileVersionsAreLoadedAndUnloaded() throws Exception {
        directory.put("tile", "1", 4);
        AtomicBoolean ended = new AtomicBoolean();
        FutureTask<List<String>> client = new FutureTask<>(() -> {
            List<String> answers = new ArrayList<>();
            while (!ended.get()) {
                HttpResponse<byte[]> answer = detection("cookie");
                answers.add(answer.statusCode() == 200 ? "200" : new String(answer.body(), StandardCharsets.UTF_8));
            }
            return answers;
        });
        Thread thread = new Thread(client, "client");
        thread.setDaemon(true);
        thread.start();
        try {
            for (int version = 2; version <= 4; version++) {
                directory.put("cookie", Integer.toString(version), version);
                assertThat(post(COOKIE + "load", "", "admin-key").statusCode()).isEqualTo(200);
                assertThat(post(TILE + "load", "", "admin-key").statusCode()).isEqualTo(200);
                assertThat(index("{\"ready\":true}")).contains("cookie " + version + " READY null");
                assertThat(post(TILE + "unload", "", "admin-key").statusCode()).isEqualTo(200);
            }
        } finally {
            ended.set(true);
        }
        assertThat(client.get(30, TimeUnit.SECONDS)).isNotEmpty().containsOnly("200");
        directory.remove("tile");
        for (int version = 2; version <= 4; version++) {
            directory.remove("cookie/" + version);
        }
        assertThat(post(COOKIE + "load", "", "admin-key").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"load", "unload", "%6coad", "load;a=b", "u%6Eload"})
    void anotherKeyMayNotChangeModels(String verb) throws Exception {
        HttpResponse<byte[]> refused = post(COOKIE + verb, "", "line-key");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(Http.json(refused).get("error").asString()).contains("admin");
        assertThat(post(COOKIE + verb, "", "bad-key").statusCode()).isEqualTo(401);
        assertThat(index("{\"ready\":true}")).containsExactly("cookie 1 READY null");
    }

    @Test
    void anotherKeyMayNotChangeModelsOverGrpc() {
        assertThat(error(
                        Status.Code.PERMISSION_DENIED,
                        () -> stub("line-key").repositoryModelLoad(RepositoryModelLoadRequest.getDefaultInstance())))
                .contains("admin");
        error(
                Status.Code.PERMISSION_DENIED,
                () -> stub("line-key")
                        .repositoryModelUnload(RepositoryModelUnloadRequest.newBuilder()
                                .setModelName("cookie")
                                .build()));
        error(
                Status.Code.UNAUTHENTICATED,
                () -> stub("bad-key").repositoryModelLoad(RepositoryModelLoadRequest.getDefaultInstance()));
        error(
                Status.Code.UNAUTHENTICATED,
                () -> stub("bad-key").repositoryIndex(RepositoryIndexRequest.getDefaultInstance()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            models/cookie/load   | {"parameters": {"config": "{}"}}            | parameters that are not supported
            models/cookie/load   | {"parameters": {"unload_dependents": true}} | parameters that are not supported
            models/cookie/unload | {"parameters": {"a": 1}}                    | parameters that are not supported
            models/cookie/unload | {"parameters": 1}                           | must be a JSON object
            models/cookie/load   | {"version": 2}                              | no other member than parameters
            models/cookie/load   | []                                          | no other member than parameters
            models/cookie/load   | {                                           | no other member than parameters
            index                | {"ready": "yes"}                            | 'ready' must be true or false
            index                | {"all": true}                               | no other member than ready
            """)
    void aBodyThatWouldBeMisreadIsRefused(String path, String body, String reason) throws Exception {
        HttpResponse<byte[]> refused = post("/v2/repository/" + path, body, "admin-key");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Http.json(refused).get("error").asString()).contains(reason);
        assertThat(index("{\"ready\":true}")).containsExactly("cookie 1 READY null");
    }

    @Test
    void aLargeBodyIsRefused() throws Exception {
        HttpResponse<byte[]> refused = post(COOKIE + "load", " ".repeat(65_537), "admin-key");
        assertThat(refused.statusCode()).isEqualTo(413);
        assertThat(Http.json(refused).get("error").asString()).endsWith("send less");
    }

    @Test
    void parametersOverGrpcThatWouldBeIgnoredAreRefused() {
        assertThat(error(
                        Status.Code.INVALID_ARGUMENT,
                        () -> stub("admin-key")
                                .repositoryModelLoad(RepositoryModelLoadRequest.newBuilder()
                                        .setModelName("cookie")
                                        .putParameters("config", parameter())
                                        .build())))
                .contains("parameters that are not supported");
        assertThat(error(
                        Status.Code.INVALID_ARGUMENT,
                        () -> stub("admin-key")
                                .repositoryIndex(RepositoryIndexRequest.newBuilder()
                                        .setRepositoryName("other")
                                        .build())))
                .contains("one repository");
    }

    @Test
    void withoutAKeyThatMayChangeModelsTheServiceDoesNotStart() throws Exception {
        Path keys = Files.writeString(temporary.resolve("other-keys"), Http.keyLine("line", "line-key"));
        for (String file : new String[] {"", "--draem.security.api-keys.file=" + keys}) {
            assertThatThrownBy(() -> SpringApplication.run(
                            DraemServiceApplication.class,
                            "--server.port=0",
                            "--draem.models.control=explicit",
                            "--draem.models.directory=" + directory.path(),
                            file))
                    .rootCause()
                    .isInstanceOf(StartUpException.class)
                    .hasMessageContaining("draem.models.control=explicit");
        }
    }

    private List<String> index(String body) throws Exception {
        HttpResponse<byte[]> response = post(INDEX, body, "line-key");
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(200);
        List<String> entries = new ArrayList<>();
        for (JsonNode entry : Http.json(response)) {
            JsonNode reason = entry.get("reason");
            entries.add(
                    entry.get("name").asString() + " " + entry.get("version").asString() + " "
                            + entry.get("state").asString() + " " + (reason == null ? null : reason.asString()));
        }
        return entries;
    }

    private int detect(String model) throws Exception {
        return detection(model).statusCode();
    }

    private HttpResponse<byte[]> detection(String model) throws Exception {
        return http.post(
                "/v1/detect?model=" + model,
                "image/jpeg",
                Files.readAllBytes(TestModels.broken()),
                "X-API-Key",
                "line-key");
    }

    private HttpResponse<byte[]> post(String path, String body, String key) throws Exception {
        return http.post(path, BodyPublishers.ofByteArray(body.getBytes(StandardCharsets.UTF_8)), "X-API-Key", key);
    }

    private GRPCInferenceServiceBlockingStub stub(String key) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("x-api-key", Metadata.ASCII_STRING_MARSHALLER), key);
        return GRPCInferenceServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static ModelRepositoryParameter parameter() {
        return ModelRepositoryParameter.newBuilder().setBoolParam(false).build();
    }

    private static String error(Status.Code code, Callable<?> call) {
        return String.valueOf(
                GrpcSecurityTests.assertCode(code, call).getStatus().getDescription());
    }
}
