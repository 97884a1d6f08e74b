package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.model.GoldenTensors;
import io.draem.model.ModelCard;
import io.draem.model.TestModels;
import io.draem.runtime.onnx.SlowGraph;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Graphs that differ from the usual one, through every endpoint. One network in two graphs: as anomalib exported it, with a
 * resize and its post-processing inside, and as the trainer exports it in float16; anomalib's own numbers are the measure
 * of both. And a graph whose input is not a square.
 */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"draem.inference.provider=cpu", "draem.models.default=part"})
@Tag("slow")
class OtherGraphsHttpTests {

    private static final Path GOLDEN =
            Path.of(System.getProperty("golden.dir", "../golden")).resolve("anomalib");
    private static final Path FLOAT16 = TestModels.file("src/service/src/test/resources/graphs/part-fp16.onnx");
    private static final int SIDE = 64;
    private static final int MAP_SIDE = 256;
    private static final int AREA = 77;
    private static final int LONG_WIDTH = 64;
    private static final int LONG_HEIGHT = 160;

    @TempDir
    private static Path directory;

    private static float[] input;
    private static float[] scores;
    private static float[] maps;

    Http http;

    @DynamicPropertySource
    static void models(DynamicPropertyRegistry properties) throws Exception {
        Path anomalib = Files.createDirectories(directory.resolve("part/1"));
        Files.copy(GOLDEN.resolve("model.onnx"), anomalib.resolve("model.onnx"));
        Files.copy(GOLDEN.resolve("model.onnx.data"), anomalib.resolve("model.onnx.data"));
        Path float16 = Files.createDirectories(directory.resolve("part-fp16/1"));
        Files.copy(FLOAT16, float16.resolve("model.onnx"));
        Path withArea = Files.createDirectories(directory.resolve("part-area/1"));
        Files.write(
                withArea.resolve("model.onnx"),
                TestModels.withMetadata(Files.readAllBytes(FLOAT16), "draem.region.min-area", Integer.toString(AREA)));
        Path longer = Files.createDirectories(directory.resolve("long/1"));
        Files.write(
                longer.resolve("model.onnx"),
                SlowGraph.image(LONG_WIDTH, LONG_HEIGHT, longCard().toMetadata()));
        properties.add("draem.models.directory", () -> directory.toString());
    }

    @BeforeAll
    static void readNumbers() throws Exception {
        GoldenTensors golden = GoldenTensors.read(GOLDEN.resolve("tensors.safetensors"));
        input = golden.floats("input");
        scores = golden.floats("pred_score");
        maps = golden.floats("anomaly_map");
    }

    private static ModelCard longCard() {
        JsonMapper json = JsonMapper.shared();
        Calibration half = new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 17, 0, 0, 0, 0, 0, 1, null);
        return new ModelCard("long", LONG_WIDTH, LONG_HEIGHT, half, json.createObjectNode(), json.createObjectNode());
    }

    @Autowired
    void connect(@LocalServerPort int port) {
        http = new Http(port);
    }

    @Test
    void aVerdictOfAnomalibsGraphSaysThatItsScoresAreNormalized() throws Exception {
        for (int i = 0; i < scores.length; i++) {
            JsonNode verdict = detect(i, "?include=map");
            assertThat(verdict.get("scoresNormalized").asBoolean()).isTrue();
            assertThat(verdict.get("score").asDouble()).isEqualTo(scores[i], within(0.01));
            assertThat(verdict.get("normalizedScore")).isEqualTo(verdict.get("score"));
            assertThat(verdict.get("threshold").asDouble()).isEqualTo(0.5);
            assertThat(verdict.get("anomalous").asBoolean()).isFalse();
            assertThat(verdict.at("/anomalyMap/width").asInt()).isEqualTo(SIDE);
        }
    }

    @Test
    void saysWhichFalseAlarmsToExpectWhereTheGraphDoes() throws Exception {
        assertThat(Http.json(http.get("/v1/models/long")).get("calibration").toString())
                .startsWith("{\"normal\":17,\"normalAbove\":1,\"expectedFalseAlarms\":{\"min\":0.00148817439")
                .contains("\"max\":0.28688939");
        assertThat(Http.json(http.get("/v1/models/part")).get("calibration").toString())
                .isEqualTo("{\"normal\":0,\"anomalous\":0,\"synthetic\":0}");
    }

    @Test
    void theProtocolDescribesAnomalibsGraphAsItIs() throws Exception {
        JsonNode model = Http.json(http.get("/v2/models/part"));
        assertThat(model.at("/inputs/0/shape").toString()).isEqualTo("[-1,3,%d,%d]".formatted(SIDE, SIDE));
        assertThat(model.at("/outputs/1/name").asString()).isEqualTo("anomaly_map");
        assertThat(model.at("/outputs/1/shape").toString()).isEqualTo("[-1,%d,%d]".formatted(MAP_SIDE, MAP_SIDE));
        assertThat(model.get("outputs").size()).isEqualTo(2);
    }

    @Test
    void theProtocolGivesAnomalibsOwnNumbers() throws Exception {
        String json = "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[%d,3,%d,%d]}]}"
                .formatted(scores.length, SIDE, SIDE);
        ByteBuffer tensor = ByteBuffer.allocate(4 * input.length).order(ByteOrder.LITTLE_ENDIAN);
        tensor.asFloatBuffer().put(input);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(json.getBytes(StandardCharsets.US_ASCII));
        body.writeBytes(tensor.array());
        HttpResponse<byte[]> response = http.post(
                "/v2/models/part/infer",
                "application/octet-stream",
                body.toByteArray(),
                "Inference-Header-Content-Length",
                Integer.toString(json.length()));
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(200);
        JsonNode outputs = Http.json(response).get("outputs");
        assertThat(floats(outputs.at("/0/data"))).containsExactly(scores, within(1e-4f));
        assertThat(outputs.at("/1/shape").toString())
                .isEqualTo("[%d,%d,%d]".formatted(scores.length, MAP_SIDE, MAP_SIDE));
        assertThat(floats(outputs.at("/1/data"))).containsExactly(maps, within(1e-4f));
    }

    @Test
    void aGraphInFloat16GivesNearlyTheSameVerdict() throws Exception {
        double threshold = Http.json(http.get("/v1/models/part-fp16"))
                .at("/thresholds/image")
                .asDouble();
        for (int i = 0; i < scores.length; i++) {
            JsonNode half = detect(i, "?model=part-fp16");
            assertThat(half.get("scoresNormalized").asBoolean()).isFalse();
            assertThat(half.get("threshold").asDouble()).isEqualTo(threshold);
            assertThat(half.get("anomalous")).isEqualTo(detect(i, "?model=part").get("anomalous"));
            assertThat(half.get("normalizedScore").asDouble()).isEqualTo(scores[i], within(0.02));
        }
    }

    @Test
    void theSmallestAreaOfRegionsIsThatOfTheRequestElseOfTheModelElseOfTheService() throws Exception {
        assertThat(detect(0, "?model=part-fp16").get("minRegionArea").asInt()).isEqualTo(16);
        assertThat(detect(0, "?model=part-area").get("minRegionArea").asInt()).isEqualTo(AREA);
        assertThat(detect(0, "?model=part-area&minRegionArea=5")
                        .get("minRegionArea")
                        .asInt())
                .isEqualTo(5);
        assertThat(Http.json(http.get("/v1/models/part-area"))
                        .get("minRegionArea")
                        .asInt())
                .isEqualTo(AREA);
        assertThat(Http.json(http.get("/v1/models/part-fp16")).has("minRegionArea"))
                .isFalse();
    }

    @Test
    void anAnomalousImageHasARegionAlsoWhereTheMapIsLargerThanTheImage() throws Exception {
        for (int i = 0; i < scores.length; i++) {
            for (String query : new String[] {"", "&pixelThreshold=1", "&minRegionArea=999999999"}) {
                JsonNode verdict = detect(i, "?model=part&threshold=0" + query);
                assertThat(verdict.get("anomalous").asBoolean()).isTrue();
                assertThat(verdict.get("regions")).isNotEmpty();
            }
        }
    }

    @Test
    void anInputThatIsNoSquareIsServedAsItIs() throws Exception {
        JsonNode input = Http.json(http.get("/v1/models/long")).get("input");
        assertThat(input.get("width").asInt()).isEqualTo(LONG_WIDTH);
        assertThat(input.get("height").asInt()).isEqualTo(LONG_HEIGHT);
        HttpResponse<byte[]> response = http.post("/v1/detect?model=long&include=map", "image/png", longImage());
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(200);
        JsonNode verdict = Http.json(response);
        assertThat(verdict.at("/image/width").asInt()).isEqualTo(2 * LONG_WIDTH);
        assertThat(verdict.at("/image/height").asInt()).isEqualTo(2 * LONG_HEIGHT);
        assertThat(verdict.get("regions")).hasSize(1);
        JsonNode box = verdict.at("/regions/0/box");
        assertThat(box.get("x").asInt()).isCloseTo(80, within(1));
        assertThat(box.get("y").asInt()).isCloseTo(260, within(1));
        assertThat(box.get("width").asInt()).isCloseTo(32, within(2));
        assertThat(box.get("height").asInt()).isCloseTo(40, within(2));
    }

    @Test
    void theProtocolGivesHeightBeforeWidth() throws Exception {
        JsonNode model = Http.json(http.get("/v2/models/long"));
        assertThat(model.at("/inputs/0/shape").toString()).isEqualTo("[-1,3,%d,%d]".formatted(LONG_HEIGHT, LONG_WIDTH));
        assertThat(model.at("/outputs/1/shape").toString()).isEqualTo("[-1,%d,%d]".formatted(LONG_HEIGHT, LONG_WIDTH));
        String encoded = "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\""
                + Base64.getEncoder().encodeToString(longImage()) + "\"]}]}";
        HttpResponse<byte[]> response =
                http.post("/v2/models/long/infer", "application/json", encoded.getBytes(StandardCharsets.US_ASCII));
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(200);
        JsonNode map = Http.json(response).at("/outputs/1");
        assertThat(map.get("shape").toString()).isEqualTo("[1,%d,%d]".formatted(LONG_HEIGHT, LONG_WIDTH));
        float[] values = floats(map.get("data"));
        assertThat(values[140 * LONG_WIDTH + 48]).as("in the defect").isEqualTo(1);
        assertThat(values[100 * LONG_WIDTH + 48]).as("above it").isZero();
        assertThat(values[140 * LONG_WIDTH + 30]).as("left of it").isZero();

        int[] turned = {LONG_WIDTH, LONG_HEIGHT};
        String tensor = "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[1,3,%d,%d],\"data\":[%s0]}]}"
                .formatted(turned[0], turned[1], "0,".repeat(3 * LONG_WIDTH * LONG_HEIGHT - 1));
        assertThat(http.post("/v2/models/long/infer", "application/json", tensor.getBytes(StandardCharsets.US_ASCII))
                        .statusCode())
                .isEqualTo(400);
    }

    /** A black image of twice the input's size with a white rectangle right of the center and far below it. */
    private static byte[] longImage() throws Exception {
        BufferedImage picture = new BufferedImage(2 * LONG_WIDTH, 2 * LONG_HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 260; y < 300; y++) {
            for (int x = 80; x < 112; x++) {
                picture.setRGB(x, y, 0xFFFFFF);
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", png);
        return png.toByteArray();
    }

    JsonNode detect(int image, String query) throws Exception {
        HttpResponse<byte[]> response = http.post("/v1/detect" + query, "image/png", png(image));
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(200);
        return Http.json(response);
    }

    /** The image in 8 bits. */
    private static byte[] png(int image) throws Exception {
        BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        int plane = SIDE * SIDE;
        for (int i = 0; i < plane; i++) {
            int rgb = 0;
            for (int channel = 0; channel < 3; channel++) {
                rgb = rgb << 8 | Math.round(255 * input[(3 * image + channel) * plane + i]);
            }
            picture.setRGB(i % SIDE, i / SIDE, rgb);
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", png);
        return png.toByteArray();
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).floatValue();
        }
        return values;
    }
}
