package io.draem.service.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.model.GoldenTensors;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.score.Calibration;
import io.draem.service.queue.TestContext;
import io.draem.text.Sha256;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A graph as anomalib exports it, with separate weights, served with the values of anomalib. */
@Tag("slow")
class AnomalibGoldenTests {

    private static final Path GOLDEN =
            Path.of(System.getProperty("golden.dir", "../golden")).resolve("anomalib");

    @TempDir
    Path directory;

    @Test
    void isServedWithThePostProcessedValues() throws Exception {
        Path folder = Files.createDirectories(directory.resolve("part/1"));
        Path graph = Files.copy(GOLDEN.resolve("model.onnx"), folder.resolve("model.onnx"));
        Path data = Files.copy(GOLDEN.resolve("model.onnx.data"), folder.resolve("model.onnx.data"));
        GoldenTensors expected = GoldenTensors.read(GOLDEN.resolve("tensors.safetensors"));
        int[] shape = expected.shape("input");
        float[] pixels = expected.floats("input");
        float[] scores = expected.floats("pred_score");
        float[] maps = expected.floats("anomaly_map");
        boolean[] labels = expected.booleans("pred_label");
        boolean[] masks = expected.booleans("pred_mask");

        try (LoadedModels models = new LoadedModels(LoadedModels.properties(directory, null))) {
            models.load();
            ServedModel model = models.repository().require("part", null);
            assertThat(model.scoresNormalized()).isTrue();
            assertThat(model.card().height()).isEqualTo(shape[2]);
            assertThat(model.card().width()).isEqualTo(shape[3]);
            assertThat(model.digest())
                    .isEqualTo(Sha256.of(List.of(
                            ByteBuffer.wrap(Files.readAllBytes(graph)), ByteBuffer.wrap(Files.readAllBytes(data)))));
            Calibration calibration = model.card().calibration();
            int length = pixels.length / scores.length;
            int mapLength = maps.length / scores.length;
            for (int i = 0; i < scores.length; i++) {
                float[] image = Arrays.copyOfRange(pixels, i * length, (i + 1) * length);
                ModelOutput output = model.submit(new ModelInput(image, false), new TestContext())
                        .await()
                        .output();
                float[] map = output.map().values();
                assertThat(output.score()).isEqualTo(scores[i], within(1e-4f));
                assertThat(map)
                        .containsExactly(Arrays.copyOfRange(maps, i * mapLength, (i + 1) * mapLength), within(1e-4f));
                assertThat(calibration.normalizeScore(output.score())).isEqualTo(scores[i], within(1e-4));
                assertThat(calibration.isAnomalous(output.score())).isEqualTo(labels[i]);
                int differing = 0;
                for (int p = 0; p < mapLength; p++) {
                    boolean anomalous = map[p] > calibration.pixelThreshold();
                    differing += anomalous == masks[i * mapLength + p] ? 0 : 1;
                }
                assertThat(differing).as("pixels that differ from the mask").isLessThanOrEqualTo(mapLength / 1000);
            }
        }
    }

    @Test
    void otherWeightsBesideTheGraphAreAnotherModel() throws Exception {
        Path folder = Files.createDirectories(directory.resolve("part/1"));
        Files.copy(GOLDEN.resolve("model.onnx"), folder.resolve("model.onnx"));
        byte[] weights = Files.readAllBytes(GOLDEN.resolve("model.onnx.data"));
        Path data = Files.write(folder.resolve("model.onnx.data"), weights);
        try (LoadedModels models = new LoadedModels(LoadedModels.properties(directory, null))) {
            models.load();
            String before = models.repository().require("part", null).digest();
            weights[weights.length / 2] ^= 1;
            Files.write(data, weights);
            models.pollTwice();
            assertThat(models.repository().require("part", null).digest()).isNotEqualTo(before);
        }
    }
}
