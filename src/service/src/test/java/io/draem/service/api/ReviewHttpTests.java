package io.draem.service.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.draem.model.TestModels;
import io.draem.service.grpc.GrpcPort;
import io.draem.service.grpc.inference.GRPCInferenceServiceGrpc;
import io.draem.service.grpc.inference.ModelInferRequest;
import io.draem.service.models.ModelDirectory;
import io.draem.testing.Await;
import io.draem.text.Sha256;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** Captures every image, with a candidate to which all are anomalous; two models that are the same. */
@Timeout(180)
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "draem.inference.provider=cpu",
            "draem.capture.random-share=1",
            "draem.capture.excluded-models=secret",
            "draem.grpc.enabled=true",
            "draem.grpc.port=0",
            "draem.security.api-keys.poll-interval=1h"
        })
@Tag("slow")
class ReviewHttpTests {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String[] LINE = {"X-API-Key", "line"};
    private static final String[] ANNA = {"X-API-Key", "anna"};
    private static final String[] ROOT = {"X-API-Key", "root"};

    @TempDir
    private static Path temporary;

    private Http http;

    @Autowired
    private ApplicationContext service;

    @DynamicPropertySource
    static void models(DynamicPropertyRegistry properties) throws Exception {
        ModelDirectory directory = new ModelDirectory(temporary.resolve("models"));
        byte[] graph = Files.readAllBytes(TestModels.graph());
        directory.put("cookie", "1", graph);
        directory.put("secret", "1", graph);
        directory.put("cookie", "2", TestModels.withMetadata(graph, "draem.threshold.image", "0.0"));
        Files.createFile(directory.file("cookie", "2").resolveSibling("candidate"));
        Path keys = temporary.resolve("keys");
        Files.writeString(
                keys,
                Http.keyLine("line", "line")
                        + Http.keyLine("anna", "anna").strip() + ":review\n"
                        + Http.keyLine("root", "root").strip() + ":admin\n");
        properties.add(
                "draem.models.directory", () -> temporary.resolve("models").toString());
        properties.add("draem.models.default", () -> "cookie");
        properties.add(
                "draem.capture.directory", () -> temporary.resolve("captured").toString());
        properties.add("draem.security.api-keys.file", keys::toString);
    }

    @Autowired
    void connect(@LocalServerPort int port) {
        http = new Http(port);
    }

    @Test
    void anImageIsKeptAsItWasSentWithItsVerdictAndWhereTheAnomalyIs() throws Exception {
        byte[] file = image("test/broken/012.jpg", 1);
        JsonNode verdict = detect(file, "");
        JsonNode captured = awaitCaptured(verdict);
        assertThat(captured.get("model").asString()).isEqualTo("cookie");
        assertThat(captured.get("version").asInt()).isEqualTo(1);
        assertThat(captured.get("modelDigest")).isEqualTo(verdict.at("/model/digest"));
        assertThat(captured.get("score")).isEqualTo(verdict.get("score"));
        assertThat(captured.get("normalizedScore")).isEqualTo(verdict.get("normalizedScore"));
        assertThat(captured.get("threshold")).isEqualTo(verdict.get("threshold"));
        assertThat(captured.get("reasons").toString()).contains("anomalous", "random");
        assertThat(captured.get("regions")).isEqualTo(verdict.get("regionCount"));
        String path = "/v1/review/images/" + captured.get("id").asLong();
        HttpResponse<byte[]> stored = http.get(path + "/image", ANNA);
        assertThat(stored.body()).isEqualTo(file);
        assertThat(stored.headers().firstValue("Content-Type")).hasValue("image/jpeg");
        BufferedImage map = ImageIO.read(
                new ByteArrayInputStream(http.get(path + "/map", ANNA).body()));
        assertThat(max(map) / 65535.0)
                .isCloseTo(verdict.get("score").asDouble(), org.assertj.core.data.Offset.offset(0.3));
        BufferedImage mask = ImageIO.read(
                new ByteArrayInputStream(http.get(path + "/mask", ANNA).body()));
        assertThat(mask.getWidth()).isEqualTo(verdict.at("/image/width").asInt());
        long area = 0;
        for (JsonNode region : verdict.get("regions")) {
            area += region.get("area").asLong();
        }
        assertThat(white(mask)).isGreaterThanOrEqualTo(area).isLessThan(2 * area);
    }

    @Test
    void theSameFileIsKeptOnceAndWhatNoRuleSelectsNever() throws Exception {
        byte[] file = image("test/broken/012.jpg", 2);
        JsonNode captured = awaitCaptured(detect(file, ""));
        long id = captured.get("id").asLong();
        Await.until(LIMIT, () -> read(id).at("/reasons").toString().contains("random"));
        detect(file, "");
        detect(image("test/broken/012.jpg", 20), "");
        awaitCaptured(detect(image("test/broken/012.jpg", 21), "")); // the thread that writes keeps the order
        assertThat(metric("duplicate")).isPositive();
        assertThat(withDigest(captured.get("digest").asString())).hasSize(1);
        detect(image("test/broken/012.jpg", 3), "?model=secret");
        detect(image("test/broken/012.jpg", 4), "?threshold=0.2");
        detect(image("test/broken/012.jpg", 4), "?pixelThreshold=0.2");
        detect(image("test/broken/012.jpg", 4), "?minRegionArea=3");
        double stored = metric("stored");
        awaitCaptured(detect(image("test/broken/012.jpg", 5), "")); // the thread that writes keeps the order
        assertThat(metric("stored")).isEqualTo(stored + 1);
        assertThat(Http.text(http.get("/v1/review/images?model=secret", ANNA))).contains("\"images\":[]");
    }

    @Test
    void imagesOfTheOpenInferenceProtocolAreCapturedAsThoseOfTheServicesOwn() throws Exception {
        JsonNode own = awaitCaptured(detect(image("test/broken/012.jpg", 30), ""));
        byte[] broken = image("test/broken/012.jpg", 31);
        byte[] good = image("train/good/000.jpg", 31);
        infer(broken, good);
        JsonNode captured = awaitCaptured(broken);
        for (String same : List.of(
                "model",
                "version",
                "modelDigest",
                "score",
                "normalizedScore",
                "threshold",
                "anomalous",
                "reasons",
                "regions",
                "width",
                "height")) {
            assertThat(captured.get(same)).as(same).isEqualTo(own.get(same));
        }
        String path = "/v1/review/images/";
        for (String file : List.of("map", "mask")) {
            assertThat(http.get(path + captured.get("id").asLong() + "/" + file, ANNA)
                            .body())
                    .isEqualTo(http.get(path + own.get("id").asLong() + "/" + file, ANNA)
                            .body());
        }
        assertThat(awaitCaptured(good).get("anomalous").asBoolean()).isFalse();

        byte[] remote = image("test/broken/012.jpg", 32);
        ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", GrpcPort.of(service))
                .usePlaintext()
                .build();
        try {
            Metadata key = new Metadata();
            key.put(Metadata.Key.of("x-api-key", Metadata.ASCII_STRING_MARSHALLER), "line");
            ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName("cookie");
            request.addInputsBuilder()
                    .setName("input")
                    .setDatatype("BYTES")
                    .addShape(1)
                    .getContentsBuilder()
                    .addBytesContents(ByteString.copyFrom(remote));
            GRPCInferenceServiceGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(key))
                    .modelInfer(request.build());
        } finally {
            channel.shutdownNow();
        }
        assertThat(awaitCaptured(remote).get("score")).isEqualTo(own.get("score"));
    }

    @Test
    void tensorsAreNoImagesAndAreNotCaptured() throws Exception {
        double stored = metric("stored");
        JsonNode input = Http.json(http.get("/v2/models/cookie", LINE)).at("/inputs/0/shape");
        int pixels = input.get(2).asInt() * input.get(3).asInt();
        HttpResponse<byte[]> answer = http.post(
                "/v2/models/cookie/infer",
                "application/octet-stream",
                new byte[3 * Float.BYTES * pixels],
                "X-API-Key",
                "line",
                "Inference-Header-Content-Length",
                "0");
        assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(200);
        awaitCaptured(detect(image("test/broken/012.jpg", 41), "")); // the thread that writes keeps the order
        assertThat(metric("stored")).isEqualTo(stored + 1);
    }

    @Test
    void aPreviewIsAPictureOfAnyFormatWithoutARunOfTheModel() throws Exception {
        BufferedImage large = new BufferedImage(2000, 500, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < 2000; x++) {
            for (int y = 0; y < 500; y++) {
                large.setRGB(x, y, x < 1000 ? 0xC04020 : 0x2040C0);
            }
        }
        ByteArrayOutputStream tiff = new ByteArrayOutputStream();
        assertThat(ImageIO.write(large, "tiff", tiff)).isTrue();
        detect(tiff.toByteArray(), "");
        long id = awaitCaptured(tiff.toByteArray()).get("id").asLong();
        String path = "/v1/review/images/" + id;
        assertThat(http.get(path + "/image", ANNA).headers().firstValue("Content-Type"))
                .hasValue("image/tiff");
        double before = detections();
        assertThat(before).isPositive();
        HttpResponse<byte[]> answer = http.get(path + "/preview", ANNA);
        assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("image/png");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(answer.body()));
        assertThat(picture.getWidth()).isEqualTo(1600);
        assertThat(picture.getHeight()).isEqualTo(400);
        assertThat(picture.getRGB(100, 100)).isEqualTo(0xFFC04020);
        assertThat(picture.getRGB(1500, 300)).isEqualTo(0xFF2040C0);
        assertThat(detections()).isEqualTo(before);
        assertThat(http.get(path + "/preview", LINE).statusCode()).isEqualTo(403);
        assertThat(http.get("/v1/review/images/999999/preview", ANNA).statusCode())
                .isEqualTo(404);
    }

    @Test
    void anImageOnWhichTheCandidateDisagreesHasBothVerdicts() throws Exception {
        JsonNode captured = awaitCaptured(detect(image("train/good/000.jpg", 6), ""));
        long id = captured.get("id").asLong();
        Await.until(LIMIT, () -> read(id).has("candidate"));
        JsonNode image = read(id);
        assertThat(image.get("anomalous").asBoolean()).isFalse();
        assertThat(image.at("/candidate/version").asInt()).isEqualTo(2);
        assertThat(image.at("/candidate/anomalous").asBoolean()).isTrue();
        assertThat(image.get("reasons").toString()).contains("disagreement", "random");
        assertThat(Http.json(http.get("/v1/review/images?reason=disagreement", ANNA))
                        .get("images")
                        .valueStream()
                        .map(other -> other.get("id").asLong()))
                .contains(id);
    }

    @Test
    void aLabelNeedsTheRightAndTheLatestRevision() throws Exception {
        long id = awaitCaptured(detect(image("train/good/000.jpg", 7), ""))
                .get("id")
                .asLong();
        String path = "/v1/review/images/" + id;
        assertThat(http.get(path, LINE).statusCode()).isEqualTo(403);
        assertThat(http.get(path + "/image", LINE).statusCode()).isEqualTo(403);
        assertThat(http.get("/v1/review/export?model=cookie", LINE).statusCode())
                .isEqualTo(403);
        assertThat(http.call("DELETE", path, LINE).statusCode()).isEqualTo(403);
        assertThat(http.get(path).statusCode()).isEqualTo(401);
        assertThat(label(id, "{\"label\":\"good\",\"revision\":0}", LINE).statusCode())
                .isEqualTo(403);

        HttpResponse<byte[]> answer = label(id, "{\"label\":\"good\",\"revision\":0}", ANNA);
        assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(200);
        JsonNode labeled = Http.json(answer);
        assertThat(labeled.at("/review/label").asString()).isEqualTo("good");
        assertThat(labeled.at("/review/reviewer").asString()).isEqualTo("anna");
        assertThat(labeled.get("revision").asInt()).isEqualTo(1);

        HttpResponse<byte[]> late = label(id, "{\"label\":\"defect\",\"revision\":0}", ROOT);
        assertThat(late.statusCode()).isEqualTo(409);
        assertThat(Http.text(late)).contains("revision 1", "anna");
        assertThat(read(id).at("/review/label").asString()).isEqualTo("good");

        assertThat(label(id, "{\"label\":\"none\",\"revision\":1}", ROOT).statusCode())
                .isEqualTo(200);
        assertThat(read(id).has("review")).isFalse();
        assertThat(http.call("DELETE", path, ROOT).statusCode()).isEqualTo(204);
        assertThat(http.get(path, ANNA).statusCode()).isEqualTo(404);
        assertThat(http.get(path + "/image", ANNA).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'label':'bad','revision':0}                                  | 'label' must be one of good, defect, unsure, none",
                "{'label':'good'}                                              | 'revision' must be the number",
                "{'label':'good','revision':0.5}                               | 'revision' must be the number",
                "{'label':'good','revision':0,'note':1}                        | must be a JSON object with",
                "{'label':'good','revision':0,'outlines':[[[0,0],[1,0],[1,1]]]} | go with the label defect alone",
                "{'label':'defect','revision':0,'outlines':[[[0,0],[1,0]]]}     | 3 to 2000 points",
                "{'label':'defect','revision':0,'outlines':[[[0,0],[2,0],[1,1]]]} | relative to the image",
                "{'label':'defect','revision':0,'outlines':'x'}                 | 'outlines' are no polygons",
                "[]                                                            | must be a JSON object with",
                "{                                                             | The body is no JSON"
            })
    void aBodyThatIsNoLabelChangesNothing(String body, String reason) throws Exception {
        long id = awaitCaptured(detect(image("train/good/000.jpg", 8), ""))
                .get("id")
                .asLong();
        HttpResponse<byte[]> answer = label(id, body.replace('\'', '"'), ANNA);
        assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(400);
        assertThat(Http.json(answer).get("detail").asString()).contains(reason);
        assertThat(read(id).get("revision").asInt()).isZero();
    }

    @Test
    void theExportIsADataSetOfTheLabeledImages() throws Exception {
        byte[] good = image("train/good/000.jpg", 10);
        byte[] accepted = image("test/broken/012.jpg", 11);
        byte[] drawn = image("test/broken/012.jpg", 12);
        long[] ids = new long[4];
        byte[][] files = {good, accepted, drawn, image("train/good/000.jpg", 13)};
        for (int i = 0; i < ids.length; i++) {
            ids[i] = awaitCaptured(detect(files[i], "")).get("id").asLong();
        }
        label(ids[0], "{\"label\":\"good\",\"revision\":0}", ANNA);
        label(ids[1], "{\"label\":\"defect\",\"revision\":0}", ANNA);
        label(
                ids[2],
                "{\"label\":\"defect\",\"revision\":0,\"outlines\":[[[0.1,0.1],[0.3,0.1],[0.3,0.2],[0.1,0.2]],"
                        + "[[0.5,0.5],[0.6,0.5],[0.6,0.6],[0.5,0.6]]]}",
                ANNA);
        label(ids[3], "{\"label\":\"unsure\",\"revision\":0}", ANNA);

        HttpResponse<byte[]> answer = http.get("/v1/review/export?model=cookie", ANNA);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/zip");
        Map<String, byte[]> entries = unzip(answer.body());
        assertThat(entries.keySet().stream().map(name -> name.substring(0, name.lastIndexOf('/') + 1)))
                .containsExactlyInAnyOrder(
                        "test/good/",
                        "test/defect/",
                        "test/defect/",
                        "ground_truth/defect/",
                        "ground_truth/defect/",
                        "");
        assertThat(entries.values()).anyMatch(bytes -> Arrays.equals(bytes, good));
        String table = new String(entries.get("images.csv"), UTF_8);
        assertThat(table.lines()).hasSize(4);
        assertThat(table).contains("anomalous", ",anna,").doesNotContain("null");
        String name = entries.entrySet().stream()
                .filter(entry -> Arrays.equals(entry.getValue(), drawn))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        byte[] mask =
                entries.get(name.replace("test/defect/", "ground_truth/defect/").replace(".jpg", "_mask.png"));
        BufferedImage pixels = ImageIO.read(new ByteArrayInputStream(mask));
        assertThat((double) white(pixels) / (pixels.getWidth() * pixels.getHeight()))
                .isBetween(0.029, 0.031);
        assertThat(unzip(http.get("/v1/review/export?model=cookie&good=train", ANNA)
                                .body())
                        .keySet())
                .anyMatch(file -> file.startsWith("train/good/"))
                .noneMatch(file -> file.startsWith("test/good/"));

        JsonNode counts = Http.json(http.get("/v1/review/images?model=cookie&label=defect&limit=1", ANNA));
        assertThat(counts.at("/counts/defect").asInt()).isEqualTo(2);
        assertThat(counts.get("images")).hasSize(1);
        long last = counts.at("/images/0/id").asLong();
        assertThat(Http.json(http.get("/v1/review/images?label=defect&before=" + last, ANNA))
                        .get("images"))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "/v1/review/export                         | 400 | model is missing",
                "/v1/review/export?model=secret            | 404 | label some first",
                "/v1/review/export?model=cookie&good=both  | 400 | test or train",
                "/v1/review/images?limit=0                 | 400 | from 1 to 200",
                "/v1/review/images?reason=odd              | 400 | near-threshold",
                "/v1/review/images?modle=cookie            | 400 | 'model' may be meant",
                "/v1/review/images?limit=1&limit=2         | 400 | 2 times",
                "/v1/review/images/999999                  | 404 | no captured image 999999",
                "/v1/review/images/one                     | 400 | whole number",
                "/v1/review/images/1/label                 | 405 | takes PUT",
                "/v1/review/images/999999/image            | 404 | no captured image"
            })
    void aWrongRequestIsExplained(String path, int status, String reason) throws Exception {
        HttpResponse<byte[]> answer = http.get(path, ANNA);
        assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(status);
        assertThat(Http.json(answer).get("detail").asString()).contains(reason);
    }

    private JsonNode detect(byte[] file, String query) throws Exception {
        HttpResponse<byte[]> answer = http.post("/v1/detect" + query, "image/jpeg", file, LINE);
        assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(200);
        return Http.json(answer);
    }

    /** Sends images by the Open Inference Protocol. */
    private void infer(byte[]... images) throws Exception {
        String data = Arrays.stream(images)
                .map(image -> '"' + Base64.getEncoder().encodeToString(image) + '"')
                .collect(Collectors.joining(","));
        String body = "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[" + images.length
                + "],\"data\":[" + data + "]}]}";
        HttpResponse<byte[]> answer =
                http.post("/v2/models/cookie/infer", "application/json", body.getBytes(UTF_8), LINE);
        assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(200);
    }

    private double detections() throws Exception {
        return Http.text(http.get("/actuator/prometheus", ROOT))
                .lines()
                .filter(line ->
                        line.startsWith("draem_detect_seconds_count") || line.startsWith("draem_verdicts_total"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private JsonNode awaitCaptured(byte[] file) throws Exception {
        String digest = Sha256.of(file);
        Await.until(LIMIT, () -> withDigest(digest).size() == 1);
        return withDigest(digest).get(0);
    }

    private JsonNode awaitCaptured(JsonNode verdict) throws Exception {
        String digest = verdict.at("/image/digest").asString();
        Await.until(LIMIT, () -> withDigest(digest).size() == 1);
        return withDigest(digest).get(0);
    }

    private List<JsonNode> withDigest(String digest) throws Exception {
        return Http.json(http.get("/v1/review/images?limit=200", ANNA))
                .get("images")
                .valueStream()
                .filter(image -> image.get("digest").asString().equals(digest))
                .toList();
    }

    private JsonNode read(long id) throws Exception {
        return Http.json(http.get("/v1/review/images/" + id, ANNA));
    }

    private HttpResponse<byte[]> label(long id, String body, String... key) throws Exception {
        return http.put("/v1/review/images/" + id + "/label", body, key);
    }

    private double metric(String outcome) throws Exception {
        return Http.text(http.get("/actuator/prometheus", ROOT))
                .lines()
                .filter(line -> line.startsWith("draem_captures_total{model=\"cookie\",outcome=\"" + outcome))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Returns a photograph as another file: what follows the end of a JPEG is ignored. */
    private static byte[] image(String name, int number) throws Exception {
        byte[] file = Files.readAllBytes(TestModels.file("src/data/cookie/" + name));
        byte[] other = Arrays.copyOf(file, file.length + 1);
        other[file.length] = (byte) number;
        return other;
    }

    private static Map<String, byte[]> unzip(byte[] file) throws Exception {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                entries.put(entry.getName(), zip.readAllBytes());
            }
        }
        return entries;
    }

    private static long white(BufferedImage mask) {
        long count = 0;
        for (int y = 0; y < mask.getHeight(); y++) {
            for (int x = 0; x < mask.getWidth(); x++) {
                count += mask.getRaster().getSample(x, y, 0) > 0 ? 1 : 0;
            }
        }
        return count;
    }

    private static int max(BufferedImage map) {
        int largest = 0;
        for (int y = 0; y < map.getHeight(); y++) {
            for (int x = 0; x < map.getWidth(); x++) {
                largest = Math.max(largest, map.getRaster().getSample(x, y, 0));
            }
        }
        return largest;
    }
}
