package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.model.ModelCard;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.trainer.checkpoint.Safetensors;
import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.data.Dataset;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.onnxexport.Cards;
import io.draem.trainer.onnxexport.ModelCheckpoint;
import io.draem.trainer.onnxexport.RandomWeights;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

@Tag("slow")
class ExportCommandTests {

    private static final NetworkOptions SMALL = new NetworkOptions(4, 4, false);
    private static final ModelCard CARD = Cards.card(32, 32);

    @TempDir
    static Path folder;

    private final StringWriter said = new StringWriter();

    @BeforeAll
    static void writeACheckpointAndADataSet() throws IOException {
        ModelCheckpoint.file(RandomWeights.of(SMALL, 1), CARD).write(folder.resolve("checkpoint.safetensors"));
        new Safetensors(RandomWeights.of(SMALL, 1), Map.of("format", "pt")).write(folder.resolve("bare.safetensors"));
        new Safetensors(Map.of("weight", Tensor.of(new float[1], 1)), Map.of())
                .write(folder.resolve("other.safetensors"));
        new Safetensors(Map.of("weights.weight", Tensor.of(new float[1], 1)), Map.of("draem.checkpoint", "{}"))
                .write(folder.resolve("step-000000175.safetensors"));
        for (int i = 0; i < 6; i++) {
            noise("train/good/%d.png".formatted(i), i);
        }
        for (int i = 0; i < 2; i++) {
            noise("test/good/%d.png".formatted(i), 10 + i);
            noise("test/hole/%d.png".formatted(i), 20 + i);
            noise("ground_truth/hole/%d_mask.png".formatted(i), 30 + i);
        }
    }

    @Test
    void everyFormatIsAModelOfItsOwnWithTheSameVersionAndItsOwnThresholds() throws Exception {
        Path output = folder.resolve("all");
        Files.createDirectories(output.resolve("plate-int8/4"));
        assertThat(export("--format", "fp32,fp16,int8", "--data", data(), "--output", output.toString()))
                .isZero();
        assertThat(said.toString())
                .contains("fp32: wrote", "differs from libtorch")
                .contains("fp16: wrote", "for GPUs")
                .contains("int8: wrote", "differs from fp32 on 4 images", "image AUROC of test images")
                .contains(
                        "5 images to train on, 1 held out to validate with, 4 to test with",
                        "thresholds by rule quantile",
                        "warning:");
        for (String model : List.of("plate", "plate-fp16", "plate-int8")) {
            assertThat(Files.readString(output.resolve(model).resolve("5/report.html")))
                    .as("a page of its own")
                    .contains("<title>" + model)
                    .contains("4 test images");
        }
        try (Stream<Path> models = Files.list(output)) {
            assertThat(models.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("plate", "plate-fp16", "plate-int8");
        }
        ModelCard fp32 = card(output.resolve("plate/5/model.onnx"));
        ModelCard int8 = card(output.resolve("plate-int8/5/model.onnx"));
        assertThat(card(output.resolve("plate-fp16/5/model.onnx"))
                        .export()
                        .path("format")
                        .asString())
                .isEqualTo("fp16");
        assertThat(int8.model()).isEqualTo("plate-int8");
        assertThat(int8.training()).isEqualTo(CARD.training());
        assertThat(int8.calibration().normalImages())
                .isEqualTo(fp32.calibration().normalImages())
                .isPositive();
        assertThat(int8.calibration().scoreMax())
                .isNotEqualTo(fp32.calibration().scoreMax())
                .isCloseTo(fp32.calibration().scoreMax(), within(0.1));
        assertThat(int8.export().path("imageAurocLost").isNumber()).isTrue();
        assertThat(int8.export().path("thresholds").asString()).isEqualTo("of this graph");
        assertThat(int8.export().path("dataDigest").asString())
                .isEqualTo(Dataset.open(Path.of(data())).digest());
        assertThat(int8.metrics().at("/pixel/auroc").isNumber()).isTrue();
    }

    @Test
    void withoutImagesTheThresholdsOfTheCheckpointStay() throws Exception {
        Path output = folder.resolve("kept");
        assertThat(export("--format", "fp16", "--output", output.toString())).isZero();
        ModelCard card = card(output.resolve("plate-fp16/1/model.onnx"));
        assertThat(card.calibration()).isEqualTo(CARD.calibration());
        assertThat(card.export().path("thresholds").asString()).isEqualTo("of the float32 network");
        assertThat(card.export().path("figures").asString()).isEqualTo("of the float32 network");
        try (Stream<Path> models = Files.list(output)) {
            assertThat(models).as("fp32 was not asked for").hasSize(1);
        }
        assertThat(said.toString())
                .contains("no figures of this graph and no report.html")
                .as("those of another graph")
                .doesNotContain("AUROC");
        assertThat(output.resolve("plate-fp16/1/report.html")).doesNotExist();
    }

    @Test
    void theRuleOfTheModelFindsTheThresholdsAgain() throws Exception {
        Calibration byRecall = new Calibration(ThresholdRule.RECALL, 0.5, 0.5, 0, 1, 0, 1, 20, 0, 20, 0, 0, 20, 3, 0.5);
        assertThat(calibrationAfterExport("recall", byRecall, CARD.training()))
                .returns(ThresholdRule.RECALL, Calibration::rule)
                .returns(0.5, Calibration::ruleValue);
        Calibration given = new Calibration(ThresholdRule.MANUAL, 0.75, 0.25, 0, 1, 0, 1, 20, 0, 20);
        ModelCard kept = cardAfterExport("given", given, CARD.training());
        assertThat(kept.calibration())
                .returns(0.75, Calibration::imageThreshold)
                .returns(0.25, Calibration::pixelThreshold);
        assertThat(kept.export().path("thresholds").asString()).isEqualTo("as given");
    }

    @Test
    void givenThresholdsMakeANewVersionWithoutATraining() throws Exception {
        Path output = folder.resolve("manual");
        Path version = Files.createDirectories(output.resolve("plate/3"));
        ObjectNode metrics = CARD.metrics().deepCopy().put("threshold", 0.5).put("thresholdRule", "quantile");
        metrics.withObject("/image").put("f1", 0.8).putObject("confusion").put("truePositives", 4);
        metrics.withObject("/validation/image").put("auroc", 0.7).put("f1", 0.6);
        metrics.putArray("warnings").add("few images gave the thresholds");
        ModelCard trained = new ModelCard("plate", 32, 32, CARD.calibration(), CARD.training(), metrics);
        Path checkpoint = version.resolve("checkpoint.safetensors");
        ModelCheckpoint.file(RandomWeights.of(SMALL, 1), trained).write(checkpoint);
        assertThat(export(
                        "--checkpoint",
                        checkpoint.toString(),
                        "--threshold-rule",
                        "manual",
                        "--threshold-image",
                        "0.3",
                        "--threshold-pixel",
                        "0.4",
                        "--output",
                        output.toString()))
                .as(said.toString())
                .isZero();
        ModelCard card = card(output.resolve("plate/4/model.onnx"));
        assertThat(card.calibration())
                .isEqualTo(new Calibration(ThresholdRule.MANUAL, 0.3, 0.4, 0, 1, 0, 1, 20, 0, 20));
        assertThat(card.export().path("thresholds").asString()).isEqualTo("as given");
        assertThat(card.training().at("/thresholdSource/pixel").asString()).isEqualTo("--threshold-pixel");
        assertThat(card.metrics().at("/image/auroc").asDouble()).isEqualTo(0.91);
        assertThat(card.metrics().toString())
                .as("what hangs on other thresholds")
                .contains("\"threshold\":0.3", "\"thresholdRule\":\"manual\"", "above the image threshold")
                .doesNotContain("confusion", "\"f1\"", "few images");
        assertThat(said.toString())
                .contains("0.3000 (image) and 0.4000 (pixel) by rule manual, as given")
                .contains("warning: The pixel threshold is above the image threshold");
    }

    @ParameterizedTest
    @CsvSource({
        "--threshold-image, 0.9, 0.9, 0.25, --threshold-image, the checkpoint",
        "--threshold-image, 0.1, 0.1, 0.25, --threshold-image, the checkpoint",
        "--threshold-pixel, 0.6, 0.75, 0.6, the checkpoint, --threshold-pixel"
    })
    void theThresholdThatIsNotNamedStays(
            String option, String value, double image, double pixel, String imageSource, String pixelSource)
            throws Exception {
        Calibration own = new Calibration(ThresholdRule.F1, 0.75, 0.25, 0, 1, 0, 1, 20, 5, 0);
        Calibration expected = new Calibration(ThresholdRule.MANUAL, image, pixel, 0, 1, 0, 1, 20, 5, 0);
        String name = "kept" + option + value;
        ModelCard withoutImages = cardWithoutImages(name, own, option, value);
        assertThat(withoutImages.calibration()).isEqualTo(expected);
        assertThat(withoutImages.training().at("/thresholdSource/image").asString())
                .isEqualTo(imageSource);
        assertThat(withoutImages.training().at("/thresholdSource/pixel").asString())
                .isEqualTo(pixelSource);
        assertThat(said.toString()).contains("(image, from " + imageSource + ")", "(pixel, from " + pixelSource + ")");
        assertThat(said.toString().contains("warning: The pixel threshold is above the image threshold"))
                .isEqualTo(pixel > image);
        assertThat(calibrationAfterExport("images" + name, own, CARD.training(), option, value))
                .returns(image, Calibration::imageThreshold)
                .returns(pixel, Calibration::pixelThreshold);
    }

    @Test
    void theSmallestAreaOfRegionsIsGivenOrThatOfTheCheckpoint() throws Exception {
        ModelCard given = cardWithoutImages("area", CARD.calibration(), "--min-region-area", "40");
        assertThat(given.minRegionArea()).isEqualTo(40);
        assertThat(given.calibration()).isEqualTo(CARD.calibration());
        ModelCard card = CARD.withMinRegionArea(9);
        Path checkpoint = folder.resolve("with-area.safetensors");
        ModelCheckpoint.file(RandomWeights.of(SMALL, 1), card).write(checkpoint);
        Path output = folder.resolve("of-with-area");
        assertThat(export(
                        "--checkpoint",
                        checkpoint.toString(),
                        "--output",
                        output.toString(),
                        "--threshold-image",
                        "0.3",
                        "--format",
                        "fp32,fp16"))
                .as(said.toString())
                .isZero();
        assertThat(card(output.resolve("plate/1/model.onnx")).minRegionArea()).isEqualTo(9);
        assertThat(card(output.resolve("plate-fp16/1/model.onnx")).minRegionArea())
                .isEqualTo(9);
    }

    private ModelCard cardWithoutImages(String name, Calibration calibration, String... more) throws Exception {
        Path checkpoint = folder.resolve(name + ".safetensors");
        ModelCard card = new ModelCard(name, 32, 32, calibration, CARD.training(), CARD.metrics());
        ModelCheckpoint.file(RandomWeights.of(SMALL, 1), card).write(checkpoint);
        Path output = folder.resolve("without-images-" + name);
        Stream<String> arguments = Stream.of("--checkpoint", checkpoint.toString(), "--output", output.toString());
        assertThat(export(Stream.concat(arguments, Stream.of(more)).toArray(String[]::new)))
                .as(said.toString())
                .isZero();
        return card(output.resolve("plate/1/model.onnx"));
    }

    @Test
    void aCheckpointWithoutThresholdsTakesGivenOnes() throws Exception {
        Path output = folder.resolve("bare");
        assertThat(export(
                        "--checkpoint",
                        folder.resolve("bare.safetensors").toString(),
                        "--image-size",
                        "32",
                        "--threshold-image",
                        "0.3",
                        "--output",
                        output.toString()))
                .as(said.toString())
                .isZero();
        assertThat(card(output.resolve("plate/1/model.onnx")).calibration())
                .isEqualTo(new Calibration(ThresholdRule.MANUAL, 0.3, 0.3, 0, 1, 0, 1, 0, 0, 0));
    }

    @Test
    void aPixelThresholdThatNobodyKnowsIsFoundOnTheMasksAndLoweredToTheImageThresholdWithAWord() throws Exception {
        Path output = folder.resolve("lowered");
        assertThat(export(
                        "--checkpoint",
                        folder.resolve("bare.safetensors").toString(),
                        "--image-size",
                        "32",
                        "--threshold-image",
                        "0",
                        "--data",
                        data(),
                        "--output",
                        output.toString()))
                .as(said.toString())
                .isZero();
        ModelCard card = card(output.resolve("plate/1/model.onnx"));
        assertThat(card.calibration().pixelThreshold()).isZero();
        assertThat(card.export().path("thresholds").asString()).isEqualTo("as given (image), of this graph (pixel)");
        assertThat(said.toString())
                .contains("as given (image) and found on the masks (pixel): 0.0000 (image), 0.0000 (pixel)")
                .contains("the pixel threshold is lowered to the image threshold");
    }

    @Test
    void theRuleThatIsAskedForGoesBeforeThatOfTheCheckpoint() throws Exception {
        Calibration given = new Calibration(ThresholdRule.MANUAL, 0.75, 0.25, 0, 1, 0, 1, 20, 0, 20);
        assertThat(calibrationAfterExport("lower", given, CARD.training(), "--threshold-quantile", "0.5"))
                .returns(ThresholdRule.QUANTILE, Calibration::rule)
                .returns(0.5, Calibration::ruleValue);
        assertThat(said.toString()).contains("thresholds by rule quantile 0.5, from");
        ModelCard manual =
                cardAfterExport("evaluated", CARD.calibration(), CARD.training(), "--threshold-image", "0.3");
        assertThat(manual.calibration())
                .returns(ThresholdRule.MANUAL, Calibration::rule)
                .returns(0.5, Calibration::pixelThreshold)
                .returns(1, Calibration::normalImages);
        assertThat(manual.metrics().at("/image/confusion").isObject()).isTrue();
        assertThat(manual.export().path("figures").asString()).isEqualTo("of this graph");
    }

    @Test
    void aGivenPixelThresholdBesideOneTakenOverStays() throws Exception {
        Calibration both = new Calibration(ThresholdRule.MANUAL, 0.75, 0.25, 0, 1, 0, 1, 0, 0, 0);
        ObjectNode imported = CARD.training().deepCopy().put("importedFrom", "anomalib");
        imported.putObject("thresholdSource").put("image", "the checkpoint").put("pixel", "--threshold-pixel");
        assertThat(calibrationAfterExport("pixel", both, imported))
                .returns(0.75, Calibration::imageThreshold)
                .returns(0.25, Calibration::pixelThreshold);
    }

    @Test
    void aKeptPixelThresholdIsNotSaidToBeFromTheImageThresholdThatIsReplaced() throws Exception {
        Calibration both = new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0);
        ObjectNode imported = CARD.training().deepCopy().put("importedFrom", "anomalib");
        imported.putObject("thresholdSource").put("image", "nowhere: a default").put("pixel", "the image threshold");
        ModelCard card = cardAfterExport("replaced", both, imported, "--threshold-image", "0.9");
        assertThat(card.calibration().pixelThreshold()).isEqualTo(0.5);
        assertThat(card.training().at("/thresholdSource/pixel").asString()).isEqualTo("the checkpoint");
    }

    @Test
    void thresholdsTakenOverFromSomebodyElsesCheckpointGiveWayToImages() throws Exception {
        Calibration takenOver = new Calibration(ThresholdRule.MANUAL, 0.75, 0.25, 0, 1, 0, 1, 0, 0, 0);
        ObjectNode imported = CARD.training().deepCopy().put("importedFrom", "anomalib");
        imported.putObject("thresholdSource").put("image", "the checkpoint").put("pixel", "the checkpoint");
        ModelCard found = cardAfterExport("imported", takenOver, imported);
        assertThat(found.calibration().rule()).isEqualTo(ThresholdRule.QUANTILE);
        assertThat(found.training().at("/thresholdSource/image").asString()).isEqualTo("images of --data, synthetic");
        assertThat(said.toString()).contains("warning: which images trained an imported network is not known");
    }

    @Test
    void saysWhenTheImagesAreNotThoseOfTheTraining() throws Exception {
        String digest = Dataset.open(Path.of(data())).digest();
        ObjectNode same = CARD.training().deepCopy().put("dataDigest", digest);
        calibrationAfterExport("same", CARD.calibration(), same);
        assertThat(said.toString()).doesNotContain("not what the model was trained on");
        ObjectNode other = CARD.training().deepCopy().put("dataDigest", "0123456789abcdef");
        calibrationAfterExport("other", CARD.calibration(), other);
        assertThat(said.toString())
                .contains("warning: --data is not what the model was trained on")
                .contains("0123456789ab", digest.substring(0, 12));
    }

    private Calibration calibrationAfterExport(
            String name, Calibration calibration, ObjectNode training, String... more) throws Exception {
        return cardAfterExport(name, calibration, training, more).calibration();
    }

    private ModelCard cardAfterExport(String name, Calibration calibration, ObjectNode training, String... more)
            throws Exception {
        Path checkpoint = folder.resolve(name + ".safetensors");
        ModelCard card = new ModelCard(name, 32, 32, calibration, training, CARD.metrics());
        ModelCheckpoint.file(RandomWeights.of(SMALL, 1), card).write(checkpoint);
        Path output = folder.resolve("of-" + name);
        Stream<String> arguments =
                Stream.of("--checkpoint", checkpoint.toString(), "--data", data(), "--output", output.toString());
        assertThat(export(Stream.concat(arguments, Stream.of(more)).toArray(String[]::new)))
                .as(said.toString())
                .isZero();
        return card(output.resolve("plate/1/model.onnx"));
    }

    @Test
    void anotherImageScoreAndSmoothingAreInTheGraphAndInItsCard() throws Exception {
        Path output = folder.resolve("averaged");
        assertThat(export(
                        "--image-score",
                        "averaged",
                        "--map-smoothing",
                        "0.5",
                        "--data",
                        data(),
                        "--output",
                        output.toString()))
                .isZero();
        try (GraphDetector detector = GraphDetector.open(output.resolve("plate/1/model.onnx"), 1)) {
            assertThat(detector.card().training().at("/network/imageScore").asString())
                    .isEqualTo("averaged");
            assertThat(detector.card().training().at("/network/mapSmoothing").asDouble())
                    .isEqualTo(0.5);
            var detection = detector.detect(new float[3 * 32 * 32], 1).get(0);
            assertThat(detection.score()).isLessThan(detection.map().max());
        }
    }

    @Test
    void formatsOfAPublishedNetworkGetItsNumberOnce() throws Exception {
        Path output = folder.resolve("published");
        Path version = Files.createDirectories(output.resolve("plate/3"));
        Files.createDirectories(output.resolve("plate/4"));
        Path checkpoint =
                Files.copy(folder.resolve("checkpoint.safetensors"), version.resolve("checkpoint.safetensors"));
        String[] options = {"--format", "fp16", "--checkpoint", checkpoint.toString(), "--output", output.toString()};
        assertThat(export(options)).isZero();
        assertThat(output.resolve("plate-fp16/3/model.onnx")).exists();
        assertThat(export(options)).isZero();
        assertThat(output.resolve("plate-fp16/5/model.onnx")).exists();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--format int8 | 2 | --format int8 needs --data",
                "--threshold-quantile 0.85 | 2 | --threshold-rule quantile needs --data: it finds thresholds on images",
                "--threshold-rule manual | 2 | --threshold-rule manual needs --threshold-image",
                "--checkpoint bare.safetensors --image-size 32 --threshold-pixel 0.3 | 1 | needs --threshold-image here",
                "--min-region-area 0 | 2 | --min-region-area must be 1 to 999999999 pixels, not 0",
                "--image-score averaged | 1 | give --data, so that those of averaged and 0.0 are found",
                "--map-smoothing 2 | 1 | --map-smoothing 0.0: give --data",
                "--map-smoothing 99 | 2 | --map-smoothing must be 0, or from 0.1 to 32.0 pixels, not 99.0",
                "--checkpoint bare.safetensors | 1 | The checkpoint does not say the size of its images: give --image-size",
                "--checkpoint bare.safetensors --image-size 32 | 1 | The checkpoint has no thresholds: give --data",
                "--checkpoint other.safetensors | 1 | is no checkpoint of a DRÆM network: it lacks the convolution",
                "--checkpoint step-000000175.safetensors | 1 | it is the state of an unfinished training. Finish that with"
                        + " train --resume, and name the checkpoint.safetensors of the version that it publishes",
                "--image-size 32,64 | 2 | The checkpoint's images have 32x32 pixels, and --image-size says 32x64: leave it out",
                "--checkpoint bare.safetensors --image-size 32,65536 | 2 | multiples of 32 up to 16384, not 32x65536",
                "--name ../up | 2 | --name must be letters",
                "--calibration-images 0 | 2 | must be at least 1"
            })
    void whatIsMissingIsNamed(String options, int status, String message) {
        Path output = folder.resolve("none");
        String[] more = Stream.concat(Stream.of(options.split(" ")), Stream.of("--output", output.toString()))
                .map(word ->
                        word.endsWith(".safetensors") ? folder.resolve(word).toString() : word)
                .toArray(String[]::new);
        assertThat(export(more)).isEqualTo(status);
        assertThat(said.toString()).contains(message).doesNotContain("\tat ");
        assertThat(output).doesNotExist();
    }

    @Test
    void anOutputThatIsAFileIsNamedAsOne() {
        Path checkpoint = folder.resolve("checkpoint.safetensors");
        assertThat(export("--output", checkpoint.toString())).isEqualTo(1);
        assertThat(said.toString())
                .contains("--output " + checkpoint + " is a file and must be a folder")
                .doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lacks | it lacks the tensor 'discriminative_subnetwork.encoder_segment.block6.4.bias'",
                "shape | has the shape [5] where its first convolutions ask for [32]",
                "more | it has the tensor 'discriminative_subnetwork.more' too",
                "half | is of type F16, not F32 or F64",
                "nan | holds NaN"
            })
    void aCheckpointThatIsNoWholeNetworkIsRefused(String kind, String message) throws IOException {
        String name = "discriminative_subnetwork.encoder_segment.block6.4.bias";
        Map<String, Tensor> weights = RandomWeights.of(SMALL, 1);
        float[] values = new float[32];
        switch (kind) {
            case "lacks" -> weights.remove(name);
            case "shape" -> weights.put(name, Tensor.of(new float[5], 5));
            case "more" -> weights.put("discriminative_subnetwork.more", Tensor.of(new float[1], 1));
            case "half" -> weights.put(name, new Tensor(Tensor.Type.F16, new long[] {32}, ByteBuffer.allocate(64)));
            default -> {
                values[31] = Float.NaN;
                weights.put(name, Tensor.of(values, 32));
            }
        }
        Path checkpoint = folder.resolve(kind + ".safetensors");
        ModelCheckpoint.file(weights, CARD).write(checkpoint);
        Path output = folder.resolve("of-" + kind);
        assertThat(export("--checkpoint", checkpoint.toString(), "--output", output.toString()))
                .isEqualTo(1);
        assertThat(said.toString())
                .contains(checkpoint + " is no checkpoint of a DRÆM network: ", message)
                .doesNotContain("\tat ");
        assertThat(output).doesNotExist();
    }

    @Test
    void aRefusedGraphIsNamedByWhereItWouldHaveBeenPublished() throws IOException {
        Map<String, Tensor> weights = RandomWeights.of(SMALL, 1);
        for (String layer : List.of("1", "4")) {
            weights.computeIfPresent(
                    "reconstructive_subnetwork.encoder.block2." + layer + ".weight", (name, weight) -> {
                        float[] values = weight.toFloats();
                        for (int i = 0; i < values.length; i++) {
                            values[i] *= 1e37f;
                        }
                        return Tensor.of(values, weight.shape());
                    });
        }
        Path checkpoint = folder.resolve("overflow.safetensors");
        ModelCheckpoint.file(weights, CARD).write(checkpoint);
        Path output = folder.resolve("of-overflow");
        assertThat(export("--checkpoint", checkpoint.toString(), "--output", output.toString()))
                .isEqualTo(1);
        assertThat(said.toString())
                .contains("draem-trainer: " + output.resolve("plate/1/model.onnx") + " was not written: libtorch and")
                .doesNotContain("\tat ");
        assertThat(output).doesNotExist();
    }

    private int export(String... more) {
        List<String> given = List.of(more);
        Stream<String> arguments = Stream.concat(Stream.of("export", "--threads", "1"), given.stream());
        if (!given.contains("--checkpoint")) {
            arguments = Stream.concat(
                    arguments,
                    Stream.of(
                            "--checkpoint",
                            folder.resolve("checkpoint.safetensors").toString()));
        }
        if (!given.contains("--name")) {
            arguments = Stream.concat(arguments, Stream.of("--name", "plate"));
        }
        PrintWriter writer = new PrintWriter(said);
        return Main.commandLine().setOut(writer).setErr(writer).execute(arguments.toArray(String[]::new));
    }

    private static String data() {
        return folder.resolve("data").toString();
    }

    private static ModelCard card(Path graph) throws Exception {
        try (GraphDetector detector = GraphDetector.open(graph, 1)) {
            return detector.card();
        }
    }

    private static void noise(String name, int seed) throws IOException {
        BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        for (int i = 0; i < 32 * 32; i++) {
            image.setRGB(i % 32, i / 32, random.nextInt(1 << 24));
        }
        Path file = folder.resolve("data").resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }
}
