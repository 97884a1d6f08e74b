package io.draem.trainer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.trainer.evaluation.Detection;
import io.draem.trainer.evaluation.NetworkOutputs;
import io.draem.trainer.evaluation.OnnxDetector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExportGoldenTests {

    @TempDir
    Path folder;

    static List<GoldenNetwork> networks() throws IOException {
        return GoldenNetwork.all();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void theGraphGivesWhatTheReferenceGives(GoldenNetwork network) throws Exception {
        try (OnnxDetector detector = export(network)) {
            NetworkOutputs outputs = detector.run(network.floats("input"), network.count());
            assertThat(outputs.reconstructions())
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(network.floats("reconstruction"));
            assertThat(outputs.maps())
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(network.floats("anomaly_map"));
            assertThat(outputs.scores())
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(network.floats("pred_score"));
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void anImageAloneGivesWhatItGivesInABatch(GoldenNetwork network) throws Exception {
        float[] images = network.floats("input");
        int size = images.length / network.count();
        try (OnnxDetector detector = export(network)) {
            List<Detection> together = detector.detect(images, network.count());
            assertThat(together).hasSize(network.count());
            for (int i = 0; i < network.count(); i++) {
                Detection alone = detector.detect(Arrays.copyOfRange(images, i * size, (i + 1) * size), 1)
                        .get(0);
                assertThat(alone.score()).isCloseTo(together.get(i).score(), within(1e-5f));
                assertThat(alone.map().max()).isEqualTo(alone.score());
                assertThat(alone.map().values())
                        .usingComparatorWithPrecision(1e-5f)
                        .containsExactly(together.get(i).map().values());
            }
        }
    }

    private OnnxDetector export(GoldenNetwork network) throws Exception {
        Path file = folder.resolve("model.onnx");
        DraemExporter.export(network.weights(), network.options(), Cards.card(network.width(), network.height()), file);
        return OnnxDetector.open(file, 1);
    }
}
