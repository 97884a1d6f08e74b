package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.overlay.Pictures;
import io.draem.trainer.checkpoint.imported.ImportedFolder;
import io.draem.trainer.data.DataDigest;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.workflow.Predictions;
import io.draem.trainer.workflow.StopSignals;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One image that fails is one failed result, whatever is the matter with it. */
@Tag("slow")
class PredictCommandTests {

    @TempDir
    Path folder;

    private final StringWriter said = new StringWriter();

    @BeforeEach
    void twoImages() throws IOException {
        PaintedPlates.paint(folder.resolve("images/a.png"), 1, false);
        PaintedPlates.paint(folder.resolve("images/c.png"), 2, true);
    }

    @Test
    void aFileThatVanishesMeanwhileIsOneFailedResult() throws Exception {
        Path output = Files.createDirectories(folder.resolve("out"));
        try (GraphDetector detector = GraphDetector.open(graph(), 1)) {
            Predictions.Counts counts = write(detector, output, options(null, 16), "a.png", "b.png", "c.png");
            assertThat(counts.unreadable()).isEqualTo(1);
            assertThat(counts.anomalous() + counts.normal()).isEqualTo(2);
        }
        List<JsonNode> lines = lines(output);
        assertThat(lines).extracting(line -> line.get("path").asString()).containsExactly("a.png", "b.png", "c.png");
        assertThat(lines.get(1).get("problem").asString()).contains("b.png", "There is no file");
        assertThat(lines.get(2).has("score")).isTrue();
        assertThat(lines.get(2).get("minRegionArea").asInt()).isEqualTo(16);
        assertThat(said.toString()).startsWith("warning: ").hasLineCount(1);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFileThatCannotBeReadIsOneFailedResultAndTheStatusSaysSo() throws Exception {
        // A regular file that nobody can read, not even root, to whom permissions mean nothing.
        Files.createSymbolicLink(folder.resolve("images/b.png"), Path.of("/proc/self/mem"));
        Path output = folder.resolve("out");
        int code = Main.commandLine()
                .setOut(new PrintWriter(said))
                .setErr(new PrintWriter(said))
                .execute(
                        "predict",
                        "--model",
                        graph().toString(),
                        "--images",
                        folder.resolve("images").toString(),
                        "--output",
                        output.toString(),
                        "--threads",
                        "1");
        assertThat(code).as(said.toString()).isEqualTo(3);
        assertThat(said.toString()).contains("1 unreadable");
        assertThat(lines(output)).hasSize(3).element(1).asString().contains("b.png cannot be read");
    }

    @Test
    void anAnomalousImageHasARegionInVerdictMaskAndOverlayHoweverLargeTheSmallestAreaIs() throws Exception {
        Path output = Files.createDirectories(folder.resolve("out"));
        try (GraphDetector detector = GraphDetector.open(graph(), 1)) {
            write(detector, output, options(0.0, 1_000_000), "a.png", "c.png");
        }
        for (JsonNode line : lines(output)) {
            assertThat(line.get("anomalous").asBoolean()).isTrue();
            assertThat(line.get("minRegionArea").asInt()).isEqualTo(1_000_000);
            assertThat(line.get("regionCount").asInt()).isEqualTo(1);
            JsonNode box = line.at("/regions/0/box");
            BufferedImage mask =
                    ImageIO.read(output.resolve(line.get("mask").asString()).toFile());
            int white = 0;
            for (int x = 0; x < box.get("width").asInt(); x++) {
                white += mask.getRaster()
                                        .getSample(
                                                box.get("x").asInt() + x,
                                                box.get("y").asInt(),
                                                0)
                                == 255
                        ? 1
                        : 0;
            }
            assertThat(white).isPositive();
        }
    }

    @Test
    void overlaysAndMasksAreWrittenOfAnomalousImagesUnlessOthersAreWanted() throws Exception {
        Path model = Painted.model(folder.resolve("model.onnx"));
        Path images = folder.resolve("painted");
        Painted.image(images.resolve("bright.png"), 240);
        Painted.image(images.resolve("dark.png"), 20);
        Path output = folder.resolve("out");
        List<String> ofBright = List.of("bright.png.mask.png", "bright.png.overlay.png");
        List<String> ofBoth =
                List.of("bright.png.mask.png", "bright.png.overlay.png", "dark.png.mask.png", "dark.png.overlay.png");

        CommandRun run = Painted.predict(model, images, output, "--overlays=all");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(pictures(output)).containsExactlyElementsOf(ofBoth);
        assertThat(lines(output)).allMatch(line -> line.has("overlay") && line.has("mask"));

        assertThat(Painted.predict(model, images, output).code()).isZero();
        assertThat(pictures(output))
                .as("no picture of an earlier run is left that shows an image as anomalous")
                .containsExactlyElementsOf(ofBright);
        assertThat(lines(output)).extracting(line -> line.has("overlay")).containsExactly(true, false);
        assertThat(lines(output)).extracting(line -> line.has("mask")).containsExactly(true, false);

        assertThat(Painted.predict(model, images, output, "--overlays=none", "--maps")
                        .code())
                .isZero();
        assertThat(pictures(output)).containsExactly("bright.png.map.png", "dark.png.map.png");
        assertThat(lines(output))
                .extracting(line -> line.get("anomalous").asBoolean())
                .containsExactly(true, false);

        CommandRun wrong = Painted.predict(model, images, output, "--overlays=some");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("'some' is none of [anomalous, all, none]");
    }

    @Test
    void aLineIdentifiesImageFileAndModel() throws Exception {
        Path model = Painted.model(folder.resolve("model.onnx"));
        Path images = folder.resolve("painted");
        Path image = Painted.image(images.resolve("a.png"), 20);
        Path broken = Files.writeString(images.resolve("b.png"), "no image");
        Instant modified = Instant.parse("2024-05-06T07:08:09.5Z");
        Files.setLastModifiedTime(image, FileTime.from(modified));
        Path output = folder.resolve("out");
        assertThat(Painted.predict(model, images, output).code()).isEqualTo(3);
        JsonNode line = lines(output).get(0);
        assertThat(line.get("bytes").asLong()).isEqualTo(Files.size(image));
        assertThat(Instant.parse(line.get("modified").asString())).isEqualTo(modified);
        assertThat(line.get("sha256").asString()).isEqualTo(DataDigest.ofFile(image));
        assertThat(line.get("modelSha256").asString()).isEqualTo(DataDigest.ofFile(model));
        JsonNode failed = lines(output).get(1);
        assertThat(failed.get("bytes").asLong()).isEqualTo(Files.size(broken));
        assertThat(failed.get("modelSha256").asString()).isEqualTo(DataDigest.ofFile(model));
        assertThat(failed.has("sha256")).isFalse();
    }

    @Test
    void theLastLineCountsTheImages() throws Exception {
        Path model = Painted.model(folder.resolve("model.onnx"));
        Path images = folder.resolve("painted");
        Painted.image(images.resolve("a.png"), 20);
        Painted.image(images.resolve("b.png"), 20);
        Painted.image(images.resolve("c.png"), 240);
        Files.writeString(images.resolve("d.png"), "no image");
        CommandRun run = Painted.predict(model, images, folder.resolve("out"));
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.out())
                .startsWith("4 images: 1 anomalous, 2 normal, 1 failed (1 unreadable, 0 without a verdict because the"
                        + " model failed)")
                .containsPattern("; \\d+\\.\\d s, \\d+\\.\\d images/s; wrote .*predictions\\.jsonl\\R$");
    }

    private static List<String> pictures(Path output) throws IOException {
        try (Stream<Path> files = Files.list(output)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(Predictions.FILE))
                    .sorted()
                    .toList();
        }
    }

    private static Predictions.Options options(@Nullable Double threshold, int minArea) {
        return new Predictions.Options(
                threshold,
                minArea,
                null,
                Predictions.Format.JSONL,
                new Pictures(Pictures.Overlays.ANOMALOUS, false),
                4,
                1,
                false);
    }

    private Predictions.Counts write(GraphDetector detector, Path output, Predictions.Options options, String... names)
            throws Exception {
        Path images = folder.resolve("images");
        PrintWriter log = new PrintWriter(said);
        try (StopSignals signals = StopSignals.handle(log)) {
            return new Predictions(detector, images, output, options)
                    .write(Stream.of(names).map(images::resolve).toList(), signals, log);
        }
    }

    private static Path graph() throws IOException {
        return ImportedFolder.read("anomalib").files(".onnx").get(0);
    }

    private static List<JsonNode> lines(Path output) throws IOException {
        return Files.readAllLines(output.resolve(Predictions.FILE)).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }
}
