package io.draem.trainer.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.trainer.checkpoint.Safetensors;
import io.draem.trainer.checkpoint.Tensor;
import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Thresholds, normalization and metrics agree with anomalib, torchmetrics and scikit-learn. */
class MetricsGoldenTests {

    private static final Path FOLDER = Path.of(System.getProperty("golden.dir", "src/golden"), "metrics");

    private static JsonNode root() throws IOException {
        return JsonMapper.shared().readTree(Files.readString(FOLDER.resolve("case.json")));
    }

    static Stream<JsonNode> imageCases() throws IOException {
        return StreamSupport.stream(root().get("image").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("imageCases")
    void imageScoresGiveThePeersFigures(JsonNode expected) {
        double[] scores = doubles(expected.get("scores"));
        boolean[] anomalous = new boolean[scores.length];
        for (int i = 0; i < scores.length; i++) {
            anomalous[i] = expected.get("labels").get(i).asInt() == 1;
        }

        RankingMetrics metrics = RankingMetrics.of(scores, anomalous);
        assertThat(metrics.auroc()).isCloseTo(expected.get("auroc").asDouble(), within(1e-4));
        assertThat(metrics.averagePrecision())
                .isCloseTo(expected.get("average_precision").asDouble(), within(1e-4));
        assertThat(metrics.f1Max()).isCloseTo(expected.get("f1_max").asDouble(), within(1e-4));

        double theirThreshold = expected.get("threshold").asDouble();
        double threshold = ThresholdSearch.f1(scores, anomalous);
        assertThat(threshold).isCloseTo(theirThreshold, within(1e-4));
        assertThat(Arrays.stream(scores).filter(score -> score > threshold).count())
                .as("anomalous verdicts")
                .isEqualTo(Arrays.stream(scores)
                        .filter(score -> score >= theirThreshold)
                        .count());
    }

    @ParameterizedTest
    @MethodSource("imageCases")
    void scoresNormalizeToThePeersValues(JsonNode expected) {
        double[] scores = doubles(expected.get("scores"));
        double[] normalized = doubles(expected.get("normalized"));
        for (int i = 0; i < scores.length; i++) {
            double ours = Calibration.normalize(
                    scores[i],
                    expected.get("threshold").asDouble(),
                    expected.get("min").asDouble(),
                    expected.get("max").asDouble());
            assertThat(ours).isCloseTo(normalized[i], within(1e-4));
        }
    }

    @Test
    void anomalyMapsGiveThePeersFigures() throws IOException {
        JsonNode expected = root().get("pixel");
        Safetensors tensors = Safetensors.read(FOLDER.resolve("pixel.safetensors"));
        Tensor maps = tensors.tensor("maps");
        int height = (int) maps.shape()[1];
        int width = (int) maps.shape()[2];
        float[] values = maps.toFloats();
        IntBuffer labels = tensors.tensor("masks").data().asIntBuffer();
        PixelScores pixels = new PixelScores();
        for (int from = 0; from < values.length; from += width * height) {
            boolean[] mask = new boolean[width * height];
            for (int i = 0; i < mask.length; i++) {
                mask[i] = labels.get(from + i) != 0;
            }
            float[] map = Arrays.copyOfRange(values, from, from + width * height);
            pixels.add(new AnomalyMap(width, height, map), mask, null);
        }

        RankingMetrics metrics = pixels.ranking();
        assertThat(metrics.auroc()).isCloseTo(expected.get("auroc").asDouble(), within(1e-4));
        assertThat(metrics.averagePrecision())
                .isCloseTo(expected.get("average_precision").asDouble(), within(1e-4));
        assertThat(pixels.aupro()).isCloseTo(expected.get("aupro").asDouble(), within(1e-3));
    }

    private static double[] doubles(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asDouble();
        }
        return values;
    }
}
