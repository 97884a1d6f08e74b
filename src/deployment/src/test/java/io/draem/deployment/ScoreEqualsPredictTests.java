package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.testing.BoundedProcess;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command {@code score} of the batch application and the command {@code predict} of the trainer, as they are built. */
@Tag("slow")
@EnabledIf(value = "areBuilt", disabledReason = "it runs the jars of trainer and batch application: ./mvnw verify")
class ScoreEqualsPredictTests {

    private static final Path PREDICT = Project.resolve("src/trainer/target/draem-trainer.jar");
    private static final Path SCORE = Project.resolve("src/batch/target/draem-batch.jar");
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final List<String> NUMBERS =
            List.of("score", "normalizedScore", "threshold", "pixelThreshold", "minRegionArea", "regionCount");

    @TempDir
    Path folder;

    static boolean areBuilt() {
        return Stream.of(PREDICT, SCORE)
                .allMatch(jar -> Files.exists(jar) && Files.isDirectory(jar.resolveSibling("lib")));
    }

    @Test
    @Timeout(700)
    void verdictsAndPicturesOfBothAreTheSameToTheBit() throws Exception {
        Path images = Files.createDirectories(folder.resolve("images/line 1"));
        for (String name : List.of("broken/000.jpg", "broken/001.jpg", "good/001.jpg")) {
            Path photograph = TestModels.file("src/data/cookie/test").resolve(name);
            Files.copy(photograph, images.resolve(name.replace('/', '-')));
        }
        Path predicted = folder.resolve("predicted");
        Path scored = folder.resolve("scored");
        run(PREDICT, "predict", predicted);
        run(SCORE, "score", scored, "--json");

        Map<String, JsonNode> lines = lines(List.of(predicted.resolve("predictions.jsonl")));
        Map<String, JsonNode> rows = lines(files(scored.resolve("json"), "part-*.json"));
        assertThat(lines).hasSize(3);
        assertThat(rows.keySet()).isEqualTo(lines.keySet());
        lines.forEach((name, line) -> {
            JsonNode row = rows.get(name);
            for (String number : NUMBERS) {
                assertSame(number, row.path(number), line.path(number));
            }
            assertThat(row.path("anomalous")).isEqualTo(line.path("anomalous"));
            assertThat(row.path("pixelThresholdLowered")).isEqualTo(line.path("pixelThresholdLowered"));
            assertThat(row.path("inputUsual")).isEqualTo(line.at("/input/usual"));
            assertThat(row.path("digest")).isEqualTo(line.path("sha256"));
            assertThat(row.path("modelDigest")).isEqualTo(line.path("modelSha256"));
            assertThat(row.path("regions").size())
                    .isEqualTo(line.path("regions").size());
            for (int i = 0; i < line.path("regions").size(); i++) {
                assertSameRegion(
                        row.path("regions").get(i), line.path("regions").get(i));
            }
            assertSamePicture(scored, row.path("overlayFile"), predicted, line.path("overlay"));
            assertSamePicture(scored, row.path("maskFile"), predicted, line.path("mask"));
            assertSamePicture(scored, row.path("mapFile"), predicted, line.path("anomalyMap"));
        });
        assertThat(rows.values()).anyMatch(row -> row.path("regionCount").asInt() > 0);
    }

    private void run(Path jar, String command, Path output, String... options) throws Exception {
        String[] all = Stream.concat(
                        Stream.of(
                                BoundedProcess.java("java"),
                                "-Xmx1g",
                                "-jar",
                                jar.toString(),
                                command,
                                "--model",
                                TestModels.graph().toAbsolutePath().toString(),
                                "--images",
                                folder.resolve("images").toString(),
                                "--output",
                                output.toString(),
                                "--overlays=all",
                                "--maps"),
                        Stream.of(options))
                .toArray(String[]::new);
        BoundedProcess.run(LIMIT, all);
    }

    private static void assertSameRegion(JsonNode row, JsonNode line) {
        for (String side : List.of("x", "y", "width", "height")) {
            assertSame(side, row.path(side), line.path("box").path(side));
        }
        assertSame("area", row.path("area"), line.path("area"));
        assertSame("centroidX", row.path("centroidX"), line.at("/centroid/x"));
        assertSame("centroidY", row.path("centroidY"), line.at("/centroid/y"));
        assertSame("peak", row.path("peak"), line.path("peak"));
        assertSame("mean", row.path("mean"), line.path("mean"));
    }

    private static void assertSame(String name, JsonNode row, JsonNode line) {
        assertThat(line.isNumber()).as(name).isTrue();
        assertThat(row.isNumber()).as(name).isTrue();
        assertThat(Double.doubleToLongBits(row.asDouble()))
                .as("%s: %s, %s", name, row, line)
                .isEqualTo(Double.doubleToLongBits(line.asDouble()));
    }

    private static void assertSamePicture(Path scored, JsonNode row, Path predicted, JsonNode line) {
        assertThat(scored.resolve(row.asString())).hasSameBinaryContentAs(predicted.resolve(line.asString()));
    }

    /** Returns the lines by the names of the images. */
    private static Map<String, JsonNode> lines(List<Path> files) throws IOException {
        Map<String, JsonNode> lines = new TreeMap<>();
        for (Path file : files) {
            for (String text : Files.readAllLines(file)) {
                JsonNode line = JsonMapper.shared().readTree(text);
                lines.put(line.path("path").asString().replaceAll(".*/", ""), line);
            }
        }
        return lines;
    }

    private static List<Path> files(Path folder, String pattern) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, pattern)) {
            files.forEach(found::add);
        }
        return found;
    }
}
