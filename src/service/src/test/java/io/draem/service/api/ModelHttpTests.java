package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ModelHttpTests extends HttpTest {

    @Test
    void describesTheModelInService() throws Exception {
        JsonNode model = Http.json(http.get("/v1/models/" + TestModels.name()));
        assertThat(model.get("name").asString()).isEqualTo(TestModels.name());
        assertThat(model.get("default").asBoolean()).isTrue();
        assertThat(model.get("version").asInt()).isEqualTo(1);
        assertThat(model.get("scoresNormalized").asBoolean()).isFalse();
        assertThat(model.get("provider").asString()).isEqualTo("cpu");
        assertThat(model.get("digest").asString())
                .isEqualTo("sha256:"
                        + HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256")
                                        .digest(Files.readAllBytes(TestModels.graph()))));
        assertThat(model.get("input").get("width").asInt() % 32).isZero();
        assertThat(model.get("input").get("color").asString()).isEqualTo("RGB");
        assertThat(model.get("thresholds").get("image").asDouble()).isBetween(0.0, 1.0);
        assertThat(model.get("thresholds").get("rule").asString()).isNotBlank();
        assertThat(model.get("calibration").get("normal").asInt()).isPositive();
        assertThat(model.get("metrics").isObject()).isTrue();
        assertThat(model.get("versions")).singleElement().satisfies(version -> {
            assertThat(version.get("version").asInt()).isEqualTo(1);
            assertThat(version.get("state").asString()).isEqualTo("served");
        });
    }

    @Test
    void listsTheModels() throws Exception {
        JsonNode models = Http.json(http.get("/v1/models")).get("models");
        assertThat(models).singleElement().isEqualTo(Http.json(http.get("/v1/models/" + TestModels.name())));
    }

    @Test
    void theThresholdIsTheOneThatVerdictsUse() throws Exception {
        JsonNode model = Http.json(http.get("/v1/models/" + TestModels.name()));
        JsonNode verdict = Http.json(http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.good())));
        assertThat(verdict.get("threshold")).isEqualTo(model.get("thresholds").get("image"));
        assertThat(verdict.get("pixelThreshold"))
                .isEqualTo(model.get("thresholds").get("pixel"));
        assertThat(verdict.get("model").get("digest")).isEqualTo(model.get("digest"));
    }
}
