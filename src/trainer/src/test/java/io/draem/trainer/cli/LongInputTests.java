package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.model.ModelCard;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.runtime.onnx.SlowGraph;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.testing.LongTest;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.workflow.Predictions;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole chain with an input of 160x416 pixels, on images whose defect is right of the center and far below it. */
@Tag("slow")
class LongInputTests {

    private static final int WIDTH = 160;
    private static final int HEIGHT = 416;
    private static final int IMAGE_WIDTH = 80;
    private static final int IMAGE_HEIGHT = 208;
    private static final int DEFECT_X = 50;
    private static final int DEFECT_Y = 150;
    private static final int DEFECT_WIDTH = 20;
    private static final int DEFECT_HEIGHT = 30;

    @TempDir
    static Path folder;

    @BeforeAll
    static void paintADataSet() throws IOException {
        for (int i = 0; i < 5; i++) {
            paint("plate/train/good/%d.png".formatted(i), i, false);
        }
        BufferedImage mask = new BufferedImage(IMAGE_WIDTH, IMAGE_HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
        fill(mask, 0xFFFFFF);
        for (int i = 0; i < 2; i++) {
            paint("plate/test/good/%d.png".formatted(i), 20 + i, false);
            paint("plate/test/spot/%d.png".formatted(i), 30 + i, true);
            write(mask, "plate/ground_truth/spot/%d_mask.png".formatted(i));
        }
    }

    @LongTest
    @Test
    void trainsExportsEvaluatesAndPredicts() throws Exception {
        Path models = folder.resolve("models");
        run(
                "train",
                "--data=" + folder.resolve("plate"),
                "--output=" + models,
                "--image-size=160,416",
                "--base-width=2",
                "--discriminative-base-width=2",
                "--steps=3",
                "--batch-size=2",
                "--validate-steps=3",
                "--self-textures=0.3",
                "--strokes=0.3",
                "--batch-norm-batches=1",
                "--export=fp32,fp16,int8",
                "--threads=1");
        for (String name : List.of("plate", "plate-fp16", "plate-int8")) {
            try (GraphDetector detector = GraphDetector.open(graph(models, name), 1)) {
                assertThat(detector.card()).returns(WIDTH, ModelCard::width).returns(HEIGHT, ModelCard::height);
                assertThat(detector.card().training().get("imageSize").asString())
                        .isEqualTo("160x416");
                ModelOutput output =
                        detector.detect(new float[3 * WIDTH * HEIGHT], 1).get(0);
                assertThat(output.map().width()).isEqualTo(WIDTH);
                assertThat(output.map().height()).isEqualTo(HEIGHT);
            }
        }
        Path version = models.resolve("plate/1");
        assertThat(json(version.resolve("metrics.json")).at("/parity/map").asDouble())
                .isLessThan(1e-3);
        assertThat(version.resolve("report.html")).content().contains("DRÆM model for 160×416 pixels");
        Path checkpoint = version.resolve("checkpoint.safetensors");
        CommandRun turned = CommandRun.of(
                "export", "--checkpoint=" + checkpoint, "--output=" + folder.resolve("none"), "--image-size=416,160");
        assertThat(turned.code()).isEqualTo(2);
        assertThat(turned.err()).contains("have 160x416 pixels, and --image-size says 416x160: leave it out");
        Path again = folder.resolve("again");
        run("export", "--checkpoint=" + checkpoint, "--output=" + again, "--image-size=160x416");
        evaluate(graph(again, "plate"));
        for (JsonNode line : predict(graph(models, "plate"), "trained")) {
            assertThat(line.at("/image/width").asInt()).isEqualTo(IMAGE_WIDTH);
            assertThat(line.at("/image/height").asInt()).isEqualTo(IMAGE_HEIGHT);
        }
    }

    @Test
    void figuresAndRegionsAreWhereTheDefectIs() throws Exception {
        Calibration half = new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0);
        JsonMapper json = JsonMapper.shared();
        ModelCard card = new ModelCard("bright", WIDTH, HEIGHT, half, json.createObjectNode(), json.createObjectNode());
        Path bright = folder.resolve("bright.onnx");
        Files.write(bright, SlowGraph.image(WIDTH, HEIGHT, card.toMetadata()));

        JsonNode figures = evaluate(bright);
        assertThat(figures.at("/image/auroc").asDouble()).isEqualTo(1);
        assertThat(figures.at("/pixel/auroc").asDouble()).isGreaterThan(0.999);

        List<JsonNode> lines = predict(bright, "bright");
        assertThat(lines).hasSize(2);
        for (JsonNode line : lines) {
            assertThat(line.get("regionCount").asInt()).isEqualTo(1);
            JsonNode box = line.at("/regions/0/box");
            assertThat(box.get("x").asInt()).isCloseTo(DEFECT_X, within(1));
            assertThat(box.get("y").asInt()).isCloseTo(DEFECT_Y, within(1));
            assertThat(box.get("width").asInt()).isCloseTo(DEFECT_WIDTH, within(2));
            assertThat(box.get("height").asInt()).isCloseTo(DEFECT_HEIGHT, within(2));
        }
    }

    private static JsonNode evaluate(Path graph) throws IOException {
        Path figures = folder.resolve("figures.json");
        run("evaluate", "--model=" + graph, "--data=" + folder.resolve("plate"), "--json=" + figures, "--threads=1");
        return json(figures);
    }

    private static List<JsonNode> predict(Path graph, String name) throws IOException {
        Path output = folder.resolve("predicted-" + name);
        run(
                "predict",
                "--model=" + graph,
                "--images=" + folder.resolve("plate/test/spot"),
                "--output=" + output,
                "--threads=1");
        return Files.readAllLines(output.resolve(Predictions.FILE)).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }

    private static void run(String... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.code()).as(run.out() + run.err()).isZero();
    }

    private static Path graph(Path models, String name) {
        return models.resolve(name).resolve("1/model.onnx");
    }

    private static JsonNode json(Path file) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(file));
    }

    private static void paint(String file, int seed, boolean defect) throws IOException {
        BufferedImage image = new BufferedImage(IMAGE_WIDTH, IMAGE_HEIGHT, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        for (int y = 0; y < IMAGE_HEIGHT; y++) {
            for (int x = 0; x < IMAGE_WIDTH; x++) {
                image.setRGB(x, y, 0x010101 * (20 + random.nextInt(40)));
            }
        }
        if (defect) {
            fill(image, 0xF0F0F0);
        }
        write(image, file);
    }

    private static void fill(BufferedImage image, int color) {
        for (int y = DEFECT_Y; y < DEFECT_Y + DEFECT_HEIGHT; y++) {
            for (int x = DEFECT_X; x < DEFECT_X + DEFECT_WIDTH; x++) {
                image.setRGB(x, y, color);
            }
        }
    }

    private static void write(BufferedImage image, String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }
}
