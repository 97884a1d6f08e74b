package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.testing.LongTest;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Trains and evaluates where defects are small compared with the image. */
@Tag("slow")
class SmallDefectsTests {

    private static final int WIDTH = 256;
    private static final int HEIGHT = 192;
    private static final int HOLE = 11;

    @TempDir
    Path folder;

    private Path sheets;

    /** Paints normal images, and two with two holes each. */
    @BeforeEach
    void paint() throws IOException {
        sheets = folder.resolve("sheets");
        for (int i = 0; i < 6; i++) {
            write(sheet(i), sheets.resolve("train/good/%03d.png".formatted(i)));
        }
        write(sheet(10), sheets.resolve("test/good/000.png"));
        for (int i = 0; i < 2; i++) {
            BufferedImage image = sheet(20 + i);
            BufferedImage mask = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
            for (int x : List.of(40, 180)) {
                fill(image, x, 0x101010);
                fill(mask, x, 0xFFFFFF);
            }
            write(image, sheets.resolve("test/hole/%03d.png".formatted(i)));
            write(mask, sheets.resolve("ground_truth/hole/%03d_mask.png".formatted(i)));
        }
    }

    @LongTest
    @Test
    void warnsThatResizingMakesDefectsTooSmallAndNotWithTiles() throws IOException {
        String squeezed = train("squeezed", "--image-size", "32");
        String text = "4 of 4 defects are under 4 pixels across in the network's input, since images are resized to"
                + " 32x32: the smallest has 1.4 pixels there, and 11 in its image, test/hole/000.png of 256x192. Train"
                + " with --tiles 32 --scale 0.5 or larger, which cuts images scaled by 0.5 into tiles of 32x32: all have"
                + " 5.5 pixels or more then";
        String warning = "warning: " + text;
        assertThat(squeezed).containsSubsequence(warning, "thresholds by rule");
        assertThat(metrics("squeezed").path("warnings").valueStream().map(JsonNode::asString))
                .contains(text);
        assertThat(sizes("squeezed").at("/bins/0/defects").asInt()).isEqualTo(4);
        assertThat(Files.readString(version("squeezed").resolve("report.html")))
                .contains("<h2>By defect size</h2>", "under 4</th><td>4</td>", "4 of 4 defects are under 4 pixels");
        assertThat(evaluate("squeezed"))
                .contains(warning)
                .containsPattern(
                        "defects by pixels across in the network's input: under 4: [0-4] of 4 found \\(found: ");

        String tiled = train("tiled", "--tiles", "32", "--scale", "0.5");
        assertThat(tiled)
                .doesNotContain("under 4 pixels")
                .containsSubsequence(
                        "33 validation images: the held-out image once without and 32 times with a synthetic anomaly",
                        "4 defects with masks are large enough in the network's input, where 4 pixels across are needed:"
                                + " all have 5.5 pixels or more");
        assertThat(sizes("tiled").path("p10").asDouble()).isEqualTo(5.5);
        assertThat(sizes("tiled").at("/bins/1/defects").asInt()).isEqualTo(4);
        assertThat(evaluate("tiled"))
                .doesNotContain("under 4 pixels")
                .containsPattern("in the network's input: 4 to 8: [0-4] of 4 found");
    }

    @Test
    void withoutMasksTheTrainerSaysWhatTheNetworkSees() throws IOException {
        for (String name : List.of("000", "001")) {
            Files.delete(sheets.resolve("ground_truth/hole/" + name + "_mask.png"));
        }
        assertThat(train("unmasked", "--image-size", "32"))
                .contains("4 pixels of the network are 32x24 pixels of an image of 256x192: smaller defects are hardly"
                        + " found, and no mask shows how large they are");
        assertThat(sizes("unmasked").isMissingNode()).isTrue();
        assertThat(evaluate("unmasked")).doesNotContain("in the network's input");
    }

    private static BufferedImage sheet(int seed) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            image.setRGB(i % WIDTH, i / WIDTH, 0x010101 * (150 + random.nextInt(40)));
        }
        return image;
    }

    private static void fill(BufferedImage image, int left, int color) {
        for (int i = 0; i < HOLE * HOLE; i++) {
            image.setRGB(left + i % HOLE, 90 + i / HOLE, color);
        }
    }

    private static void write(BufferedImage image, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }

    private String train(String name, String... more) {
        String[] arguments = {
            "train",
            "--data",
            sheets.toString(),
            "--output",
            folder.resolve("models").toString(),
            "--name",
            name,
            "--base-width",
            "2",
            "--discriminative-base-width",
            "2",
            "--steps",
            "2",
            "--batch-size",
            "2",
            "--threads",
            "1"
        };
        return run(Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new));
    }

    private String evaluate(String name) {
        Path model = version(name).resolve("model.onnx");
        return run("evaluate", "--model", model.toString(), "--data", sheets.toString());
    }

    private static String run(String... arguments) {
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said);
        int code = Main.commandLine().setOut(writer).setErr(writer).execute(arguments);
        assertThat(code).as(said.toString()).isZero();
        return said.toString();
    }

    private JsonNode sizes(String name) throws IOException {
        return metrics(name).path("defectSizes");
    }

    private JsonNode metrics(String name) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(version(name).resolve("metrics.json")));
    }

    private Path version(String name) {
        return folder.resolve("models").resolve(name).resolve("1");
    }
}
