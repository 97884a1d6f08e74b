package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.model.ModelCard;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.network.ImageScore;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.onnxexport.DraemExporter;
import io.draem.trainer.onnxexport.RandomWeights;
import io.draem.trainer.workflow.Predictions;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Images of 12 bits in 16 through the whole trainer, beside the same images at full range. */
@Tag("slow")
class DeepImagesTests {

    private static final int SIDE = 40;

    @TempDir
    static Path folder;

    private static String trainedDeep;

    @BeforeAll
    static void trainOnTheSameImagesInBothForms() throws IOException {
        for (int i = 0; i < 10; i++) {
            paint("train/good/%03d.png".formatted(i), i, false);
        }
        for (int i = 0; i < 2; i++) {
            paint("test/good/%03d.png".formatted(i), 20 + i, false);
            paint("test/hole/%03d.png".formatted(i), 30 + i, true);
            BufferedImage mask = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
            mask.getRaster().setSample(15, 15, 0, 255);
            for (String form : List.of("mono12", "full")) {
                write(mask, "%s/ground_truth/hole/%03d_mask.png".formatted(form, i));
            }
        }
        trainedDeep = train("mono12");
        train("full");
    }

    @Test
    void aModelOfDeepImagesRecordsTheirWhiteLevelAndGivesTheScoresOfTheFullRange() throws Exception {
        assertThat(trainedDeep).contains("white level of 16-bit images: 4095, found from the images");
        ModelCard deep = card("mono12");
        assertThat(deep.whiteLevel()).hasValue(4095);
        assertThat(deep.training().path("whiteLevel").asInt()).isEqualTo(4095);
        assertThat(deep.toMetadata()).containsEntry("draem.version", "2");
        assertThat(card("full").whiteLevel()).isEmpty();
        List<JsonNode> ofDeep = predict("mono12", "mono12/test");
        assertThat(ofDeep).hasSize(4);
        assertThat(withoutOrigin(ofDeep)).isEqualTo(withoutOrigin(predict("full", "full/test")));
        assertThat(ofDeep)
                .allSatisfy(line -> assertThat(line.get("warnings").size()).isZero());
        assertThat(run("evaluate", "--model", graph("mono12"), "--data", folder.resolve("mono12") + ""))
                .contains("white level of 16-bit images: 4095;");
    }

    @Test
    void withoutALevelOfTheModelLowValuesAreReportedEverywhere() throws Exception {
        List<JsonNode> lines = predict("full", "mono12/test");
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.at("/warnings/0/type").asString()).isEqualTo("low-values");
            assertThat(line.at("/input/usual").asBoolean()).isFalse();
            assertThat(line.at("/input/reasons/0/type").asString()).isEqualTo("too-dark");
        });
        assertThat(run("evaluate", "--model", graph("full"), "--data", folder.resolve("mono12") + ""))
                .contains("warning: low-values in 14 of 14 images, such as ")
                .contains("warning: 4 of 4 images do not look like the model's training images: ");
    }

    @Test
    void anExportKeepsTheWhiteLevel() throws Exception {
        Path again = folder.resolve("again");
        run(
                "export",
                "--checkpoint",
                folder.resolve("models/mono12/1/checkpoint.safetensors") + "",
                "--data",
                folder.resolve("mono12") + "",
                "--output",
                again + "");
        try (GraphDetector detector = GraphDetector.open(again.resolve("mono12/1/model.onnx"), 1)) {
            assertThat(detector.card().whiteLevel()).hasValue(4095);
            assertThat(detector.card().calibration().imageThreshold())
                    .as("the images were read as in the training")
                    .isCloseTo(card("mono12").calibration().imageThreshold(), within(1e-4));
        }
    }

    @Test
    void aMapThatHoldsNoNumbersIsAFailureOfThatImage() throws Exception {
        NetworkOptions options = new NetworkOptions(2, 2, false, ImageScore.MAXIMUM, 0);
        Map<String, Tensor> weights = RandomWeights.of(options, 1);
        weights.compute("discriminative_subnetwork.decoder_segment.fin_out.0.weight", (name, tensor) -> {
            float[] values = tensor.toFloats();
            for (int i = 0; i < values.length; i++) {
                // The graph holds the difference of the two rows: a sum over one channel minus one over the other, both
                // of which overflow.
                values[i] = (i / 9 == 0 || i / 9 == 3) ? 1.6e38f : -1.6e38f;
            }
            return Tensor.of(values, tensor.shape());
        });
        Path broken = folder.resolve("broken.onnx");
        DraemExporter.export(
                weights,
                options,
                new ModelCard(
                        "broken",
                        32,
                        32,
                        new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0),
                        JsonMapper.shared().createObjectNode(),
                        JsonMapper.shared().createObjectNode()),
                broken);
        Path output = folder.resolve("broken");
        StringWriter said = new StringWriter();
        assertThat(execute(
                        said,
                        "predict",
                        "--model",
                        broken + "",
                        "--images",
                        folder.resolve("full/test") + "",
                        "--output",
                        output + ""))
                .as(said.toString())
                .isEqualTo(3);
        assertThat(said.toString()).contains("4 without a verdict because the model failed");
        assertThat(lines(output))
                .allSatisfy(line ->
                        assertThat(line.get("problem").asString()).contains("anomaly map holds NaN, not 0 to 1"));
        StringWriter evaluated = new StringWriter();
        assertThat(execute(evaluated, "evaluate", "--model", broken + "", "--data", folder.resolve("full") + ""))
                .isEqualTo(1);
        assertThat(evaluated.toString())
                .contains("draem-trainer: Image ", "anomaly map holds NaN, not 0 to 1")
                .doesNotContain("\tat ");
    }

    private static String train(String form) {
        return run(
                "train",
                "--data",
                folder.resolve(form) + "",
                "--output",
                folder.resolve("models") + "",
                "--image-size",
                "32",
                "--base-width",
                "2",
                "--discriminative-base-width",
                "2",
                "--steps",
                "2",
                "--batch-size",
                "2",
                "--threads",
                "1");
    }

    private static String graph(String form) {
        return folder.resolve("models").resolve(form).resolve("1/model.onnx").toString();
    }

    private static ModelCard card(String form) throws Exception {
        try (GraphDetector detector = GraphDetector.open(Path.of(graph(form)), 1)) {
            return detector.card();
        }
    }

    private static List<JsonNode> predict(String model, String images) throws IOException {
        Path output = folder.resolve("out-" + model + "-" + images.replace('/', '-'));
        run(
                "predict",
                "--model",
                graph(model),
                "--images",
                folder.resolve(images) + "",
                "--output",
                output + "",
                "--threads",
                "1");
        return lines(output);
    }

    /** Returns the lines without what tells files and models of the same content apart. */
    private static List<JsonNode> withoutOrigin(List<JsonNode> lines) {
        return lines.stream()
                .map(line -> (JsonNode)
                        ((ObjectNode) line.deepCopy()).remove(List.of("bytes", "modified", "sha256", "modelSha256")))
                .toList();
    }

    private static List<JsonNode> lines(Path output) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(output.resolve(Predictions.FILE))) {
            lines.add(JsonMapper.shared().readTree(line));
        }
        return lines;
    }

    private static String run(String... arguments) {
        StringWriter said = new StringWriter();
        assertThat(execute(said, arguments)).as(said.toString()).isZero();
        return said.toString();
    }

    private static int execute(StringWriter said, String... arguments) {
        PrintWriter writer = new PrintWriter(said);
        return Main.commandLine().setOut(writer).setErr(writer).execute(arguments);
    }

    /** Values that become the same 8 bits in both forms. */
    private static void paint(String file, int seed, boolean hole) throws IOException {
        BufferedImage mono12 = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_USHORT_GRAY);
        BufferedImage full = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_USHORT_GRAY);
        Random random = new Random(seed);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                boolean dark = hole && x >= 10 && x < 22 && y >= 10 && y < 22;
                int value = dark ? 60 : 100 + random.nextInt(100);
                mono12.getRaster().setSample(x, y, 0, Math.round(value * 4095 / 255f));
                full.getRaster().setSample(x, y, 0, value * 257);
            }
        }
        write(mono12, "mono12/" + file);
        write(full, "full/" + file);
    }

    private static void write(BufferedImage image, String file) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        ImageIO.write(image, "png", path.toFile());
    }
}
