package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@Tag("slow")
class OperationsHttpTests extends HttpTest {

    @Test
    void healthNamesModelAndProvider() throws Exception {
        assertThat(http.get("/actuator/health/liveness").statusCode()).isEqualTo(200);
        JsonNode readiness = Http.json(http.get("/actuator/health/readiness"));
        assertThat(readiness.get("status").asString()).isEqualTo("UP");
        assertThat(readiness
                        .get("components")
                        .get("models")
                        .get("details")
                        .get(TestModels.name())
                        .asString())
                .startsWith("version 1 on cpu, sha256:");
    }

    @Test
    void anUnknownPartOfHealthIsAProblem() throws Exception {
        for (String path : List.of("/actuator/health/nothing", "/actuator/health/readiness/nothing")) {
            HttpResponse<byte[]> response = http.get(path);
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(Http.json(response).get("type").asString()).isEqualTo("urn:draem:problem:not-found");
            assertThat(response.headers().firstValue("X-Request-Id"))
                    .hasValue(Http.json(response).get("requestId").asString());
        }
        assertThat(http.call("HEAD", "/actuator/health/nothing").body()).isEmpty();
    }

    @Test
    void infoNamesTheBuild() throws Exception {
        assertThat(http.get("/actuator/info").statusCode()).isEqualTo(200);
    }

    @Test
    void metricsHaveTheirNamesAndMoveWithTheRequests() throws Exception {
        http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.good()));
        double before = value(
                "draem_detect_seconds_count{model=\"" + TestModels.name() + "\",outcome=\"success\",version=\"1\"}");
        JsonNode verdict = Http.json(http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.broken())));
        http.post("/v1/detect?model=cake", "image/jpeg", Files.readAllBytes(TestModels.broken()));
        String model = "{model=\"" + TestModels.name() + "\"";
        assertThat(value("draem_detect_seconds_count" + model + ",outcome=\"success\",version=\"1\"}"))
                .isEqualTo(before + 1);
        for (String stage : List.of("decode", "preprocess", "queue", "inference", "postprocess")) {
            assertThat(value("draem_stage_seconds_count" + model + ",stage=\"" + stage + "\",version=\"1\"}"))
                    .isPositive();
        }
        String said = verdict.get("anomalous").asBoolean() ? "anomalous" : "normal";
        assertThat(value("draem_verdicts_total" + model + ",verdict=\"" + said + "\",version=\"1\"}"))
                .isPositive();
        assertThat(value("draem_score_count" + model + ",version=\"1\"}")).isPositive();
        assertThat(value("draem_score_bucket" + model + ",version=\"1\",le=\"0.5\"}"))
                .isNotNegative();
        assertThat(value("draem_batch_size_count")).isPositive();
        assertThat(value("draem_queue_depth" + model + ",version=\"1\"}")).isZero();
        assertThat(value("draem_queue_capacity" + model + ",version=\"1\"}")).isEqualTo(64);
        for (String reason :
                List.of("admission", "queue-full", "deadline", "cancelled", "shutting-down", "not-ready")) {
            assertThat(value("draem_rejected_total{reason=\"" + reason + "\"}")).isNotNegative();
        }
        assertThat(value("draem_rejected_total{reason=\"unknown-model\"}")).isPositive();
        assertThat(value("draem_model_info{digest=\""
                        + verdict.get("model").get("digest").asString() + "\",model=\"" + TestModels.name()
                        + "\",provider=\"cpu\",version=\"1\"}"))
                .isEqualTo(1);
    }

    @Test
    void namesOfUnknownModelsDoNotBecomeLabels() throws Exception {
        http.post("/v1/detect?model=unheard-of", "image/jpeg", Files.readAllBytes(TestModels.good()));
        assertThat(Http.text(http.get("/actuator/prometheus"))).doesNotContain("unheard-of");
        assertThat(value("draem_detect_seconds_count{model=\"none\",outcome=\"unknown-model\",version=\"none\"}"))
                .isPositive();
    }

    @Test
    void theExplorerIsThere() throws Exception {
        assertThat(http.get("/swagger-ui.html").statusCode()).isEqualTo(302);
        assertThat(Http.text(http.get("/swagger-ui/index.html"))).contains("Swagger UI");
    }

    private double value(String series) throws Exception {
        return Http.text(http.get("/actuator/prometheus"))
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no series " + series));
    }
}
