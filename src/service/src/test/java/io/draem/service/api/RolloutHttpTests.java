package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.draem.model.TestModels;
import io.draem.service.DraemServiceApplication;
import io.draem.service.grpc.GrpcPort;
import io.draem.service.grpc.inference.GRPCInferenceServiceGrpc;
import io.draem.service.grpc.inference.ModelInferRequest;
import io.draem.service.models.ModelDirectory;
import io.draem.testing.Await;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** A candidate that answers half of the keys, is promoted and taken back by requests. */
@Timeout(120)
@SpringBootTest(
        classes = DraemServiceApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "draem.inference.provider=cpu",
            "draem.models.poll-interval=100ms",
            "draem.grpc.enabled=true",
            "draem.grpc.port=0"
        })
@Tag("slow")
class RolloutHttpTests {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String HALF = "0\nanswers 0.5";
    private static final String MODEL = "/v1/models/cookie";

    @TempDir
    private static Path temporary;

    private static ModelDirectory directory;

    private Http http;

    @LocalServerPort
    private int port;

    @Autowired
    private ApplicationContext context;

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry properties) throws Exception {
        directory = new ModelDirectory(temporary.resolve("models"));
        directory.put("cookie", "1", 1);
        directory.put("cookie", "2", 2);
        Files.writeString(marker(), HALF);
        Path keys = Files.writeString(
                temporary.resolve("keys"),
                Http.keyLine("line", "line-key")
                        + Http.keyLine("plant", "admin-key").strip() + ":admin\n");
        properties.add("draem.models.directory", () -> directory.path().toString());
        properties.add("draem.security.api-keys.file", keys::toString);
        properties.add("draem.security.api-keys.open-paths", () -> "/actuator/prometheus");
    }

    @BeforeEach
    void aCandidate() throws Exception {
        http = new Http(port);
        if (!Files.exists(marker()) || !Files.readString(marker()).equals(HALF)) {
            Files.writeString(marker(), HALF);
        }
        Await.until(LIMIT, () -> versions().equals(List.of("1 served", "2 candidate")) && answerShare() == 0.5);
    }

    /** The versions alone do not show whether the content of the file has been read. */
    private double answerShare() throws Exception {
        return json(http.get(MODEL + "/comparison", "X-API-Key", "line-key"), 200)
                .path("answerShare")
                .asDouble(0);
    }

    @Test
    void everyTransportAnswersAKeyWithTheSameVersion() throws Exception {
        String detections = "draem_detect_seconds_count{model=\"cookie\",outcome=\"success\",version=\"2\"";
        String verdicts = "draem_verdicts_total{model=\"cookie\",verdict=\"anomalous\",version=\"2\"";
        double detected = http.metric(detections);
        double found = http.metric(verdicts);
        int ofCandidate = 0;
        ManagedChannel channel = Grpc.newChannelBuilderForAddress(
                        "localhost", GrpcPort.of(context), InsecureChannelCredentials.create())
                .build();
        try {
            for (int i = 0; i < 4; i++) {
                String key = "line-" + i;
                List<Integer> versions = List.of(
                        detect("?include=mask", key),
                        detect("?threshold=0.1", key),
                        batch(key),
                        infer(key),
                        infer(channel, key));
                assertThat(versions).as(key).containsOnly(versions.get(0));
                assertThat(detect("?version=1", key)).isEqualTo(1);
                ofCandidate += versions.get(0) - 1;
            }
        } finally {
            channel.shutdownNow();
        }
        assertThat(ofCandidate).as("keys of the candidate").isBetween(1, 3);
        // Of a batch, two images.
        double expected = 6 * ofCandidate;
        Await.until(LIMIT, () -> http.metric(detections) == detected + expected);
        assertThat(http.metric(verdicts)).isEqualTo(found + expected);
        JsonNode comparison = json(http.get(MODEL + "/comparison", "X-API-Key", "line-key"), 200);
        assertThat(comparison.get("answerShare").asDouble()).isEqualTo(0.5);
        assertThat(comparison.at("/images/answered").asInt()).isEqualTo(6 * ofCandidate);
        assertThat(comparison.at("/images/compared").asInt()).isZero();
    }

    @Test
    void withoutAKeyRequestsAreAssignedAtRandom() throws Exception {
        List<Integer> versions = new ArrayList<>();
        Await.until(LIMIT, () -> {
            versions.add(detect("", ""));
            return versions.contains(1) && versions.contains(2);
        });
    }

    @Test
    void anAdministratorPromotesAndRollsBackWithinTheHistory() throws Exception {
        assertThat(detect("", "line-1")).as("position 0.73").isEqualTo(1);
        assertThat(detect("", "line-3")).as("position 0.30").isEqualTo(2);
        JsonNode promoted = json(change("/promote?version=2", "admin-key"), 200);
        assertThat(promoted.get("version").asInt()).isEqualTo(2);
        assertThat(promoted.get("previousVersion").asInt()).isEqualTo(1);
        assertThat(versions()).containsExactly("2 served");
        assertThat(detect("", "line-1")).isEqualTo(2);
        assertThat(detect("", "line-3")).isEqualTo(2);
        assertThat(json(change("/promote?version=2", "admin-key"), 200).has("previousVersion"))
                .isFalse();
        assertThat(problem(change("/promote", "admin-key"), 404)).endsWith("no-candidate");

        JsonNode back = json(change("/rollback", "admin-key"), 200);
        assertThat(back.get("version").asInt()).isEqualTo(1);
        assertThat(versions()).containsExactly("1 served", "2 candidate");
        assertThat(detect("", "line-1")).isEqualTo(1);
        assertThat(detect("", "line-3")).isEqualTo(1);
        assertThat(marker()).hasContent("0");
        JsonNode again = json(change("/rollback?version=2", "admin-key"), 200);
        assertThat(again.get("version").asInt()).isEqualTo(1);
        assertThat(again.has("previousVersion")).isFalse();
        assertThat(problem(change("/rollback?version=3", "admin-key"), 409)).endsWith("version-conflict");
        assertThat(problem(change("/rollback", "admin-key"), 409)).endsWith("version-conflict");
        assertThat(problem(change("/promote?version=3", "admin-key"), 409)).endsWith("version-conflict");

        JsonNode history = json(http.get(MODEL + "/history", "X-API-Key", "line-key"), 200);
        assertThat(history.get("kept").asBoolean()).isTrue();
        assertThat(history.get("changes").valueStream().limit(2))
                .extracting(change -> change.get("reason").asString() + " "
                        + change.get("from").asInt() + " " + change.get("to").asInt() + " "
                        + change.get("key").asString())
                .containsExactly("rollback 2 1 plant", "promotion 1 2 plant");
    }

    @Test
    void theHistoryOfAModelThatIsNotServedIsListedWhileItsFileExists() throws Exception {
        Path folder = Files.createDirectories(directory.path().resolve("tile"));
        Path file = Files.writeString(
                folder.resolve("history.jsonl"),
                "{\"time\":\"2026-11-30T10:00:00Z\",\"from\":1,\"reason\":\"unload\",\"key\":\"plant\"}\n");
        String path = "/v1/models/tile/history";
        JsonNode history = json(http.get(path, "X-API-Key", "line-key"), 200);
        assertThat(history.get("name").asString()).isEqualTo("tile");
        assertThat(history.at("/changes/0/reason").asString()).isEqualTo("unload");
        Files.delete(file);
        Files.delete(folder);
        for (String unknown : List.of(path, "/v1/models/%2e%2e/history", "/v1/models/.tile/history")) {
            assertThat(http.get(unknown, "X-API-Key", "line-key").statusCode())
                    .as(unknown)
                    .isIn(400, 404);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/promote", "/rollback", "/promote;a=b", "/roll%62ack?version=1"})
    void nobodyElseChangesTheVersion(String path) throws Exception {
        assertThat(problem(change(path, "line-key"), 403)).endsWith("forbidden");
        assertThat(problem(change(path, "other-key"), 401)).endsWith("unauthorized");
        assertThat(http.get(MODEL + path, "X-API-Key", "admin-key").statusCode())
                .as("GET")
                .isEqualTo(405);
        assertThat(versions()).containsExactly("1 served", "2 candidate");
    }

    @ParameterizedTest
    @CsvSource({
        "/promote?version=two, 400",
        "/promote?versions=2, 400",
        "/rollback?version=1&version=2, 400",
        "/history?version=1, 400",
        "/../tile/promote, 404"
    })
    void whatIsMisreadIsRefused(String path, int status) throws Exception {
        HttpResponse<byte[]> response = path.startsWith("/history")
                ? http.get(MODEL + path, "X-API-Key", "admin-key")
                : change(path, "admin-key");
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(status);
        assertThat(versions()).containsExactly("1 served", "2 candidate");
    }

    private HttpResponse<byte[]> change(String path, String key) throws Exception {
        return http.post(MODEL + path, BodyPublishers.noBody(), "X-API-Key", key);
    }

    private static String problem(HttpResponse<byte[]> response, int status) {
        return json(response, status).get("type").asString();
    }

    private static JsonNode json(HttpResponse<byte[]> response, int status) {
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(status);
        return Http.json(response);
    }

    private List<String> versions() throws Exception {
        return json(http.get(MODEL, "X-API-Key", "line-key"), 200)
                .get("versions")
                .valueStream()
                .map(version -> version.get("version").asInt() + " "
                        + version.get("state").asString())
                .toList();
    }

    private int detect(String query, String routing) throws Exception {
        return json(
                        http.post(
                                "/v1/detect" + query,
                                "image/jpeg",
                                Files.readAllBytes(TestModels.broken()),
                                headers(routing)),
                        200)
                .at("/model/version")
                .asInt();
    }

    private int batch(String routing) throws Exception {
        byte[] image = Files.readAllBytes(TestModels.broken());
        JsonNode answer = json(
                http.postForm(
                        "/v1/detect/batch",
                        List.of(new Http.FormFile("images", "a", image), new Http.FormFile("images", "b", image)),
                        headers(routing)),
                200);
        List<Integer> versions = answer.get("results")
                .valueStream()
                .map(result -> result.at("/detection/model/version").asInt())
                .distinct()
                .toList();
        assertThat(versions).hasSize(1);
        return versions.get(0);
    }

    private int infer(String routing) throws Exception {
        String image = Base64.getEncoder().encodeToString(Files.readAllBytes(TestModels.broken()));
        String body =
                "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"" + image + "\"]}]}";
        return Integer.parseInt(
                json(http.post("/v2/models/cookie/infer", BodyPublishers.ofString(body), headers(routing)), 200)
                        .get("model_version")
                        .asString());
    }

    private static int infer(ManagedChannel channel, String routing) throws Exception {
        byte[] image = Files.readAllBytes(TestModels.broken());
        ByteBuffer raw = ByteBuffer.allocate(4 + image.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(image.length)
                .put(image)
                .flip();
        ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName("cookie");
        request.addInputsBuilder().setName("input").setDatatype("BYTES").addShape(1);
        request.addRawInputContents(ByteString.copyFrom(raw));
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("x-api-key", Metadata.ASCII_STRING_MARSHALLER), "line-key");
        metadata.put(Metadata.Key.of("draem-routing-key", Metadata.ASCII_STRING_MARSHALLER), routing);
        return Integer.parseInt(GRPCInferenceServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .modelInfer(request.build())
                .getModelVersion());
    }

    private static String[] headers(String routing) {
        return new String[] {"X-API-Key", "line-key", "Draem-Routing-Key", routing};
    }

    private static Path marker() throws Exception {
        return directory.file("cookie", "2").resolveSibling("candidate");
    }
}
