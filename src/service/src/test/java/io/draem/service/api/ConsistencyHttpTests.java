package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageLimits;
import io.draem.image.ImageTensor;
import io.draem.image.RgbImage;
import io.draem.model.ModelCard;
import io.draem.model.TestModels;
import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.score.Region;
import io.draem.score.RegionFinder;
import io.draem.score.RegionOptions;
import io.draem.score.ScaledMap;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ConsistencyHttpTests extends HttpTest {

    private static final int MIN_AREA = 16;

    @Test
    void theAnswerIsWhatTheCoreMakesOfABareRunOfTheGraph() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.broken());
        JsonNode body = Http.json(http.post("/v1/detect?include=polygon", "image/jpeg", photograph));

        RgbImage image =
                new ImageDecoder(ImageLimits.DEFAULT).decode(photograph).image();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session =
                environment.createSession(TestModels.graph().toString(), new OrtSession.SessionOptions())) {
            ModelCard card = ModelCard.fromMetadata(session.getMetadata().getCustomMetadata());
            Calibration calibration = card.calibration();
            long[] shape = {1, 3, card.height(), card.width()};
            float[] pixels = ImageTensor.of(image, card.width(), card.height());
            try (OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(pixels), shape);
                    OrtSession.Result result = session.run(Map.of("input", input))) {
                double score = values(result, "pred_score")[0];
                AnomalyMap map = new AnomalyMap(card.width(), card.height(), values(result, "anomaly_map"));
                List<Region> regions = RegionFinder.find(
                                new ScaledMap(map, image.width(), image.height()),
                                new RegionOptions(calibration.pixelThreshold(), MIN_AREA, true, true))
                        .largest();
                assertThat(body.get("score").asDouble()).isCloseTo(score, within(1e-5));
                assertThat(body.get("normalizedScore").asDouble())
                        .isCloseTo(
                                Calibration.normalize(
                                        score,
                                        calibration.imageThreshold(),
                                        calibration.scoreMin(),
                                        calibration.scoreMax()),
                                within(1e-4));
                assertThat(body.get("threshold").asDouble()).isEqualTo(calibration.imageThreshold());
                assertThat(body.get("pixelThreshold").asDouble()).isEqualTo(calibration.pixelThreshold());
                assertThat(body.get("regions").size()).isEqualTo(regions.size()).isPositive();
                for (int i = 0; i < regions.size(); i++) {
                    isThe(body.get("regions").get(i), regions.get(i));
                }
            }
        }
    }

    private static void isThe(JsonNode reported, Region region) {
        assertThat(reported.get("box").get("x").asInt()).isEqualTo(region.x());
        assertThat(reported.get("box").get("y").asInt()).isEqualTo(region.y());
        assertThat(reported.get("box").get("width").asInt()).isEqualTo(region.width());
        assertThat(reported.get("box").get("height").asInt()).isEqualTo(region.height());
        assertThat(reported.get("area").asInt()).isEqualTo(region.area());
        assertThat(reported.get("centroid").get("x").asDouble()).isCloseTo(region.centroidX(), within(1e-6));
        assertThat(reported.get("peak").asDouble()).isCloseTo(region.peak(), within(1e-5));
        assertThat(reported.get("mean").asDouble()).isCloseTo(region.mean(), within(1e-5));
        assertThat(reported.get("polygon").size()).isEqualTo(region.polygon().size());
    }

    private static float[] values(OrtSession.Result result, String name) {
        FloatBuffer buffer = ((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer();
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }
}
