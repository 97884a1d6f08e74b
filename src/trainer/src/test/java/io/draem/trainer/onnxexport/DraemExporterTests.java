package io.draem.trainer.onnxexport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.draem.model.ModelCard;
import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.evaluation.NetworkOutputs;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.ImageScore;
import io.draem.trainer.network.InputNormalization;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.network.TensorConversion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class DraemExporterTests {

    private static final NetworkOptions SMALL = new NetworkOptions(2, 2, false);
    private static final ModelCard CARD = Cards.card(64, 32);
    private static final String LAST_BIAS = "discriminative_subnetwork.decoder_segment.fin_out.0.bias";

    @TempDir
    Path folder;

    @Test
    void theCardTravelsInTheGraph() throws Exception {
        Path file = folder.resolve("model.onnx");
        DraemExporter.export(RandomWeights.of(SMALL, 1), SMALL, CARD, file);
        try (GraphDetector detector = GraphDetector.open(file, 1)) {
            assertThat(detector.card()).isEqualTo(CARD);
        }
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @ParameterizedTest
    @CsvSource({
        "8, 4, false, MAXIMUM, 0",
        "8, 4, true, AVERAGED, 3",
        "3, 5, true, SMOOTHED, 0",
        "1, 1, false, AVERAGED, 0.5",
        "2, 2, false, MAXIMUM, 32"
    })
    void aGraphOfAnyWidthsGivesWhatLibtorchGives(
            int baseWidth, int discriminativeBaseWidth, boolean sspcab, ImageScore imageScore, double smoothing)
            throws Exception {
        NetworkOptions options = new NetworkOptions(baseWidth, discriminativeBaseWidth, sspcab, imageScore, smoothing);
        Map<String, Tensor> weights = RandomWeights.of(options, 2);
        float[] images = images(3);
        NetworkOutputs reference = libtorch(weights, options, images);
        Path file = folder.resolve("model.onnx");
        Parity parity = DraemExporter.exportChecked(weights, options, CARD, file, file, images, () -> reference);
        assertThat(parity.images()).isEqualTo(3);
        assertThat(parity.within(1e-5)).as(parity.toString()).isTrue();
        assertThat(file).exists();
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void aGraphNormalizesItsInputAsLibtorchDoesAndGivesReconstructionsFrom0To1() throws Exception {
        NetworkOptions plain = new NetworkOptions(4, 4, true, ImageScore.SMOOTHED, 1);
        NetworkOptions options = plain.normalizing(InputNormalization.IMAGENET);
        Map<String, Tensor> weights = RandomWeights.of(options, 2);
        float[] images = images(2);
        NetworkOutputs reference = libtorch(weights, options, images);
        Path file = folder.resolve("model.onnx");
        Parity parity = DraemExporter.exportChecked(weights, options, CARD, file, file, images, () -> reference);
        assertThat(parity.within(1e-5)).as(parity.toString()).isTrue();
        InputNormalization imagenet = InputNormalization.IMAGENET;
        int plane = images.length / 6;
        float[] normalized = new float[images.length];
        for (int i = 0; i < images.length; i++) {
            int channel = i / plane % 3;
            normalized[i] = (float)
                    ((images[i] - imagenet.mean().get(channel)) / imagenet.std().get(channel));
        }
        NetworkOutputs outside = libtorch(weights, plain, normalized);
        assertThat(reference.maps()).usingComparatorWithPrecision(1e-5f).containsExactly(outside.maps());
        for (int i = 0; i < images.length; i++) {
            int channel = i / plane % 3;
            assertThat((double) reference.reconstructions()[i])
                    .isCloseTo(
                            outside.reconstructions()[i] * imagenet.std().get(channel)
                                    + imagenet.mean().get(channel),
                            within(1e-5));
        }
    }

    @Test
    void aGraphThatCentersItsInputSeesNoOverallColor() throws Exception {
        NetworkOptions options = new NetworkOptions(4, 4, true, ImageScore.SMOOTHED, 1).centering();
        Map<String, Tensor> weights = RandomWeights.of(options, 2);
        float[] images = images(2);
        NetworkOutputs reference = libtorch(weights, options, images);
        Path file = folder.resolve("model.onnx");
        Parity parity = DraemExporter.exportChecked(weights, options, CARD, file, file, images, () -> reference);
        assertThat(parity.within(1e-5)).as(parity.toString()).isTrue();
        float[] shift = {0.3f, -0.2f, 0.1f};
        int plane = images.length / 6;
        float[] shifted = new float[images.length];
        for (int i = 0; i < images.length; i++) {
            shifted[i] = images[i] + shift[i / plane % 3];
        }
        NetworkOptions plain = new NetworkOptions(4, 4, true, ImageScore.SMOOTHED, 1);
        assertThat(largestDifference(
                        libtorch(weights, plain, shifted).maps(),
                        libtorch(weights, plain, images).maps()))
                .as("a network that sees the color")
                .isGreaterThan(1e-3);
        NetworkOutputs other = libtorch(weights, options, shifted);
        assertThat(other.maps()).usingComparatorWithPrecision(1e-5f).containsExactly(reference.maps());
        for (int i = 0; i < images.length; i++) {
            assertThat(other.reconstructions()[i] - shift[i / plane % 3])
                    .isCloseTo(reference.reconstructions()[i], within(1e-4f));
        }
    }

    private static double largestDifference(float[] some, float[] others) {
        return IntStream.range(0, some.length)
                .mapToDouble(i -> Math.abs(some[i] - others[i]))
                .max()
                .orElseThrow();
    }

    static Stream<NetworkOptions> inputs() {
        return Stream.of(SMALL, SMALL.normalizing(InputNormalization.IMAGENET), SMALL.centering());
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void aCheckpointKeepsWhatIsDoneToTheInput(NetworkOptions options) throws Exception {
        ObjectNode training = JsonMapper.shared().createObjectNode();
        training.set("network", JsonMapper.shared().valueToTree(options));
        ModelCard card =
                new ModelCard(CARD.model(), CARD.width(), CARD.height(), CARD.calibration(), training, CARD.metrics());
        Path file = folder.resolve("checkpoint.safetensors");
        ModelCheckpoint.file(RandomWeights.of(SMALL, 1), card).write(file);
        assertThat(ModelCheckpoint.read(file).options()).isEqualTo(options);
        assertThat(ModelCheckpoint.read(file).giving(ImageScore.AVERAGED, 2).options())
                .isEqualTo(options.giving(ImageScore.AVERAGED, 2));
    }

    @Test
    void float64WeightsGiveTheSameFile() throws Exception {
        Map<String, Tensor> weights = RandomWeights.of(SMALL, 3);
        Map<String, Tensor> wide = new HashMap<>();
        weights.forEach((name, tensor) -> wide.put(name, tensor.type() == Tensor.Type.F32 ? widened(tensor) : tensor));
        DraemExporter.export(weights, SMALL, CARD, folder.resolve("narrow.onnx"));
        DraemExporter.export(wide, SMALL, CARD, folder.resolve("wide.onnx"));
        assertThat(folder.resolve("wide.onnx")).hasSameBinaryContentAs(folder.resolve("narrow.onnx"));
    }

    @ParameterizedTest
    @CsvSource({"30", "60", "-30", "-200", "200"})
    void smallProbabilitiesKeepTheirDigitsAndLargeOnesStayBelowOne(float normalMargin) throws Exception {
        Map<String, Tensor> weights = RandomWeights.of(SMALL, 4);
        weights.put(LAST_BIAS.replace("bias", "weight"), Tensor.of(new float[2 * 2 * 9], 2, 2, 3, 3));
        weights.put(LAST_BIAS, Tensor.of(new float[] {normalMargin, 0}, 2));
        Path file = folder.resolve("model.onnx");
        DraemExporter.export(weights, SMALL, CARD, file);
        try (GraphDetector detector = GraphDetector.open(file, 1)) {
            double expected = 1 / (1 + Math.exp(normalMargin));
            assertThat((double) detector.detect(images(1), 1).get(0).score())
                    .isCloseTo(expected, within(expected * 1e-5 + Float.MIN_NORMAL))
                    .isLessThanOrEqualTo(1);
        }
    }

    @Test
    void refusesAGraphFromOtherWeightsAndLeavesNoFile() throws Exception {
        Map<String, Tensor> weights = RandomWeights.of(SMALL, 6);
        float[] images = images(2);
        NetworkOutputs reference = libtorch(weights, SMALL, images);
        weights.put(LAST_BIAS, Tensor.of(new float[] {0, 0.02f}, 2));
        Path file = folder.resolve("model.onnx");
        assertThatExceptionOfType(ExportRefusedException.class)
                .isThrownBy(
                        () -> DraemExporter.exportChecked(weights, SMALL, CARD, file, file, images, () -> reference))
                .withMessageContaining("model.onnx was not written")
                .withMessageContaining("1e-03 is allowed")
                .satisfies(e -> assertThat(e.parity().map()).isGreaterThan(1e-3))
                .satisfies(e -> assertThat(e.parity().reconstruction()).isLessThan(1e-5));
        assertThat(folder).isDirectoryNotContaining("glob:**model.onnx*");
    }

    @Test
    void aRefusalLeavesTheFormerGraphAlone() throws Exception {
        Map<String, Tensor> weights = RandomWeights.of(SMALL, 7);
        Path file = Files.writeString(folder.resolve("model.onnx"), "the former graph");
        float[] images = images(1);
        NetworkOutputs good = libtorch(weights, SMALL, images);
        float[] broken = good.maps().clone();
        broken[17] = Float.NaN;
        NetworkOutputs reference = new NetworkOutputs(good.scores(), broken, good.reconstructions());
        assertThatExceptionOfType(ExportRefusedException.class)
                .isThrownBy(
                        () -> DraemExporter.exportChecked(weights, SMALL, CARD, file, file, images, () -> reference))
                .satisfies(e -> assertThat(e.parity().map()).isNaN());
        assertThat(file).hasContent("the former graph");
    }

    @Test
    void refusesWeightsOfANetworkWithOtherOptions() {
        Map<String, Tensor> weights = RandomWeights.of(SMALL, 8);
        Path file = folder.resolve("model.onnx");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DraemExporter.export(weights, new NetworkOptions(2, 2, true), CARD, file))
                .withMessageContaining("block5.masked_conv1.weight");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DraemExporter.export(weights, new NetworkOptions(2, 4, false), CARD, file))
                .withMessageContaining("encoder_segment.block1.0.weight' has the shape [2, 6, 3, 3]")
                .withMessageContaining("[4, 6, 3, 3]");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void refusesWeightsThatAreNotFinite() {
        Map<String, Tensor> weights = RandomWeights.of(SMALL, 9);
        weights.put(LAST_BIAS, Tensor.of(new float[] {Float.NaN, 0}, 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DraemExporter.export(weights, SMALL, CARD, folder.resolve("model.onnx")))
                .withMessageContaining("fin_out.0' hold NaN: the training has diverged");
    }

    private static NetworkOutputs libtorch(Map<String, Tensor> weights, NetworkOptions options, float[] images) {
        Tensor batch = Tensor.of(images, images.length / (3 * 64 * 32), 3, 32, 64);
        try (PointerScope scope = new PointerScope();
                DraemNetwork network = DraemNetwork.load(options, weights)) {
            return NetworkOutputs.of(network.forward(TensorConversion.toNative(batch)), options);
        }
    }

    private static float[] images(int count) {
        Random random = new Random(count);
        float[] images = new float[count * 3 * 64 * 32];
        for (int i = 0; i < images.length; i++) {
            images[i] = random.nextFloat();
        }
        return images;
    }

    private static Tensor widened(Tensor tensor) {
        double[] values = tensor.toDoubles();
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(values);
        return new Tensor(Tensor.Type.F64, tensor.shape(), bytes);
    }
}
