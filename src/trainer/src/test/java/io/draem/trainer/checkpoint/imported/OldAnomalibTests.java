package io.draem.trainer.checkpoint.imported;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.model.ModelCard;
import io.draem.trainer.checkpoint.Safetensors;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.evaluation.NetworkDetector;
import io.draem.trainer.evaluation.NetworkOutputs;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.InputNormalization;
import io.draem.trainer.onnxexport.Cards;
import io.draem.trainer.onnxexport.DraemExporter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checkpoints in the forms of all versions of anomalib that have DRÆM. The resource files were written by PyTorch
 * 2.15, OmegaConf, torchvision and anomalib 2.7; the numbers are PyTorch's, of input normalized before the network.
 */
class OldAnomalibTests {

    private static final int WIDTH = 64;
    private static final int HEIGHT = 32;

    @TempDir
    Path folder;

    @Test
    void aNetworkOfNormalizedInputGivesItsValuesForImagesFrom0To1() throws Exception {
        ImportedNetwork read = ImportedNetwork.read(List.of(resource("anomalib-0.7.ckpt")));
        ImportedNetwork network =
                read.normalizing(read.input().normalization().orElseThrow().applied());
        Safetensors expected = Safetensors.read(resource("anomalib-0.7.safetensors"));
        float[] image = expected.tensor("input").toFloats();
        for (NetworkOutputs outputs : bothRuntimes(network, image)) {
            assertClose(outputs.scores(), expected.tensor("pred_score").toFloats());
            assertClose(outputs.maps(), expected.tensor("anomaly_map").toFloats());
            assertClose(
                    outputs.reconstructions(), expected.tensor("reconstruction").toFloats());
        }
    }

    @Test
    void readsSizeNormalizationAndThresholdsOf07() throws Exception {
        ImportedNetwork network = ImportedNetwork.read(List.of(resource("anomalib-0.7.ckpt")));
        assertThat(network.input().size())
                .contains(new TrainingInput.Size(HEIGHT, WIDTH, "hyper_parameters.dataset.image_size"));
        assertThat(network.input().normalization())
                .contains(new TrainingInput.Normalization(
                        InputNormalization.IMAGENET, "hyper_parameters.dataset.normalization"));
        assertThat(network.input().notes()).singleElement().asString().contains("without antialiasing");
        Statistics statistics = network.statistics().orElseThrow();
        double score = Safetensors.read(resource("anomalib-0.7.safetensors"))
                .tensor("pred_score")
                .toFloats()[0];
        assertThat(statistics.imageThreshold())
                .as("the image that gave the threshold has a score above it")
                .isLessThan(score)
                .isCloseTo(score, within(1e-5));
        assertThat(statistics.pixelThreshold()).isCloseTo(0.375, within(1e-5));
        assertThat(statistics)
                .returns(0.125, Statistics::imageMin)
                .returns(0.875, Statistics::imageMax)
                .returns(0.125, Statistics::pixelMin)
                .returns(0.875, Statistics::pixelMax);
    }

    @Test
    void readsSizeAndNormalizationOfTheTransformOf10() throws Exception {
        assertThat(input("transform-1.0.ckpt", false))
                .isEqualTo(new TrainingInput(
                        Optional.of(new TrainingInput.Size(HEIGHT, WIDTH, "transform")),
                        Optional.of(new TrainingInput.Normalization(InputNormalization.IMAGENET, "transform")),
                        List.of()));
    }

    @Test
    void readsThePreProcessorOf20() throws Exception {
        assertThat(input("pre-processor-2.0.ckpt", false))
                .isEqualTo(new TrainingInput(
                        Optional.of(new TrainingInput.Size(64, 96, "hyper_parameters.pre_processor")),
                        Optional.of(new TrainingInput.Normalization(null, "hyper_parameters.pre_processor")),
                        List.of()));
    }

    @Test
    void readsTheSizeOfACheckpointThatAnomalib27Wrote() throws Exception {
        ImportedNetwork network = ImportedNetwork.read(List.of(resource("anomalib-2.7.ckpt")));
        String source = "anomalib_pre_processor_config";
        assertThat(network.input())
                .isEqualTo(new TrainingInput(
                        Optional.of(new TrainingInput.Size(HEIGHT, WIDTH, source)),
                        Optional.of(new TrainingInput.Normalization(null, source)),
                        List.of()));
        assertThat(network.statistics())
                .as("nothing was validated in that training")
                .isEmpty();
    }

    @Test
    void aFileThatDoesNotSayLeavesItOpen() throws Exception {
        assertThat(input("harmless.ckpt", false))
                .isEqualTo(new TrainingInput(Optional.empty(), Optional.empty(), List.of()));
        assertThat(input("harmless.ckpt", true).normalization())
                .as("anomalib 2 alone has a post-processor")
                .contains(new TrainingInput.Normalization(null, "anomalib 2, which does not normalize for DRÆM"));
    }

    @Test
    void readsConfigurationsOfEveryForm() {
        assertThat(configured(Map.of("image_size", whole(256))).normalization())
                .as("0.3 without a transform_config")
                .get()
                .extracting(TrainingInput.Normalization::applied)
                .isEqualTo(InputNormalization.IMAGENET);
        assertThat(configured(Map.of("normalization", text("none"))).normalization())
                .contains(new TrainingInput.Normalization(null, "hyper_parameters.dataset.normalization"));
        assertThat(configured(Map.of("normalization", text("mine"))).normalization())
                .isEmpty();
        PickleValue file = dictionary(Map.of("train", text("./draem/transform_config.yaml")));
        TrainingInput named = configured(Map.of("transform_config", file, "normalization", text("imagenet")));
        assertThat(named.normalization()).isEmpty();
        assertThat(named.notes()).anyMatch(note -> note.contains("'./draem/transform_config.yaml'"));
        PickleValue half = numbers(0.5, 0.5, 0.5);
        PickleValue normalize = dictionary(Map.of("mean", half, "std", half, "max_pixel_value", whole(510)));
        PickleValue own = dictionary(Map.of(
                "Resize", dictionary(Map.of("height", whole(64), "width", whole(128))),
                "Normalize", normalize,
                "CenterCrop", dictionary(Map.of()),
                "CLAHE", dictionary(Map.of())));
        TrainingInput written = configured(Map.of("transform_config", dictionary(Map.of("train", own))));
        assertThat(written.normalization().orElseThrow().applied())
                .as("(x - 0.5 * 510) / (0.5 * 510) of bytes is (x - 1) / 1 of values up to 1")
                .isEqualTo(new InputNormalization(List.of(1.0, 1.0, 1.0), List.of(1.0, 1.0, 1.0)));
        assertThat(written.size().orElseThrow())
                .returns(64, TrainingInput.Size::height)
                .returns(128, TrainingInput.Size::width);
        assertThat(written.notes())
                .anyMatch(note -> note.contains("'CLAHE'"))
                .anyMatch(note -> note.contains("cropped the center"));
    }

    @Test
    void readsThresholdsOfStandardizedScores() {
        Statistics statistics = Statistics.of(
                        Map.of(
                                "image_threshold.value", 2.0,
                                "pixel_threshold.value", 1.0,
                                "normalization_metrics.image_mean", -3.0,
                                "normalization_metrics.image_std", 0.5),
                        Statistics.Sensitivity.DEFAULT)
                .orElseThrow();
        assertThat(statistics.imageThreshold()).isCloseTo(Math.exp(-2), within(1e-5));
        assertThat(statistics.pixelThreshold()).isEqualTo(statistics.imageThreshold());
    }

    @Test
    void takesASensitivityIntoTheThreshold() {
        Map<String, Double> values = Map.of(
                "post_processor._image_threshold", 0.5,
                "post_processor._pixel_threshold", Double.NaN,
                "post_processor.image_min", 0.2,
                "post_processor.image_max", 0.6);
        Statistics statistics =
                Statistics.of(values, new Statistics.Sensitivity(0.75, 0.5)).orElseThrow();
        assertThat(statistics.imageThreshold())
                .as("a normalized score of 0.25 is enough")
                .isCloseTo(0.4, within(1e-9));
        assertThat(statistics.pixelThreshold()).as("not found, so the images'").isEqualTo(0.5);
    }

    @Test
    void aThresholdBeyondAllScoresIsTheLargestOrTheSmallestScore() {
        Map<String, Double> values = Map.of(
                "post_processor._image_threshold", 0.9,
                "post_processor._pixel_threshold", 0.1,
                "post_processor.image_min", 0.0,
                "post_processor.image_max", 1.0,
                "post_processor.pixel_min", 0.0,
                "post_processor.pixel_max", 1.0);
        Statistics statistics =
                Statistics.of(values, new Statistics.Sensitivity(0, 1)).orElseThrow();
        assertThat(statistics.imageThreshold()).isEqualTo(1);
        assertThat(statistics.pixelThreshold()).isZero();
    }

    @Test
    void rangesThatProbabilitiesCannotHaveAreNone() {
        Map<String, Double> values = Map.of(
                "image_threshold.value", 0.5,
                "normalization_metrics.min", -3.0,
                "normalization_metrics.max", 12.0);
        assertThat(Statistics.of(values, Statistics.Sensitivity.DEFAULT)).isEmpty();
    }

    @Test
    void statisticsOfATrainingThatWasNeverValidatedAreNone() {
        Map<String, Double> values = Map.of(
                "image_threshold.value", 0.5,
                "normalization_metrics.min", Double.POSITIVE_INFINITY,
                "normalization_metrics.max", Double.NEGATIVE_INFINITY);
        assertThat(Statistics.of(values, Statistics.Sensitivity.DEFAULT)).isEmpty();
    }

    private static TrainingInput input(String name, boolean postProcessor) throws IOException {
        try (TorchFile file = TorchFile.open(resource(name))) {
            return TrainingInput.of(file.root(), postProcessor);
        }
    }

    private static TrainingInput configured(Map<String, PickleValue> dataset) {
        return TrainingInput.of(
                dictionary(Map.of("hyper_parameters", dictionary(Map.of("dataset", dictionary(dataset))))), false);
    }

    private static PickleValue dictionary(Map<String, PickleValue> entries) {
        return new PickleValue.Dictionary(entries);
    }

    private static PickleValue text(String value) {
        return new PickleValue.Text(value);
    }

    private static PickleValue whole(long value) {
        return new PickleValue.Whole(value);
    }

    private static PickleValue numbers(double... values) {
        return new PickleValue.Sequence(java.util.Arrays.stream(values)
                .<PickleValue>mapToObj(PickleValue.Real::new)
                .toList());
    }

    private NetworkOutputs[] bothRuntimes(ImportedNetwork imported, float[] image) throws Exception {
        Path file = folder.resolve("model.onnx");
        ModelCard card = Cards.card(WIDTH, HEIGHT);
        DraemExporter.export(imported.weights(), imported.options(), card, file);
        try (DraemNetwork network = DraemNetwork.load(imported.options(), imported.weights());
                GraphDetector detector = GraphDetector.open(file, 1)) {
            return new NetworkOutputs[] {
                new NetworkDetector(network, WIDTH, HEIGHT).run(image, 1), detector.run(image, 1)
            };
        }
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual)
                .hasSameSizeAs(expected)
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly(expected);
    }

    private static Path resource(String name) {
        return Path.of("src/trainer/src/test/resources/io/draem/trainer/checkpoint/imported", name);
    }
}
