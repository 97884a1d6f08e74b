package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.ModelCard;
import io.draem.model.TestModels;
import io.draem.runtime.onnx.SlowGraph;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.OptionalInt;
import java.util.function.IntBinaryOperator;
import javax.imageio.ImageIO;
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

/** Deep images, maps that are no numbers, and a service that refuses unusual images. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "draem.inference.provider=cpu",
            "draem.models.default=cookie",
            "draem.detection.unusual-input=refuse"
        })
@Tag("slow")
class UnusualInputHttpTests {

    private static final int SIDE = 32;

    @TempDir
    private static Path directory;

    private Http http;

    @DynamicPropertySource
    static void models(DynamicPropertyRegistry properties) throws Exception {
        write(
                "undefined",
                SlowGraph.undefinedWhereBlack(SIDE, card(OptionalInt.empty()).toMetadata()));
        write("full-range", SlowGraph.of(SIDE, 0, card(OptionalInt.empty()).toMetadata()));
        write("mono12", SlowGraph.of(SIDE, 0, card(OptionalInt.of(4095)).toMetadata()));
        write("cookie", Files.readAllBytes(TestModels.graph()));
        properties.add("draem.models.directory", () -> directory.toString());
    }

    private static void write(String name, byte[] graph) throws Exception {
        Files.write(
                Files.createDirectories(directory.resolve(name).resolve("1")).resolve("model.onnx"), graph);
    }

    private static ModelCard card(OptionalInt whiteLevel) {
        JsonMapper json = JsonMapper.shared();
        return new ModelCard(
                        "test",
                        SIDE,
                        SIDE,
                        new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0),
                        json.createObjectNode(),
                        json.createObjectNode())
                .withWhiteLevel(whiteLevel);
    }

    @Autowired
    void connect(@LocalServerPort int port) {
        http = new Http(port);
    }

    @Test
    void aMapThatHoldsNoNumbersIsAFailureOfTheModelWhateverTheScore() throws Exception {
        byte[] partlyBlack = png8((x, y) -> x < 4 ? 0 : 8 * x);
        HttpResponse<byte[]> whole = http.post("/v1/detect?model=undefined", "image/png", partlyBlack);
        assertThat(whole.statusCode()).isEqualTo(500);
        assertThat(Http.json(whole).get("type").asString()).isEqualTo("urn:draem:problem:inference-failed");
        JsonNode batch = Http.json(http.postForm("/v1/detect/batch?model=undefined", "images", "a.png", partlyBlack));
        assertThat(batch.at("/results/0/problem/type").asString()).isEqualTo("urn:draem:problem:inference-failed");
        HttpResponse<byte[]> protocol = http.post(
                "/v2/models/undefined/infer",
                "application/json",
                encoded(partlyBlack).getBytes(StandardCharsets.UTF_8));
        assertThat(protocol.statusCode()).isEqualTo(500);
        assertThat(metrics())
                .contains(
                        "draem_detect_seconds_count{model=\"undefined\",outcome=\"inference-failed\",version=\"1\"} 3");
        assertThat(http.post("/v1/detect?model=undefined", "image/png", png8((x, y) -> 8 + x))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void anUnusualImageIsRefusedByName() throws Exception {
        HttpResponse<byte[]> response = http.post("/v1/detect", "image/png", png8((x, y) -> 0));
        assertThat(response.statusCode()).isEqualTo(422);
        JsonNode problem = Http.json(response);
        assertThat(problem.get("type").asString()).isEqualTo("urn:draem:problem:unusual-input");
        assertThat(problem.get("detail").asString()).contains("uniform (contrast 0.000,", "too-dark (brightness");
        JsonNode batch = Http.json(http.postForm("/v1/detect/batch", "images", "a.png", png8((x, y) -> 255)));
        assertThat(batch.at("/results/0/problem/type").asString()).isEqualTo("urn:draem:problem:unusual-input");
        assertThat(http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.broken()))
                        .statusCode())
                .isEqualTo(200);
        assertThat(metrics())
                .contains("draem_unusual_input_total{model=\"cookie\",reason=\"too-dark\",version=\"1\"} 1")
                .contains("draem_unusual_input_total{model=\"cookie\",reason=\"blurred\",version=\"1\"} 0");
    }

    @Test
    void withoutAProfileOnlyAUniformImageIsUnusual() throws Exception {
        assertThat(http.post("/v1/detect?model=full-range", "image/png", png8((x, y) -> 128))
                        .statusCode())
                .isEqualTo(422);
        assertThat(http.post("/v1/detect?model=full-range", "image/png", png8((x, y) -> x))
                        .statusCode())
                .isEqualTo(200);
        assertThat(http.post(
                                "/v2/models/full-range/infer",
                                "application/json",
                                tensor(0.5f).getBytes(StandardCharsets.UTF_8))
                        .statusCode())
                .isEqualTo(422);
    }

    @Test
    void deepImagesAreReadByTheWhiteLevelOfTheModel() throws Exception {
        byte[] lowBits = png16((x, y) -> 100 * x + 3 * y);
        byte[] fullRange = png16((x, y) -> Math.round((100 * x + 3 * y) * 65535f / 4095));
        JsonNode deep = Http.json(http.post("/v1/detect?model=mono12", "image/png", lowBits));
        JsonNode full = Http.json(http.post("/v1/detect?model=full-range", "image/png", fullRange));
        assertThat(deep.get("score")).isEqualTo(full.get("score"));
        assertThat(deep.get("score").asDouble()).isGreaterThan(0.75);
        assertThat(deep.get("warnings").size()).isZero();
        assertThat(full.get("warnings").size()).isZero();
    }

    @Test
    void withoutAWhiteLevelLowValuesAreReadWithAWarning() throws Exception {
        byte[] lowBits = png16((x, y) -> 100 * x + 3 * y);
        JsonNode answer = Http.json(http.post("/v1/detect?model=full-range", "image/png", lowBits));
        assertThat(answer.at("/warnings/0/type").asString()).isEqualTo("low-values");
        assertThat(answer.at("/warnings/0/message").asString()).isNotBlank();
        byte[] tooBright = png16((x, y) -> 300 * x);
        JsonNode clipped = Http.json(http.post("/v1/detect?model=mono12", "image/png", tooBright));
        assertThat(clipped.at("/warnings/0/type").asString()).isEqualTo("above-white-level");
        JsonNode protocol = Http.json(http.post(
                "/v2/models/full-range/infer",
                "application/json",
                encoded(lowBits).getBytes(StandardCharsets.UTF_8)));
        assertThat(protocol.at("/parameters/image_warnings").asString()).isEqualTo("0:low-values");
        assertThat(metrics()).contains("draem_image_warnings_total{type=\"low-values\"} 2");
    }

    private String metrics() throws Exception {
        return Http.text(http.get("/actuator/prometheus")).replaceAll("\\} (\\d+)\\.0", "} $1");
    }

    private static String tensor(float value) {
        return "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[1,3,32,32],\"data\":["
                + (value + ",").repeat(3 * SIDE * SIDE - 1) + value + "]}]}";
    }

    private static String encoded(byte[] image) {
        return "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\""
                + Base64.getEncoder().encodeToString(image) + "\"]}]}";
    }

    private static byte[] png8(IntBinaryOperator value) throws Exception {
        return png(BufferedImage.TYPE_BYTE_GRAY, value);
    }

    private static byte[] png16(IntBinaryOperator value) throws Exception {
        return png(BufferedImage.TYPE_USHORT_GRAY, value);
    }

    private static byte[] png(int type, IntBinaryOperator value) throws Exception {
        BufferedImage picture = new BufferedImage(SIDE, SIDE, type);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                picture.getRaster().setSample(x, y, 0, value.applyAsInt(x, y));
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", png);
        return png.toByteArray();
    }
}
