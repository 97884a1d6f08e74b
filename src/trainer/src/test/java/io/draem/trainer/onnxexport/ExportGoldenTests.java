package io.draem.trainer.onnxexport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.model.ModelCard;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.trainer.evaluation.EvaluationImage;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.evaluation.NetworkOutputs;
import io.draem.trainer.evaluation.WholeImages;
import io.draem.trainer.network.GoldenCase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExportGoldenTests {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"eval", "eval_sspcab"})
    void theGraphGivesWhatTheReferenceGives(String name) throws Exception {
        GoldenCase golden = GoldenCase.read(name);
        int count = (int) golden.tensor("input").shape()[0];
        try (GraphDetector detector = export(golden)) {
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
        try (GraphDetector detector = export(golden)) {
            List<ModelOutput> together = detector.detect(images, count);
            assertThat(together).hasSize(count);
            for (int i = 0; i < count; i++) {
                ModelOutput alone = detector.detect(Arrays.copyOfRange(images, i * size, (i + 1) * size), 1)
                        .get(0);
                assertThat(alone.score()).isCloseTo(together.get(i).score(), within(1e-5f));
                assertThat(alone.map().max()).isEqualTo(alone.score());
                assertThat(alone.map().values())
                        .usingComparatorWithPrecision(1e-5f)
                        .containsExactly(together.get(i).map().values());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "eval, FP16, 5e-3, 1e-3", "eval_sspcab, FP16, 5e-3, 1e-3",
        "eval, INT8, 0.1, 0.02", "eval_sspcab, INT8, 0.1, 0.02"
    })
    void aGraphOfFewerBitsStaysNearTheReference(String name, ExportFormat format, double largest, double mean)
            throws Exception {
        GoldenCase golden = GoldenCase.read(name);
        long[] shape = golden.tensor("input").shape();
        int count = (int) shape[0];
        float[] images = golden.tensor("input").toFloats();
        ModelCard card = Cards.card((int) shape[3], (int) shape[2]);
        ModelCheckpoint model =
                new ModelCheckpoint(golden.weights().tensors(), golden.options(), card, card.training());
        EvaluationSet set = set(images, count, card);
        Path file = folder.resolve("model.onnx");
        try (FormatExport export = FormatExport.of(model, card, new ExportImages(set, set, count), file, file, 1)) {
            export.write(format, file, file).close();
        }
        try (GraphDetector detector = GraphDetector.open(file, 1)) {
            NetworkOutputs outputs = detector.run(images, count);
            float[] expected = golden.tensor("anomaly_map").toFloats();
            double sum = 0;
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) outputs.maps()[i]).isCloseTo(expected[i], within(largest));
                sum += Math.abs(outputs.maps()[i] - expected[i]);
            }
            assertThat(sum / expected.length).isLessThan(mean);
            assertThat(outputs.scores())
                    .usingComparatorWithPrecision((float) largest)
                    .containsExactly(golden.tensor("pred_score").toFloats());
        }
    }

    private static EvaluationSet set(float[] images, int count, ModelCard card) {
        int size = images.length / count;
        List<EvaluationImage> set = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[] image = Arrays.copyOfRange(images, i * size, (i + 1) * size);
            boolean[] mask = new boolean[size / 3];
            set.add(WholeImages.image("golden " + i, EvaluationImage.GOOD, card.width(), card.height(), image, mask));
        }
        return EvaluationSet.of(set);
    }

    private GraphDetector export(GoldenCase golden) throws Exception {
        Path file = folder.resolve("model.onnx");
        long[] shape = golden.tensor("input").shape();
        ModelCard card = Cards.card((int) shape[3], (int) shape[2]);
        DraemExporter.export(golden.weights().tensors(), golden.options(), card, file);
        return GraphDetector.open(file, 1);
    }
}
