package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.runtime.onnx.SlowGraph;
import io.draem.trainer.onnxexport.Cards;
import io.draem.trainer.workflow.Predictions;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which lines of earlier runs a prediction keeps: none of a picture that has been replaced since, whatever the files hold. */
@Tag("slow")
@Timeout(300)
class KeptPredictionTests extends PredictionRuns {

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
            file.seek(file.length() + (32 << 20)); // as a machine leaves it that lost its power
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
}
