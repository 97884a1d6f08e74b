package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.runtime.onnx.SlowGraph;
import io.draem.trainer.onnxexport.Cards;
import io.draem.trainer.workflow.Predictions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Which lines of earlier runs a prediction keeps: none of a picture that has been replaced since, whatever the files hold. */
@Tag("slow")
@Timeout(300)
class KeptPredictionTests {

    /** Field that no run writes: lines that have it were not examined again. */
    private static final String MARK = "mark";

    @TempDir
    Path folder;

    private Path model;
    private Path images;
    private Path output;
    private Path whole;
    private Path part;

    @BeforeEach
    void paintThreeImages() throws IOException {
        model = Painted.model(folder.resolve("model.onnx"));
        images = folder.resolve("images");
        output = folder.resolve("out");
        whole = output.resolve(Predictions.FILE);
        part = output.resolve(Predictions.FILE + ".part");
        Painted.image(images.resolve("a.png"), 20);
        Painted.image(images.resolve("b.png"), 240);
        Painted.image(images.resolve("c/c.png"), 30);
    }

    @Test
    void aStoppedRunOfAnotherModelReplacesTheLinesOfTheOneBefore() throws Exception {
        run(0);
        byte[] graph = Files.readAllBytes(model);
        List<String> ofFirst = Files.readAllLines(whole);
        Files.write(model, SlowGraph.squared(32, Cards.card(32, 32).toMetadata()));
        run(0);
        List<String> ofSecond = Files.readAllLines(whole);

        Files.write(model, graph);
        Files.write(whole, ofFirst);
        mark();
        Files.write(part, ofSecond.subList(0, 2)); // as if the second run had been stopped
        CommandRun run = run(0, "--resume");
        assertThat(run.err()).contains("--resume: 1 of 3 images skipped as done before; 2 run again because");
        assertThat(marked()).containsExactly("c/c.png");
    }

    @Test
    void aPictureThatIsNewerThanTheLinesIsOfARunThatWasKilled() throws Exception {
        run(0);
        mark();
        FileTime later = FileTime.fromMillis(Files.getLastModifiedTime(whole).toMillis() + 2000);
        Files.setLastModifiedTime(output.resolve("b.png.overlay.png"), later);
        Path notWanted = Files.writeString(output.resolve("a.png.mask.png"), "of another model");
        Files.setLastModifiedTime(notWanted, later);
        CommandRun run = run(0, "--resume");
        assertThat(run.err()).contains("--resume: 1 of 3 images skipped as done before; 2 run again because");
        assertThat(marked()).containsExactly("c/c.png");
        assertThat(notWanted).doesNotExist();
    }

    @Test
    void aDamagedPartFileKeepsItsGoodLines() throws Exception {
        run(0);
        mark();
        List<String> lines = Files.readAllLines(whole);
        Files.delete(whole);
        List<String> damaged = new ArrayList<>();
        damaged.add(lines.get(1));
        damaged.add("");
        damaged.add("{\"path\": 1");
        damaged.add("[".repeat(100_000));
        damaged.add("[1, 2]");
        damaged.add("{\"path\": [\"a.png\"]}");
        damaged.add(lines.get(0).replace("a.png", "a\\u0000.png"));
        damaged.add(lines.get(0).replace("a.png", "../../a.png"));
        Files.write(part, damaged);
        try (RandomAccessFile file = new RandomAccessFile(part.toFile(), "rw")) {
            file.seek(file.length() + (200 << 20)); // as a machine leaves it that lost its power
            file.write(("\n" + lines.get(2) + "\n" + lines.get(0)).getBytes(StandardCharsets.UTF_8));
        }
        assertThat(run(0, "--resume").err()).contains("--resume: 2 of 3 images skipped as done before");
        assertThat(marked()).containsExactly("b.png", "c/c.png");
        assertThat(part).doesNotExist();
    }

    @Test
    void noPictureOfAnEarlierRunIsLeftOfAnImageThatCannotBeRead() throws Exception {
        run(0, "--maps");
        assertThat(output.resolve("b.png.overlay.png")).exists();
        Files.writeString(images.resolve("b.png"), "no image");
        run(3, "--maps");
        for (String picture : List.of("overlay", "mask", "map")) {
            assertThat(output.resolve("b.png." + picture + ".png")).doesNotExist();
        }
        assertThat(output.resolve("a.png.map.png")).exists();
    }

    @Test
    void aRunThatBeginsAnewSaysWhatItDiscards() throws Exception {
        run(0);
        Files.copy(whole, part);
        assertThat(run(0).err())
                .contains("3 lines of a stopped run are discarded; --resume would have kept them")
                .doesNotContain("skipped");
        assertThat(run(0).err()).doesNotContain("discarded");
    }

    @Test
    void aPictureThatCannotBeWrittenCostsTheLineOfItsImageOnly() throws Exception {
        Path blocked = Files.createDirectories(output.resolve("b.png.overlay.png/folder"));
        CommandRun failed = run(1);
        assertThat(failed.err()).contains("Finished images are kept in " + part + ": --resume continues after them");
        assertThat(Files.readAllLines(part)).hasSize(2);
        Files.delete(blocked);
        Files.delete(blocked.getParent());
        assertThat(run(0, "--resume").err()).contains("--resume: 2 of 3 images skipped as done before");
    }

    @Test
    void allLinesAreKeptWhereTheWholeFileCannotBeWritten() throws Exception {
        Path blocked = Files.createDirectories(whole.resolve("folder"));
        CommandRun failed = run(1);
        assertThat(failed.err()).contains("Finished images are kept in " + part + ": --resume continues after them");
        assertThat(output.resolve(Predictions.FILE + ".new")).doesNotExist();
        assertThat(Files.readAllLines(part)).hasSize(3);
        Files.delete(blocked);
        Files.delete(whole);
        assertThat(run(0, "--resume").err()).contains("--resume: 3 of 3 images skipped as done before");
    }

    private CommandRun run(int code, String... more) {
        CommandRun run = Painted.predict(model, images, output, more);
        assertThat(run.code()).as(run.out() + run.err()).isEqualTo(code);
        return run;
    }

    private List<JsonNode> lines() throws IOException {
        return Files.readAllLines(whole).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }

    private void mark() throws IOException {
        List<String> marked = new ArrayList<>();
        lines().forEach(line -> marked.add(((ObjectNode) line).put(MARK, true).toString()));
        Files.write(whole, marked);
    }

    private List<String> marked() throws IOException {
        return lines().stream()
                .filter(line -> line.has(MARK))
                .map(line -> line.get("path").asString())
                .toList();
    }
}
