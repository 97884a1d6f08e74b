package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.Tiling;
import io.draem.model.TestModels;
import io.draem.runtime.onnx.SlowGraph;
import io.draem.testing.Await;
import io.draem.trainer.data.DataDigest;
import io.draem.trainer.onnxexport.Cards;
import io.draem.trainer.workflow.Predictions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A prediction continues one that was stopped or killed, or one before, without what is done. */
@Tag("slow")
@Timeout(300)
class ResumedPredictionTests extends PredictionRuns {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Test
    void skipsWhatIsDoneAndRunsAFileAgainThatHasChanged() throws Exception {
        run(0);
        mark();
        CommandRun none = run(0, "--resume");
        assertThat(none.err()).contains("--resume: 3 of 3 images skipped as done before\n");
        assertThat(none.out()).contains("3 images: 1 anomalous, 2 normal, 0 failed", "; 3 skipped as done before; ");
        assertThat(marked()).containsExactly("a.png", "b.png", "c/c.png");

        Path changed = images.resolve("a.png");
        FileTime before = Files.getLastModifiedTime(changed);
        Painted.image(changed, 250);
        Files.write(changed, new byte[1000], StandardOpenOption.APPEND);
        Files.setLastModifiedTime(changed, before); // its size alone tells
        Files.setLastModifiedTime(images.resolve("b.png"), FileTime.from(Instant.parse("2020-01-02T03:04:05Z")));
        Painted.image(images.resolve("b2.png"), 40);
        CommandRun some = run(0, "--resume");
        assertThat(some.err())
                .contains(
                        "--resume: 1 of 4 images skipped as done before; 2 run again because their files have changed");
        assertThat(some.out()).contains("4 images: 2 anomalous, 2 normal, 0 failed", "; 1 skipped as done before; ");
        assertThat(paths()).containsExactly("a.png", "b.png", "b2.png", "c/c.png");
        assertThat(marked()).containsExactly("c/c.png");
        assertThat(lines().get(0).get("anomalous").asBoolean()).isTrue();
        assertThat(part).doesNotExist();
    }

    @Test
    void runsAllAgainWithoutResume() throws Exception {
        run(0);
        mark();
        Files.copy(output.resolve(Predictions.FILE), part);
        run(0);
        assertThat(marked()).isEmpty();
        assertThat(paths()).containsExactly("a.png", "b.png", "c/c.png");
        assertThat(part).doesNotExist();
    }

    @Test
    void runsAllAgainWithAnotherModelAndKeepsNoLineOfThePartFile() throws Exception {
        run(0);
        mark();
        Files.move(output.resolve(Predictions.FILE), part);
        Files.write(model, SlowGraph.squared(32, Cards.card(32, 32).toMetadata()));
        CommandRun run = run(0, "--resume");
        assertThat(run.err())
                .contains("--resume: 0 of 3 images skipped as done before; 3 run again because they have no verdict of"
                        + " this model with these options");
        assertThat(marked()).isEmpty();
        assertThat(lines())
                .extracting(line -> line.get("modelSha256").asString())
                .containsOnly(DataDigest.ofFile(model));
    }

    @ParameterizedTest
    @CsvSource({"--threshold=0.05, 0", "--min-region-area=3, 0", "--maps, 0", "--overlays=all, 1"})
    void runsImagesAgainThatAnOptionConcerns(String option, int skipped) throws Exception {
        run(0);
        mark();
        assertThat(run(0, "--resume", option).err()).contains("--resume: " + skipped + " of 3 images");
        assertThat(marked()).hasSize(skipped);
        mark();
        assertThat(run(0, "--resume", option).err()).contains("--resume: 3 of 3 images");
        assertThat(marked()).hasSize(3);
    }

    @Test
    void runsAllAgainWithAnotherRegionOfInterest() throws Exception {
        Path left = folder.resolve("left.json");
        Files.writeString(left, "{\"polygons\": [[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]]}");
        Path right = folder.resolve("right.json");
        Files.writeString(right, "{\"polygons\": [[[0.5, 0], [1, 0], [1, 1], [0.5, 1]]]}");
        FrameSize tile = new FrameSize(32, 32);
        Framing tiles = new Framing(new Tiling(FrameScale.ONE, 8, 0), FrameScore.MAXIMUM, null, false);
        Files.write(model, TestModels.tiled(tile, tiles));
        run(0, "--region-of-interest=" + left);
        assertThat(run(0, "--resume", "--region-of-interest=" + left).err()).contains("--resume: 3 of 3 images");
        assertThat(run(0, "--resume", "--region-of-interest=" + right).err()).contains("--resume: 0 of 3 images");
        assertThat(run(0, "--resume").err()).contains("--resume: 0 of 3 images");
    }

    @Test
    void runsAnImageAgainWhosePictureIsGone() throws Exception {
        run(0);
        Path overlay = output.resolve("b.png.overlay.png");
        Files.delete(overlay);
        assertThat(run(0, "--resume").err()).contains("--resume: 2 of 3 images", "1 run again", "or lack pictures");
        assertThat(overlay).exists();
    }

    @Test
    void runsAnImageAgainThatFailed() throws Exception {
        Path broken = Files.writeString(images.resolve("b.png"), "no image");
        run(3);
        assertThat(run(3, "--resume").out())
                .as("the status does not hide the failure of the run before")
                .contains("3 images: 0 anomalous, 2 normal, 1 failed (1 unreadable", "2 skipped as done before");
        Painted.image(broken, 20);
        assertThat(run(0, "--resume").out()).contains("3 images: 0 anomalous, 3 normal, 0 failed");
    }

    @Test
    void dropsALineThatIsHalfWritten() throws Exception {
        run(0);
        mark();
        List<String> lines = Files.readAllLines(output.resolve(Predictions.FILE));
        Files.delete(output.resolve(Predictions.FILE));
        String half = lines.get(2).substring(0, 40);
        Files.writeString(part, lines.get(1) + "\n" + half);
        assertThat(run(0, "--resume").err()).contains("--resume: 1 of 3 images skipped as done before\n");
        assertThat(paths()).containsExactly("a.png", "b.png", "c/c.png");
        assertThat(marked()).containsExactly("b.png");
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "KILL, 137"})
    @DisabledOnOs(OS.WINDOWS)
    void continuesAfterASignal(String signal, int status) throws Exception {
        try (TrainerProcess trainer = startSlowly()) {
            Await.until("three lines", LIMIT, () -> !trainer.isAlive() || partLines() >= 3);
            assertThat(trainer.isAlive()).as(trainer.log()).isTrue();
            CommandRun other = run(1, "--resume", "--overlays=none");
            assertThat(other.err()).contains("Another predict writes into", "wait for its end");
            trainer.signal(signal);
            assertThat(trainer.awaitExit()).as(trainer.log()).isEqualTo(status);
            assertThat(trainer.crashed()).isFalse();
            if (!signal.equals("KILL")) {
                assertThat(trainer.log())
                        .contains("SIG" + signal + ": stopping after the images that the model is at")
                        .contains(
                                "Stopped after " + partLines() + " of 53 images, kept in ",
                                "the same command with --resume")
                        .doesNotContain("\tat ");
            }
        }
        assertThat(output.resolve(Predictions.FILE)).doesNotExist();
        long done = partLines();
        assertThat(done).isBetween(3L, 52L);
        CommandRun run = run(0, "--resume", "--overlays=none", "--batch-size=1");
        assertThat(run.err()).contains("--resume: " + done + " of 53 images skipped as done before\n");
        assertThat(run.out()).contains("53 images: ", "; " + done + " skipped as done before");
        assertThat(paths()).hasSize(53).isSorted().doesNotHaveDuplicates();
        assertThat(part).doesNotExist();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void oneRunAtATimeWritesAlsoWhereItHasReadLinesOfAnEarlierOne() throws Exception {
        Files.createDirectories(output);
        Files.writeString(output.resolve(Predictions.FILE), "{\"path\": \"a.png\"}\n");
        Files.writeString(part, "{\"path\": \"b.png\"}\n");
        try (TrainerProcess trainer = startSlowly("--resume")) {
            Await.until("lines of its own", LIMIT, () -> !trainer.isAlive() || partLines() >= 3);
            assertThat(trainer.isAlive()).as(trainer.log()).isTrue();
            assertThat(run(1, "--resume", "--overlays=none").err()).contains("Another predict writes into");
            assertThat(run(1, "--overlays=none").err()).contains("Another predict writes into");
            assertThat(trainer.isAlive()).as(trainer.log()).isTrue();
        }
        assertThat(partLines()).isGreaterThanOrEqualTo(3);
    }

    /** Starts a process whose model needs long for each of 53 images. */
    private TrainerProcess startSlowly(String... more) throws Exception {
        Files.write(model, SlowGraph.of(384, 8, Cards.card(384, 384).toMetadata()));
        for (int i = 10; i < 60; i++) {
            Painted.image(images.resolve(i + ".png"), 20);
        }
        Stream<String> arguments = Stream.of(
                "predict",
                "--model=model.onnx",
                "--images=images",
                "--output=out",
                "--overlays=none",
                "--batch-size=1",
                "--threads=1");
        return TrainerProcess.start(
                folder, Stream.concat(arguments, Stream.of(more)).toArray(String[]::new));
    }

    private long partLines() throws IOException {
        return Files.exists(part)
                ? Files.readString(part)
                        .chars()
                        .filter(character -> character == '\n')
                        .count()
                : 0;
    }

    private List<String> paths() throws IOException {
        return lines().stream().map(line -> line.get("path").asString()).toList();
    }
}
