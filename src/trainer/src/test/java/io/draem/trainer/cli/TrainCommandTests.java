package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.image.ImageMeasure;
import io.draem.model.ModelCard;
import io.draem.score.ThresholdRule;
import io.draem.trainer.checkpoint.Safetensors;
import io.draem.trainer.evaluation.GraphDetector;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs the whole chain at the smallest size: photographs in, graph out. */
@Tag("slow")
class TrainCommandTests {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir
    static Path folder;

    @BeforeAll
    static void paintADataSet() throws IOException {
        for (int i = 0; i < 10; i++) {
            paint(folder.resolve("plate/train/good/%03d.png".formatted(i)), i, false);
        }
        for (int i = 0; i < 3; i++) {
            paint(folder.resolve("plate/test/good/%03d.png".formatted(i)), 20 + i, false);
            paint(folder.resolve("plate/test/hole/%03d.png".formatted(i)), 30 + i, true);
            BufferedImage mask = new BufferedImage(40, 40, BufferedImage.TYPE_BYTE_GRAY);
            for (int y = 10; y < 22; y++) {
                for (int x = 10; x < 22; x++) {
                    mask.setRGB(x, y, 0xFFFFFF);
                }
            }
            write(mask, folder.resolve("plate/ground_truth/hole/%03d_mask.png".formatted(i)));
        }
    }

    @Test
    void trainsExportsAndEvaluatesToTheSameFigures() throws Exception {
        Path output = folder.resolve("models");
        train(output);

        Path version = output.resolve("plate/1");
        try (Stream<Path> files = Files.list(version)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("model.onnx", "metrics.json", "checkpoint.safetensors", "report.html");
        }
        try (Stream<Path> versions = Files.list(output.resolve("plate"))) {
            assertThat(versions).as("nothing half-written is left").containsExactly(version);
        }
        JsonNode metrics = json(version.resolve("metrics.json"));
        assertThat(metrics.at("/validation/pixel/auroc").isNumber()).isTrue();
        for (String figures : List.of("", "/perDefect/hole")) {
            for (String figure :
                    List.of("/image/auroc", "/image/averagePrecision", "/image/f1", "/pixel/auroc", "/pixel/aupro")) {
                assertThat(metrics.at(figures + figure).isNumber())
                        .as(figures + figure)
                        .isTrue();
            }
        }
        assertThat(metrics.at("/threshold").isNumber()).isTrue();
        assertThat(metrics.at("/imagesPerSecond").asDouble()).isPositive();
        assertThat(metrics.at("/lossCurve").size()).isEqualTo(4);
        assertThat(metrics.at("/validationInTraining/images").asInt())
                .as("a set so small validates as a whole")
                .isPositive()
                .isEqualTo(metrics.at("/validationInTraining/of").asInt());
        assertThat(metrics.at("/parity/map").asDouble()).isLessThan(1e-3);

        ModelCard card;
        try (GraphDetector detector = GraphDetector.open(version.resolve("model.onnx"), 1)) {
            card = detector.card();
        }
        assertThat(card.model()).isEqualTo("plate");
        assertThat(card.calibration().rule()).isEqualTo(ThresholdRule.QUANTILE);
        assertThat(card.calibration().normalImages()).isEqualTo(2);
        assertThat(card.calibration().anomalousImages()).isZero();
        assertThat(card.calibration().syntheticImages()).isPositive();
        assertThat(card.training().at("/seed").asInt()).isEqualTo(7);
        assertThat(card.training().get("imageSize").isInt())
                .as("a square is a number")
                .isTrue();
        assertThat(card.training().at("/dataDigest").asString()).hasSize(64);
        assertThat(card.images()).isNotNull();
        assertThat(card.images().images())
                .as("the images to train on, without those held out")
                .isEqualTo(8);
        assertThat(card.images().measures()).containsOnlyKeys(ImageMeasure.values());
        assertThat(card.training().toString())
                .as("no path of the machine that trained")
                .doesNotContain(folder.toString());

        Path figures = folder.resolve("figures.json");
        Path page = folder.resolve("figures.html");
        String said = run(
                "evaluate",
                "--model",
                version + "/model.onnx",
                "--data",
                plate(),
                "--json",
                figures.toString(),
                "--report",
                page.toString());
        assertThat(said)
                .contains(
                        "hole",
                        "at the model's threshold",
                        " anomalous, ",
                        "false alarms expected from",
                        "the best on these images is");
        for (Path report : List.of(version.resolve("report.html"), page)) {
            assertThat(Files.readString(report))
                    .contains("<h2>Training</h2>", "<title id=\"losses\">", "<h2>Images</h2>", "hole/000.png")
                    .contains("data:image/jpeg;base64,")
                    .doesNotContain("<script", "http://", "https://");
        }
        assertThat(Files.readString(version.resolve("report.html")))
                .contains(
                        "Made on " + NOW + " by",
                        "train --data " + plate() + " --output " + output + " --image-size 32 --base-width 2");
        assertThat(Files.readString(page)).contains("Made on " + NOW + " by", "evaluate --model " + version);
        assertThat(metrics.at("/run/date").asString()).isEqualTo(NOW.toString());
        try (GraphDetector detector = GraphDetector.open(version.resolve("model.onnx"), 1)) {
            assertThat(detector.card().metrics().has("run"))
                    .as("the same training gives the same bytes")
                    .isFalse();
        }
        JsonNode evaluated = json(figures);
        for (String figure : List.of("/image/auroc", "/image/f1", "/pixel/averagePrecision", "/pixel/aupro")) {
            assertThat(evaluated.at(figure).asDouble())
                    .as(figure)
                    .isCloseTo(metrics.at(figure).asDouble(), within(1e-3));
        }
    }

    @Test
    void trainingAgainGivesTheSameWeightsAsTheNextVersion() throws Exception {
        Path output = folder.resolve("twice");
        train(output);
        train(output);
        Safetensors first = Safetensors.read(output.resolve("plate/1/checkpoint.safetensors"));
        Safetensors second = Safetensors.read(output.resolve("plate/2/checkpoint.safetensors"));
        assertThat(second.tensors().keySet()).isEqualTo(first.tensors().keySet());
        first.tensors()
                .forEach((name, tensor) ->
                        assertThat(second.tensor(name).data()).as(name).isEqualTo(tensor.data()));
    }

    @Test
    void calibratesOnLabelledImagesWhereAsked() throws Exception {
        Path output = folder.resolve("labeled");
        assertThat(train(output, "--validation", "from-test", "--validate-steps", "2"))
                .contains("to validate with", "validated step 2 (validation images): image AUROC")
                .contains("test images: image AUROC", " of 1 normal");
        try (GraphDetector detector = GraphDetector.open(output.resolve("plate/1/model.onnx"), 1)) {
            assertThat(detector.card().calibration().rule()).isEqualTo(ThresholdRule.F1);
            assertThat(detector.card().calibration().anomalousImages()).isEqualTo(2);
        }
        JsonNode metrics = json(output.resolve("plate/1/metrics.json"));
        assertThat(metrics.at("/images/good").asInt())
                .as("the images that calibrated do not give figures")
                .isEqualTo(1);
        assertThat(metrics.at("/expectedFalseAlarms/normal").asInt()).isEqualTo(2);
        Path model = output.resolve("plate/1/model.onnx");
        assertThat(run("evaluate", "--model", model.toString(), "--data", plate()))
                .as("half of the test images are those that calibrated")
                .contains("at the model's threshold")
                .doesNotContain("false alarms expected from");
    }

    @Test
    void saysThatThereAreNoTestImagesWhereOnlyGoodOnesAreGiven() {
        assertThat(trainOn(plate() + "/train/good", folder.resolve("good"), "--name", "plate"))
                .contains("8 images to train on, 2 held out to validate with, 0 to test with")
                .contains("no test images: no figures")
                .doesNotContain("undefined", "test images: image AUROC");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--image-size 100 | the size must have sides that are multiples of 32 up to 16384, not 100",
                "--image-size 160,400 | sides that are multiples of 32 up to 16384, not 160x400",
                "--image-size 32x16416 | sides that are multiples of 32 up to 16384, not 32x16416",
                "--image-size 16416 | the size must have sides that are multiples of 32 up to 16384, not 16416",
                "--image-size 0 | A size must have sides of at least 1",
                "--image-size 160,0 | A size must have sides of at least 1",
                "--image-size=-32 | the size must be WIDTHxHEIGHT, or one number for a square, got -32",
                "--image-size 160,416,3 | the size must be WIDTHxHEIGHT, or one number for a square, got 160,416,3",
                "--image-size 160, | the size must be WIDTHxHEIGHT, or one number for a square, got 160,",
                "--image-size 32,64 --perlin-scales 5,6 | whose power of two is below the sides of --image-size, not 5",
                "--batch-size 10923 --image-size 256 | --batch-size must be at most 10922 at that size, not 10923",
                "--batch-size 10756 --image-size 160,416 | --batch-size must be at most 10754 at that size, not 10756",
                "--steps 120 --validate-steps 175 | --validate-steps 175 is more than --steps 120: give --validate-steps 12",
                "--sspcab-weight NaN | Invalid value for option '--sspcab-weight': 'NaN' is not a number",
                "--batch-size 1 --image-size 32 | --batch-size must be at least 2 at --image-size 32, because batch norm",
                "--checkpoint-minutes 1e30 | --checkpoint-minutes must be from 0 to 2147483647, not 1.0E30",
                "--beta 1,1 | --beta must begin below 1, or no anomaly changes the image, not 1.0,1.0",
                "--batch-size 0 | --batch-size must be at least 1, not 0",
                "--batch-size 2147483647 | --batch-size must be at most 10922 at that size, not 2147483647",
                "--learning-rate NaN | Invalid value for option '--learning-rate': 'NaN' is not a number",
                "--milestones 0.8,90 | --milestones must be from 0 to 1, not 90.0",
                "--gamma 0 | --gamma must be above 0 and up to 1, not 0.0",
                "--gamma NaN | Invalid value for option '--gamma': 'NaN' is not a number",
                "--held-out 1 | --held-out must be between 0 and 1, not 1.0",
                "--threshold-rule manual | --threshold-rule manual needs --threshold-image",
                "--threshold-pixel 0.5 | --threshold-rule manual needs --threshold-image",
                "--threshold-rule f1 --threshold-quantile 0.9 | --threshold-quantile goes with --threshold-rule quantile, not f1",
                "--threshold-recall 0 | --threshold-recall must be within 0 and 1, not 0.0",
                "--threshold-quantile NaN | Invalid value for option '--threshold-quantile': 'NaN' is not a number",
                "--threshold-image 2 | --threshold-image must be within 0 and 1, not 2.0",
                "--threads 0 | --threads must be at least 1, not 0",
                "--data-threads 0 | --data-threads must be at least 1, not 0",
                "--name ../up | --name must be letters",
                "--data my+data | the name of the data: give a name with --name"
            })
    void aWrongOptionIsNamedAndNothingIsWritten(String options, String message) {
        StringWriter errors = new StringWriter();
        Path output = folder.resolve("none");
        List<String> arguments = new ArrayList<>(List.of("train", "--output", output.toString()));
        arguments.addAll(List.of(options.split(" ")));
        if (!options.startsWith("--data ")) {
            arguments.addAll(List.of("--data", plate()));
        }
        int code = Main.commandLine().setErr(new PrintWriter(errors)).execute(arguments.toArray(String[]::new));
        assertThat(errors.toString()).contains(message);
        assertThat(code).isEqualTo(2);
        assertThat(output).doesNotExist();
    }

    @Test
    void aValidationBeyondTheEpochsIsRefusedBeforeTheTraining() {
        StringWriter errors = new StringWriter();
        Path output = folder.resolve("none");
        int code = Main.commandLine()
                .setErr(new PrintWriter(errors))
                .execute(
                        "train",
                        "--data",
                        plate(),
                        "--output",
                        output.toString(),
                        "--image-size=32",
                        "--epochs=2",
                        "--validate-steps=3");
        assertThat(errors.toString())
                .contains("--validate-steps 3 is more than the 2 steps of --epochs 2: give --validate-steps 1, or 0");
        assertThat(code).isEqualTo(1);
        assertThat(output).doesNotExist();
    }

    @Test
    void aValueOutsideAListIsRefusedWithTheList() {
        StringWriter errors = new StringWriter();
        int code = Main.commandLine()
                .setErr(new PrintWriter(errors))
                .execute("train", "--data", plate(), "--output", folder.toString(), "--validation", "foo");
        assertThat(code).isEqualTo(2);
        assertThat(errors.toString())
                .contains("'foo' is none of [auto, synthetic, from-test, same-as-test]")
                .doesNotContain("Exception")
                .hasLineCount(2);
    }

    @Test
    void anOutputThatCannotBeWrittenFailsBeforeTheTraining() throws IOException {
        StringWriter errors = new StringWriter();
        Path file = Files.writeString(folder.resolve("file"), "");
        int code = Main.commandLine()
                .setErr(new PrintWriter(errors))
                .execute("train", "--data", plate(), "--output", file.toString());
        assertThat(code).isEqualTo(1);
        assertThat(errors.toString()).contains(file.toString()).doesNotContain("training");
    }

    @Test
    void evaluatesWithoutWhatCannotBeReadWhereAsked() throws IOException {
        Path data = PaintedPlates.paint(folder.resolve("damaged"));
        Files.writeString(data.resolve("test/good/000.png"), "no image");
        Path model = folder.resolve("damaged-models/plate/1/model.onnx");
        train(folder.resolve("damaged-models"));
        String[] arguments = {"evaluate", "--model", model.toString(), "--data", data.toString(), "--threads", "1"};
        StringWriter errors = new StringWriter();
        assertThat(Main.commandLine().setErr(new PrintWriter(errors)).execute(arguments))
                .isEqualTo(1);
        assertThat(errors.toString()).contains("test/good/000.png", "pass --skip-unreadable to continue without them");
        assertThat(run(Stream.concat(Stream.of(arguments), Stream.of("--skip-unreadable"))
                        .toArray(String[]::new)))
                .contains("1 of 19 files is left out", " of 2 normal");
    }

    @Test
    void aMissingFolderIsASentenceNotAStackTrace() {
        StringWriter errors = new StringWriter();
        int code = Main.commandLine()
                .setErr(new PrintWriter(errors))
                .execute(
                        "train",
                        "--data",
                        folder.resolve("nowhere").toString(),
                        "--output",
                        folder.resolve("not-made/for-it").toString());
        assertThat(code).isEqualTo(1);
        assertThat(errors.toString()).contains("nowhere").doesNotContain("\tat ");
        assertThat(folder.resolve("not-made")).doesNotExist();
    }

    private static String train(Path output, String... more) {
        return trainOn(plate(), output, more);
    }

    private static String trainOn(String data, Path output, String... more) {
        String[] arguments = {
            "train",
            "--data",
            data,
            "--output",
            output.toString(),
            "--image-size",
            "32",
            "--base-width",
            "2",
            "--discriminative-base-width",
            "2",
            "--steps",
            "4",
            "--batch-size",
            "4",
            "--seed",
            "7",
            "--threads",
            "1"
        };
        return run(Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new));
    }

    private static String run(String... arguments) {
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said);
        int code = Main.commandLine(Clock.fixed(NOW, ZoneOffset.UTC))
                .setOut(writer)
                .setErr(writer)
                .execute(arguments);
        assertThat(code).as(said.toString()).isZero();
        return said.toString();
    }

    private static String plate() {
        return folder.resolve("plate").toString();
    }

    private static JsonNode json(Path file) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(file));
    }

    private static void paint(Path file, int seed, boolean hole) throws IOException {
        BufferedImage image = new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        for (int y = 0; y < 40; y++) {
            for (int x = 0; x < 40; x++) {
                boolean dark = hole && x >= 10 && x < 22 && y >= 10 && y < 22;
                int grey = dark ? 10 : 150 + random.nextInt(40);
                image.setRGB(x, y, grey << 16 | grey << 8 | (grey / 2));
            }
        }
        write(image, file);
    }

    private static void write(BufferedImage image, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }
}
