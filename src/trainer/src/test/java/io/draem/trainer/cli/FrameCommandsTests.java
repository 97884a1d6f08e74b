package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.frame.FrameResult;
import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.model.ModelCard;
import io.draem.model.TestModels;
import io.draem.runtime.detection.FrameDetector;
import io.draem.trainer.checkpoint.Safetensors;
import io.draem.trainer.data.Dataset;
import io.draem.trainer.evaluation.EvaluationImage;
import io.draem.trainer.evaluation.FrameImages;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.onnxexport.Cards;
import io.draem.trainer.onnxexport.ModelCheckpoint;
import io.draem.trainer.onnxexport.RandomWeights;
import io.draem.trainer.workflow.Predictions;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Frames of two sizes, cut into tiles: gray plates, some with a bright hole. */
@Tag("slow")
class FrameCommandsTests {

    private static final FrameSize TILE = new FrameSize(64, 32);
    private static final Framing TILES =
            new Framing(new Tiling(FrameScale.ONE, 16, 0), FrameScore.MAXIMUM, null, false);
    private static final String LEFT = "{\"polygons\": [[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]]}";
    private static final int HOLE_X = 90;
    private static final int HOLE_Y = 40;
    private static final int HOLE = 12;

    @TempDir
    static Path folder;

    private static Path graph;

    @BeforeAll
    static void paintFramesAndWriteAGraph() throws IOException {
        for (int i = 0; i < 5; i++) {
            plate("train/good/%d.png".formatted(i), i, false);
        }
        for (int i = 0; i < 2; i++) {
            plate("test/good/%d.png".formatted(i), 10 + i, false);
            plate("test/hole/%d.png".formatted(i), 20 + i, true);
        }
        graph = Files.write(folder.resolve("tiles.onnx"), TestModels.tiled(TILE, TILES));
        Files.writeString(folder.resolve("left-half.json"), LEFT);
    }

    @Test
    void predictFindsTheHoleOfAFrameWhereItIsAndNamesItsTiles() throws Exception {
        JsonNode line = predict("whole", graph).get("test/hole/0.png");
        assertThat(line.get("frame").toString()).isEqualTo("{\"width\":150,\"height\":97,\"tiles\":18,\"run\":18}");
        assertThat(line.has("regionOfInterest")).isFalse();
        assertThat(line.get("anomalous").asBoolean()).isTrue();
        assertThat(line.get("score").asDouble()).isCloseTo(1, within(1e-5));
        assertThat(line.get("regionCount").asInt()).isEqualTo(1);
        assertThat(line.at("/regions/0/box").toString())
                .isEqualTo("{\"x\":%d,\"y\":%d,\"width\":%d,\"height\":%d}".formatted(HOLE_X, HOLE_Y, HOLE, HOLE));
        JsonNode other = predict("whole", graph).get("test/good/1.png");
        assertThat(other.get("frame").toString()).isEqualTo("{\"width\":50,\"height\":60,\"tiles\":3,\"run\":3}");
        assertThat(other.get("anomalous").asBoolean()).isFalse();
    }

    @Test
    void predictWritesTheMapThatAnEvaluationSees() throws Exception {
        predict("maps", graph, "--maps");
        Raster map = ImageIO.read(folder.resolve("maps/test/hole/0.png.map.png").toFile())
                .getRaster();
        try (GraphDetector detector = GraphDetector.open(graph, 1)) {
            Dataset dataset = Dataset.open(folder.resolve("data"));
            FrameImages images = FrameImages.of(dataset.test(), detector.card());
            for (int i = 0; i < images.size(); i++) {
                EvaluationImage image = images.load(i);
                if (image.id().equals("test/hole/0.png")) {
                    FrameResult result = new FrameDetector(detector, FrameScore.MAXIMUM)
                            .detect(List.of(image.frame()))
                            .get(0)
                            .result();
                    for (int pixel = 0; pixel < 150 * 97; pixel++) {
                        double written = map.getSample(pixel % 150, pixel / 150, 0) / 65535.0;
                        assertThat(written).isCloseTo(result.map().values()[pixel], within(1e-5 + 0.5 / 65535));
                    }
                    return;
                }
            }
        }
        throw new AssertionError("The frame is not in the data set");
    }

    @Test
    void aRegionOfInterestLimitsVerdictRegionsAndMask() throws Exception {
        JsonNode line = predict(
                        "left",
                        graph,
                        "--region-of-interest",
                        folder.resolve("left-half.json").toString())
                .get("test/hole/0.png");
        assertThat(line.get("anomalous").asBoolean())
                .as("the hole is on the right")
                .isFalse();
        assertThat(line.at("/regionOfInterest/source").asString()).isEqualTo("request");
        assertThat(line.at("/regionOfInterest/share").asDouble()).isEqualTo(0.5);
        assertThat(line.at("/regionOfInterest/polygons").toString())
                .isEqualTo("[[[0.0,0.0],[0.5,0.0],[0.5,1.0],[0.0,1.0]]]");
        assertThat(line.at("/frame/run").asInt())
                .isLessThan(line.at("/frame/tiles").asInt());

        Path mask = folder.resolve("right.png");
        BufferedImage right = new BufferedImage(30, 10, BufferedImage.TYPE_BYTE_GRAY);
        right.createGraphics().fillRect(15, 0, 15, 10);
        ImageIO.write(right, "png", mask.toFile());
        JsonNode found =
                predict("right", graph, "--region-of-interest", mask.toString()).get("test/hole/0.png");
        assertThat(found.get("anomalous").asBoolean()).isTrue();
        assertThat(found.at("/regionOfInterest").has("polygons")).isFalse();
        assertThat(found.get("regionCount").asInt()).isEqualTo(1);
    }

    @Test
    void evaluateGivesTheFiguresOfWholeFrames() throws Exception {
        JsonNode figures = evaluate("whole", graph);
        assertThat(figures.at("/image/auroc").asDouble()).isEqualTo(1);
        assertThat(figures.at("/pixel/auroc").asDouble()).isCloseTo(1, within(1e-6));
        assertThat(figures.at("/pixel/aupro").asDouble()).isCloseTo(1, within(1e-4));
        assertThat(figures.at("/image/confusion/truePositives").asInt()).isEqualTo(2);
        assertThat(Files.readString(folder.resolve("whole.html")))
                .contains("model for tiles of 64×32 pixels", "<h2>Frames</h2>", "tiles of the median evaluated frame")
                .contains("part of 64×32 pixels");

        JsonNode left = evaluate(
                "left",
                graph,
                "--region-of-interest",
                folder.resolve("left-half.json").toString());
        assertThat(left.at("/image/confusion/truePositives").asInt()).isZero();
        assertThat(left.at("/pixel/auroc").isNull()).as("no hole is inside").isTrue();
        assertThat(Files.readString(folder.resolve("left.html"))).contains("50.0 % of the image");
    }

    @Test
    void exportsACheckpointOfTilesInEveryFormatWithThresholdsOfFrames() throws Exception {
        NetworkOptions small = new NetworkOptions(4, 4, false);
        ModelCard card = Cards.card(TILE.width(), TILE.height()).withFraming(TILES);
        Path checkpoint = folder.resolve("checkpoint.safetensors");
        ModelCheckpoint.file(RandomWeights.of(small, 1), card).write(checkpoint);
        CommandRun run = CommandRun.of(
                "export",
                "--threads",
                "1",
                "--checkpoint",
                checkpoint.toString(),
                "--name",
                "plate",
                "--format",
                "fp32,fp16,int8",
                "--data",
                folder.resolve("data").toString(),
                "--output",
                folder.resolve("models").toString());
        assertThat(run.code()).as(run.err()).isZero();
        for (String model : List.of("plate", "plate-fp16", "plate-int8")) {
            Path exported = folder.resolve("models").resolve(model).resolve("1/model.onnx");
            try (GraphDetector detector = GraphDetector.open(exported, 1)) {
                assertThat(detector.card().framing()).isEqualTo(TILES);
                assertThat(detector.card().calibration().normalPixels())
                        .as("of the frame that is held out, once and with its anomalies")
                        .isGreaterThan(50 * 60);
                assertThat(detector.card()
                                .export()
                                .at("/differenceToFp32/map/largest")
                                .asDouble(0))
                        .isLessThan(0.15);
            }
            JsonNode figures = evaluate(model, exported);
            assertThat(figures.at("/image/auroc").asDouble())
                    .as("the export's figures are those of evaluate")
                    .isEqualTo(metrics(exported).at("/image/auroc").asDouble());
            assertThat(figures.get("expectedFalseAlarms"))
                    .as("of the frame that is held out")
                    .isNotNull()
                    .isEqualTo(metrics(exported).get("expectedFalseAlarms"));
            Path left = folder.resolve("left-half.json");
            assertThat(evaluate(model, exported, "--region-of-interest", left.toString())
                            .has("expectedFalseAlarms"))
                    .as("those of the calibration are of the whole frame")
                    .isFalse();
        }
        JsonNode line = predict("int8", folder.resolve("models/plate-int8/1/model.onnx"))
                .get("test/good/0.png");
        assertThat(line.at("/frame/tiles").asInt()).isEqualTo(18);
    }

    @Test
    void aModelOfWholeImagesTakesARegionOfInterestAfterAnExportThatLeavesItToTheRequest() throws Exception {
        NetworkOptions small = new NetworkOptions(4, 4, false);
        Path checkpoint = folder.resolve("squeezed.safetensors");
        ModelCheckpoint.file(RandomWeights.of(small, 1), Cards.card(64, 32)).write(checkpoint);
        Path output = folder.resolve("squeezed");
        assertThat(export(checkpoint, output).code()).isZero();
        Path before = output.resolve("plate/1/model.onnx");
        CommandRun refused = CommandRun.of(
                "evaluate",
                "--model",
                before.toString(),
                "--data",
                folder.resolve("data").toString(),
                "--region-of-interest",
                folder.resolve("left-half.json").toString());
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err())
                .contains("export it again with --region-of-interest request")
                .doesNotContain("\tat ");
        assertThat(export(checkpoint, output, "--region-of-interest", "request").code())
                .as("without images")
                .isEqualTo(2);

        CommandRun run = export(
                checkpoint,
                output,
                "--region-of-interest",
                "request",
                "--data",
                folder.resolve("data").toString());
        assertThat(run.code()).as(run.err()).isZero();
        Path after = output.resolve("plate/2/model.onnx");
        try (GraphDetector detector = GraphDetector.open(after, 1)) {
            assertThat(detector.card().framing()).isEqualTo(new Framing(null, FrameScore.MAXIMUM, null, true));
        }
        assertThat(evaluate("after", after).at("/image/auroc").asDouble())
                .as("the graph's score is the map's largest value too")
                .isEqualTo(evaluate("before", before).at("/image/auroc").asDouble());

        CommandRun own = export(
                checkpoint,
                output,
                "--region-of-interest",
                folder.resolve("left-half.json").toString(),
                "--data",
                folder.resolve("data").toString());
        assertThat(own.code()).as(own.err()).isZero();
        try (GraphDetector detector = GraphDetector.open(output.resolve("plate/3/model.onnx"), 1)) {
            assertThat(detector.card().framing().region()).isEqualTo(RegionOfInterest.ofJson(LEFT));
            assertThat(detector.card().training().path("region").asString())
                    .isEqualTo(RegionOfInterest.ofJson(LEFT).digest());
        }
        JsonNode line =
                predict("squeezed-left", output.resolve("plate/3/model.onnx")).get("test/hole/0.png");
        assertThat(line.at("/regionOfInterest/source").asString()).isEqualTo("model");
        assertThat(line.has("frame")).isFalse();
    }

    @Test
    void aCheckpointWithoutThresholdsIsCutAsItsTrainingWas() throws Exception {
        String training = "{\"imageSize\":\"64x32\",\"tiling\":{\"scale\":\"0.5\",\"overlap\":8,\"margin\":3}";
        Path checkpoint = folder.resolve("bare.safetensors");
        bare(training + "}", checkpoint);
        Path output = folder.resolve("bare");
        CommandRun run = export(checkpoint, output, "--threshold-image", "0.3");
        assertThat(run.code()).as(run.err()).isZero();
        try (GraphDetector detector = GraphDetector.open(output.resolve("plate/1/model.onnx"), 1)) {
            assertThat(detector.card().framing())
                    .isEqualTo(
                            new Framing(new Tiling(new FrameScale(0.5, null), 8, 3), FrameScore.MAXIMUM, null, false));
        }
        bare(training + ",\"region\":\"0123\"}", checkpoint);
        CommandRun refused = export(checkpoint, output, "--threshold-image", "0.3");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("does not hold the region of interest", "give --region-of-interest");
    }

    private static void bare(String training, Path checkpoint) throws IOException {
        new Safetensors(
                        RandomWeights.of(new NetworkOptions(4, 4, false), 1),
                        Map.of("format", "pt", "draem.training", training))
                .write(checkpoint);
    }

    private static CommandRun export(Path checkpoint, Path output, String... more) {
        return run(
                List.of("export", "--threads", "1", "--name", "plate"),
                List.of("--checkpoint", checkpoint.toString(), "--output", output.toString()),
                List.of(more));
    }

    @Test
    void theReferenceNamesTheFieldsOfAPrediction() throws Exception {
        String reference = Files.readString(TestModels.file("src/docs/reference/cli.md"));
        Map<String, JsonNode> lines = predict(
                "documented",
                graph,
                "--maps",
                "--region-of-interest",
                folder.resolve("left-half.json").toString());
        lines.values().stream()
                .flatMap(line -> line.propertyNames().stream())
                .forEach(field -> assertThat(reference).containsPattern("(?m)^\\|[^|]*`" + field + "`[^|]*\\|"));
    }

    private static Map<String, JsonNode> predict(String name, Path model, String... more) throws IOException {
        Path output = folder.resolve(name);
        CommandRun run = run(
                List.of("predict", "--threads", "1", "--model", model.toString()),
                List.of("--images", folder.resolve("data").toString(), "--output", output.toString()),
                List.of(more));
        assertThat(run.code()).as(run.err()).isZero();
        Map<String, JsonNode> lines = new TreeMap<>();
        for (String line : Files.readAllLines(output.resolve(Predictions.FILE))) {
            JsonNode json = JsonMapper.shared().readTree(line);
            lines.put(json.get("path").asString(), json);
        }
        return lines;
    }

    private static JsonNode evaluate(String name, Path model, String... more) throws IOException {
        Path json = folder.resolve(name + ".json");
        CommandRun run = run(
                List.of("evaluate", "--threads", "1", "--model", model.toString()),
                List.of("--data", folder.resolve("data").toString(), "--json", json.toString()),
                List.of("--report", folder.resolve(name + ".html").toString()),
                List.of(more));
        assertThat(run.code()).as(run.err()).isZero();
        return JsonMapper.shared().readTree(Files.readString(json));
    }

    private static JsonNode metrics(Path graph) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(graph.resolveSibling("metrics.json")));
    }

    @SafeVarargs
    private static CommandRun run(List<String>... arguments) {
        return CommandRun.of(List.of(arguments).stream().flatMap(List::stream).toArray(String[]::new));
    }

    /** Paints a frame; normal ones with an odd number are narrower than a tile. */
    private static void plate(String name, int seed, boolean hole) throws IOException {
        boolean narrow = seed % 2 == 1 && !hole;
        BufferedImage image = new BufferedImage(narrow ? 50 : 150, narrow ? 60 : 97, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                boolean bright = hole && isHole(x, y);
                image.setRGB(x, y, bright ? 0xFFFFFF : 0x10101 * (90 + random.nextInt(20)));
            }
        }
        write(image, folder.resolve("data").resolve(name));
        if (hole) {
            BufferedImage mask = new BufferedImage(150, 97, BufferedImage.TYPE_BYTE_GRAY);
            mask.createGraphics().fillRect(HOLE_X, HOLE_Y, HOLE, HOLE);
            String file = name.replace("test/", "ground_truth/").replace(".png", "_mask.png");
            write(mask, folder.resolve("data").resolve(file));
        }
    }

    private static boolean isHole(int x, int y) {
        return x >= HOLE_X && x < HOLE_X + HOLE && y >= HOLE_Y && y < HOLE_Y + HOLE;
    }

    private static void write(BufferedImage image, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }
}
