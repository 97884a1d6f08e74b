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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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

/** New versions that are of no use, seen from outside. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"draem.inference.provider=cpu", "draem.models.default=good", "draem.models.poll-interval=100ms"})
@Tag("slow")
class FailingVersionHttpTests {

    private static final int SIDE = 32;

    @TempDir
    private static Path directory;

    private Http http;

    @DynamicPropertySource
    static void models(DynamicPropertyRegistry properties) throws Exception {
        for (String name : new String[] {"good", "refused", "failing"}) {
            put(name, 1, Files.readAllBytes(TestModels.graph()));
        }
        properties.add("draem.models.directory", () -> directory.toString());
    }

    @Autowired
    void connect(@LocalServerPort int port) {
        http = new Http(port);
    }

    @Test
    void aVersionWhoseEveryScoreIsNaNIsRefusedAndTheOneBeforeServesOn() throws Exception {
        double failures = metric("draem_model_load_failures_total{reason=\"invalid-graph\"}");
        put("refused", 2, SlowGraph.undefined(SIDE, true, metadata()));
        await(() -> !refused().isEmpty());
        assertThat(refused().at("/0/name").asString()).isEqualTo("refused");
        assertThat(refused().at("/0/version").asInt()).isEqualTo(2);
        assertThat(refused().at("/0/reason").asString())
                .isEqualTo(
                        "Its warm-up run returns no usable result. The graph's score is NaN, not 0 to 1: export the model"
                                + " again, in float32 if it is float16 or int8, and so that it ends in probabilities");
        assertThat(readiness().at("/details/refused version 2").asString()).contains("score is NaN");
        assertThat(metric("draem_model_load_failures_total{reason=\"invalid-graph\"}"))
                .isGreaterThan(failures);
        HttpResponse<byte[]> answer = detect("refused", white());
        assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(200);
        assertThat(Http.json(answer).at("/model/version").asInt()).isEqualTo(1);
    }

    @Test
    void aVersionThatFailsOnSomeImagesGivesWayToTheOneBefore() throws Exception {
        assertThat(detect("failing", white()).statusCode()).isEqualTo(200);
        put("failing", 2, SlowGraph.undefinedWhereWhite(SIDE, metadata()));
        await(() -> served() == 2);
        assertThat(metric(labelled("draem_model_suspended"))).isZero();
        assertThat(metric(labelled("draem_model_failover_total"))).isZero();
        assertThat(detect("failing", gray()).statusCode()).isEqualTo(200);
        int failed = 0;
        for (; served() == 2 && failed < 1_000; failed++) {
            HttpResponse<byte[]> answer = detect("failing", white());
            assertThat(answer.statusCode()).as(Http.text(answer)).isIn(200, 500);
        }
        assertThat(failed).isGreaterThanOrEqualTo(9);
        HttpResponse<byte[]> answer = detect("failing", white());
        assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(200);
        assertThat(Http.json(answer).at("/model/version").asInt()).isEqualTo(1);

        assertThat(metric(labelled("draem_model_suspended"))).isEqualTo(1);
        assertThat(metric(labelled("draem_model_failover_total"))).isEqualTo(1);
        assertThat(readiness().get("status").asString()).isEqualTo("UP");
        assertThat(readiness().at("/details/failing").asString()).startsWith("version 1 on cpu");
        assertThat(readiness().at("/details/failing version 2").asString())
                .contains(", suspended: it answers only requests that name it, since it failed on ");
        JsonNode versions = Http.json(http.get("/v1/models/failing")).get("versions");
        assertThat(versions.at("/1/version").asInt()).isEqualTo(2);
        assertThat(versions.at("/1/reason").asString()).startsWith("it failed on ");
        HttpResponse<byte[]> named = http.post("/v1/detect?model=failing&version=2", "image/png", gray());
        assertThat(Http.json(named).at("/model/version").asInt()).isEqualTo(2);

        put("failing", 2, new byte[] {1});
        await(() -> refused().toString().contains("failing"));
        assertThat(readiness().at("/details/failing version 2").asString())
                .contains(", suspended: it answers only requests that name it, since it failed on ")
                .contains("; its new file is refused: ");

        put("failing", 2, Files.readAllBytes(TestModels.graph()));
        await(() -> served() == 2);
        assertThat(metric(labelled("draem_model_suspended"))).isZero();
        assertThat(metric(labelled("draem_model_failover_total"))).isEqualTo(1);
    }

    private static void put(String name, int version, byte[] graph) throws Exception {
        Path folder = Files.createDirectories(directory.resolve(name).resolve(Integer.toString(version)));
        Files.write(folder.resolve("model.onnx"), graph);
    }

    private static Map<String, String> metadata() {
        return new ModelCard(
                        "test",
                        SIDE,
                        SIDE,
                        new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0),
                        JsonMapper.shared().createObjectNode(),
                        JsonMapper.shared().createObjectNode())
                .toMetadata();
    }

    private static String labelled(String metric) {
        return metric + "{model=\"failing\",version=\"2\"}";
    }

    private double metric(String series) throws Exception {
        return Http.text(http.get("/actuator/prometheus"))
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow(() -> new AssertionError(series + " is missing"));
    }

    private int served() throws Exception {
        return Http.json(http.get("/v1/models/failing")).get("version").asInt();
    }

    private JsonNode refused() throws Exception {
        return Http.json(http.get("/v1/models")).get("refused");
    }

    private JsonNode readiness() throws Exception {
        return Http.json(http.get("/actuator/health")).at("/components/models");
    }

    private HttpResponse<byte[]> detect(String model, byte[] image) throws Exception {
        return http.post("/v1/detect?model=" + model, "image/png", image);
    }

    private static byte[] white() throws Exception {
        return png(0xFFFFFF);
    }

    private static byte[] gray() throws Exception {
        return png(0x808080);
    }

    private static byte[] png(int rgb) throws Exception {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < SIDE * SIDE; i++) {
            image.setRGB(i % SIDE, i / SIDE, rgb);
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.call()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }
}
