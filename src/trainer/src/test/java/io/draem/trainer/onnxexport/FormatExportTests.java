package io.draem.trainer.onnxexport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.draem.model.ModelCard;
import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.evaluation.EvaluationImage;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.WholeImages;
import io.draem.trainer.network.ImageScore;
import io.draem.trainer.network.InputNormalization;
import io.draem.trainer.network.NetworkOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

@Tag("slow")
class FormatExportTests {

    private static final ModelCard CARD = Cards.card(64, 32);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"FP16, false, 0.01", "FP16, true, 0.01", "INT8, false, 0.15", "INT8, true, 0.15"})
    void aGraphOfFewerBitsGivesNearlyTheSame(ExportFormat format, boolean sspcab, double tolerance) throws Exception {
        NetworkOptions options = new NetworkOptions(8, 4, sspcab, ImageScore.AVERAGED, 1.5);
        ObjectNode export = export(format, RandomWeights.of(options, 1), options);
        assertThat(export.path("format").asString()).isEqualTo(format.toString());
        assertThat(export.at("/differenceToFp32/map/largest").asDouble())
                .isPositive()
                .isLessThan(tolerance);
        assertThat(export.at("/differenceToFp32/map/mean").asDouble()).isLessThan(tolerance / 4);
        assertThat(export.at("/differenceToFp32/score/largest").asDouble()).isLessThan(tolerance);
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .as("nothing of the work is left")
                    .containsExactly("model.onnx");
        }
    }

    @ParameterizedTest
    @CsvSource({"FP16, 0.01, false", "INT8, 0.15, false", "FP16, 0.01, true", "INT8, 0.15, true"})
    void aGraphOfFewerBitsNormalizesItsInputInFloat32(ExportFormat format, double tolerance, boolean centered)
            throws Exception {
        NetworkOptions plain = new NetworkOptions(8, 4, false);
        NetworkOptions options = centered ? plain.centering() : plain.normalizing(InputNormalization.IMAGENET);
        ObjectNode export = export(format, RandomWeights.of(options, 1), options);
        assertThat(export.at("/differenceToFp32/map/largest").asDouble())
                .isPositive()
                .isLessThan(tolerance);
    }

    @Test
    void onnxRuntimeRunsAllButTheSensitiveLayersOnIntegers() throws Exception {
        NetworkOptions options = new NetworkOptions(8, 8, false);
        export(ExportFormat.INT8, RandomWeights.of(options, 2), options);
        Map<String, Long> operators = optimized().getNodeList().stream()
                .collect(Collectors.groupingBy(NodeProto::getOpType, Collectors.counting()));
        assertThat(operators.get("Conv")).as(operators.toString()).isEqualTo(4);
        assertThat(operators.get("QLinearConv")).isEqualTo(47);
        assertThat(operators.get("QLinearConcat")).isEqualTo(5);
        assertThat(operators).doesNotContainKeys("Relu");
        assertThat(operators.get("QuantizeLinear"))
                .as("once into each sub-network")
                .isEqualTo(2);
        assertThat(operators.get("DequantizeLinear")).as("once out of it").isEqualTo(2);
    }

    @Test
    void float16LeavesALayerInFloat32ThatItCannotHold() throws Exception {
        NetworkOptions options = new NetworkOptions(4, 4, false);
        Map<String, Tensor> weights = RandomWeights.of(options, 3);
        // Folded into the convolution, the batch norm's small weights are below what float16 holds. The next batch norm
        // makes the activations large again, as one that was trained on them would.
        scale(weights, "reconstructive_subnetwork.encoder.block2.1.weight", 1e-6f);
        scale(weights, "reconstructive_subnetwork.encoder.block2.1.bias", 1e-6f);
        ObjectNode export = export(ExportFormat.FP16, weights, options);
        assertThat(export.path("leftInFloat32").toString())
                .isEqualTo("[\"reconstructive_subnetwork.encoder.block2.0\"]");
        assertThat(export.at("/differenceToFp32/map/largest").asDouble()).isLessThan(0.01);
    }

    @Test
    void float16IsRefusedWhereActivationsOverflow() throws Exception {
        NetworkOptions options = new NetworkOptions(4, 4, false);
        Map<String, Tensor> weights = RandomWeights.of(options, 4);
        // An activation of some 1e6, which the next layer makes small again: nothing for float32, too much for float16.
        scale(weights, "reconstructive_subnetwork.encoder.block2.1.weight", 1e6f);
        scale(weights, "reconstructive_subnetwork.encoder.block2.3.weight", 1e-6f);
        assertThatExceptionOfType(ExportRefusedException.class)
                .isThrownBy(() -> export(ExportFormat.FP16, weights, options))
                .withMessageStartingWith(published() + " was not written")
                .withMessageContaining("its activations are too large for fp16");
    }

    @Test
    void aNetworkThatGivesNoNumbersIsRefusedByTheNameOfWhatWasToBePublished() throws Exception {
        NetworkOptions options = new NetworkOptions(4, 4, false);
        Map<String, Tensor> weights = RandomWeights.of(options, 4);
        scale(weights, "reconstructive_subnetwork.encoder.block2.1.weight", 1e37f);
        scale(weights, "reconstructive_subnetwork.encoder.block2.4.weight", 1e37f);
        assertThatExceptionOfType(ExportRefusedException.class)
                .isThrownBy(() -> export(ExportFormat.FP32, weights, options))
                .withMessageStartingWith(published() + " was not written: libtorch and");
    }

    @Test
    void int8BearsAChannelThatIsAlwaysZeroAndABiasThatDwarfsItsWeights() throws Exception {
        NetworkOptions options = new NetworkOptions(4, 4, false);
        Map<String, Tensor> weights = RandomWeights.of(options, 5);
        Tensor gamma = weights.get("discriminative_subnetwork.encoder_segment.block2.1.weight");
        float[] values = gamma.toFloats();
        values[0] = 0;
        values[1] = 1e-12f;
        weights.put("discriminative_subnetwork.encoder_segment.block2.1.weight", Tensor.of(values, values.length));
        ObjectNode export = export(ExportFormat.INT8, weights, options);
        assertThat(export.at("/differenceToFp32/map/largest").asDouble()).isLessThan(0.15);
    }

    private ObjectNode export(ExportFormat format, Map<String, Tensor> weights, NetworkOptions options)
            throws Exception {
        ModelCheckpoint model = new ModelCheckpoint(weights, options, CARD, CARD.training());
        EvaluationSet images = images(4);
        Path file = folder.resolve("model.onnx");
        Path published = published();
        try (FormatExport export =
                        FormatExport.of(model, CARD, new ExportImages(images, images, 4), file, published, 1);
                FormatGraph graph = export.write(format, file, published)) {
            graph.finish(CARD);
            return graph.export();
        }
    }

    /** Where people would find the graph, which is another place than where it is written first. */
    private Path published() {
        return folder.resolve("plate/2/model.onnx");
    }

    private GraphProto optimized() throws Exception {
        Path file = folder.resolve("optimized.onnx");
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.EXTENDED_OPT);
            options.setOptimizedModelFilePath(file.toString());
            OrtEnvironment.getEnvironment()
                    .createSession(folder.resolve("model.onnx").toString(), options)
                    .close();
        }
        return ModelProto.parseFrom(Files.readAllBytes(file)).getGraph();
    }

    private static void scale(Map<String, Tensor> weights, String name, float factor) {
        Tensor tensor = weights.get(name);
        float[] values = tensor.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        weights.put(name, Tensor.of(values, tensor.shape()));
    }

    private static EvaluationSet images(int count) {
        Random random = new Random(count);
        List<EvaluationImage> images = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[] pixels = new float[3 * 64 * 32];
            for (int k = 0; k < pixels.length; k++) {
                pixels[k] = random.nextFloat();
            }
            images.add(WholeImages.image("noise " + i, EvaluationImage.GOOD, 64, 32, pixels, new boolean[64 * 32]));
        }
        return EvaluationSet.of(images);
    }
}
