package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.trainer.checkpoint.imported.ImportedFolder;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.workflow.Predictions;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
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
        Path images = folder.resolve("images");
        Path output = Files.createDirectories(folder.resolve("out"));
        try (GraphDetector detector = GraphDetector.open(graph(), 1)) {
            Predictions.Counts counts = new Predictions(
                            detector, images, output, new Predictions.Options(null, 16, null, false, 4))
                    .write(
                            List.of(images.resolve("a.png"), images.resolve("b.png"), images.resolve("c.png")),
                            new PrintWriter(said));
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
        Path images = folder.resolve("images");
        try (GraphDetector detector = GraphDetector.open(graph(), 1)) {
            new Predictions(detector, images, output, new Predictions.Options(0.0, 1_000_000, null, false, 4))
                    .write(List.of(images.resolve("a.png"), images.resolve("c.png")), new PrintWriter(said));
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

    private static Path graph() throws IOException {
        return ImportedFolder.read("anomalib").files(".onnx").get(0);
    }

    private static List<JsonNode> lines(Path output) throws IOException {
        return Files.readAllLines(output.resolve(Predictions.FILE)).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }
}
