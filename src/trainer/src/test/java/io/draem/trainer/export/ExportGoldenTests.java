package io.draem.trainer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.model.ModelCard;
import io.draem.trainer.evaluation.Detection;
import io.draem.trainer.evaluation.NetworkOutputs;
import io.draem.trainer.evaluation.OnnxDetector;
import io.draem.trainer.network.GoldenCase;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExportGoldenTests {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"eval", "eval_sspcab"})
    void theGraphGivesWhatTheReferenceGives(String name) throws Exception {
        GoldenCase golden = GoldenCase.read(name);
        int count = (int) golden.tensor("input").shape()[0];
        try (OnnxDetector detector = export(golden)) {
            NetworkOutputs outputs = detector.run(golden.tensor("input").toFloats(), count);
            assertThat(outputs.reconstructions())
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(golden.tensor("reconstruction").toFloats());
            assertThat(outputs.maps())
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(golden.tensor("anomaly_map").toFloats());
            assertThat(outputs.scores())
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(golden.tensor("pred_score").toFloats());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"eval", "eval_sspcab"})
    void anImageAloneGivesWhatItGivesInABatch(String name) throws Exception {
        GoldenCase golden = GoldenCase.read(name);
        int count = (int) golden.tensor("input").shape()[0];
        float[] images = golden.tensor("input").toFloats();
        int size = images.length / count;
        try (OnnxDetector detector = export(golden)) {
            List<Detection> together = detector.detect(images, count);
            assertThat(together).hasSize(count);
            for (int i = 0; i < count; i++) {
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

    private OnnxDetector export(GoldenCase golden) throws Exception {
        Path file = folder.resolve("model.onnx");
        long[] shape = golden.tensor("input").shape();
        ModelCard card = Cards.card((int) shape[3], (int) shape[2]);
        DraemExporter.export(golden.weights().tensors(), golden.options(), card, file);
        return OnnxDetector.open(file, 1);
    }
}
