package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.frame.RegionOfInterest;
import io.draem.testing.LongTest;
import io.draem.trainer.checkpoint.AtomicFile;
import io.draem.trainer.checkpoint.Safetensors;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.Initialization;
import io.draem.trainer.network.NetworkOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Ends the real trainer by real signals and lets it go on. */
@Tag("slow")
@DisabledOnOs(OS.WINDOWS)
@Timeout(300)
class ResumedTrainingTests {

    private static final int KILLED = 137;
    private static final int TERMINATED = 143;

    @TempDir
    static Path folder;

    @TempDir
    Path output;

    private final Path training = Path.of("plate", "training");

    @BeforeAll
    static void paintADataSet() throws IOException {
        PaintedPlates.paint(folder.resolve("plate"));
    }

    @Test
    void killedAndResumedItEndsWithTheSameBytesAsUndisturbed() throws Exception {
        Path undisturbed = output.resolve("undisturbed");
        assertThat(runHere(undisturbed)).endsWith("exit 0");

        Path killed = output.resolve("killed");
        try (TrainerProcess trainer = start(killed)) {
            trainer.awaitLine("saved step 3 ");
            kill(trainer);
        }
        try (TrainerProcess trainer = start(killed, "--resume")) {
            trainer.awaitLine("Continuing after step ");
            trainer.awaitLine("validated step 10 (held-out images): ");
            kill(trainer);
        }
        try (TrainerProcess trainer = start(killed, "--resume")) {
            trainer.awaitLine("saved step 12 ");
            awaitWriting(trainer, killed.resolve(training));
            kill(trainer);
        }
        tear(newest(killed.resolve(training)));
        try (TrainerProcess trainer = start(killed, "--resume")) {
            trainer.awaitLine(newest(killed.resolve(training)).toString());
            trainer.awaitLine("Continuing after step ");
            trainer.awaitLine("saved step 24 ");
            trainer.signal("TERM");
            assertThat(trainer.awaitExit()).as(trainer.log()).isEqualTo(TERMINATED);
            assertThat(trainer.log())
                    .contains("SIGTERM: finishing the step", "Stopped after step ", "Continue with:", "--resume")
                    .doesNotContain("\tat ");
            assertThat(trainer.crashed()).isFalse();
        }
        try (TrainerProcess trainer = start(killed, "--resume")) {
            assertThat(trainer.awaitExit()).as(trainer.log()).isZero();
        }

        assertThat(killed.resolve("plate/1/checkpoint.safetensors"))
                .hasSameBinaryContentAs(undisturbed.resolve("plate/1/checkpoint.safetensors"));
        JsonNode expected = json(undisturbed.resolve("plate/1/metrics.json"));
        JsonNode actual = json(killed.resolve("plate/1/metrics.json"));
        assertThat(actual.path("lossCurve")).isEqualTo(expected.path("lossCurve"));
        assertThat(actual.path("validationCurve")).isEqualTo(expected.path("validationCurve"));
        assertThat(actual.at("/validationCurve/0/step").asInt()).isEqualTo(5);
        assertThat(killed.resolve(training)).as("published").doesNotExist();
    }

    @LongTest
    @Test
    void framesInAScratchFileResumeToTheSameBytesAsFramesInMemory() throws Exception {
        Path frames = PaintedPlates.paint(folder.resolve("frames/plate"));
        for (int i = 0; i < 10; i++) {
            PaintedPlates.paintLarge(frames.resolve("train/good/%03d.png".formatted(i)), i);
        }
        Path region = Files.writeString(
                folder.resolve("region.json"),
                RegionOfInterest.parse("0.1,0 1,0 1,0.9 0.1,0.9").toJson().toString());
        String[] tiled = {
            "--data=" + frames,
            "--tiles=32",
            "--scale=0.5",
            "--overlap=8",
            "--image-score=smoothed",
            "--region-of-interest=" + region,
            "--validation=from-test",
            "--steps=12"
        };
        Path undisturbed = output.resolve("undisturbed");
        assertThat(runHere(undisturbed, tiled))
                .doesNotContain("in a scratch file")
                .endsWith("exit 0");

        String[] resumed =
                Stream.concat(Stream.of(tiled), Stream.of("--resume")).toArray(String[]::new);
        Map<String, String> smallHeap = Map.of("JAVA_TOOL_OPTIONS", "-Xmx256m");
        Path stopped = Files.createDirectories(output.resolve("stopped"));
        try (TrainerProcess trainer = TrainerProcess.start(stopped, smallHeap, arguments(stopped, tiled))) {
            trainer.awaitLine("saved step 3 ");
            kill(trainer);
            assertThat(trainer.log()).contains("in a scratch file until the end");
        }
        assertThat(isWriting(stopped.resolve(training)))
                .as("a scratch file is left")
                .isTrue();
        try (TrainerProcess trainer = TrainerProcess.start(stopped, smallHeap, arguments(stopped, resumed))) {
            trainer.awaitLine("saved step 9 ");
            trainer.signal("TERM");
            assertThat(trainer.awaitExit()).as(trainer.log()).isEqualTo(TERMINATED);
        }
        assertThat(isWriting(stopped.resolve(training)))
                .as("a scratch file is left")
                .isFalse();
        try (TrainerProcess trainer = TrainerProcess.start(stopped, smallHeap, arguments(stopped, resumed))) {
            assertThat(trainer.awaitExit()).as(trainer.log()).isZero();
            assertThat(trainer.log()).contains("Continuing after step ", "in a scratch file until the end");
        }
        String weights = "plate/1/checkpoint.safetensors";
        assertThat(stopped.resolve(weights)).hasSameBinaryContentAs(undisturbed.resolve(weights));
    }

    @Test
    void aSecondSignalEndsAtOnce() throws Exception {
        String[] slow = {
            "--image-size",
            "128",
            "--base-width",
            "32",
            "--discriminative-base-width",
            "32",
            "--batch-size",
            "8",
            "--checkpoint-steps",
            "1",
            "--validate-steps",
            "0"
        };
        try (TrainerProcess trainer = start(output, slow)) {
            trainer.awaitLine("saved step 1 ");
            trainer.signal("TERM");
            trainer.awaitLine("SIGTERM: finishing the step");
            trainer.signal("TERM");
            assertThat(trainer.awaitExit()).as(trainer.log()).isEqualTo(TERMINATED);
            assertThat(trainer.log()).doesNotContain("Stopped after");
            assertThat(trainer.crashed()).isFalse();
        }
    }

    @Test
    void aFailedPublicationKeepsTheTrainingWhichIsRefusedResumedOrDeletedAsAsked() throws Exception {
        Path model = Files.createDirectories(output.resolve("plate"));
        Path blocker = Files.createSymbolicLink(model.resolve(".1.part"), Path.of("nowhere"));
        assertThat(runHere(output, "--steps=4"))
                .contains("exit 1", "The trained weights are kept; publish them with:", "--resume", ".1.part");
        Path kept = newest(output.resolve(training));
        assertThat(kept).hasFileName("step-000000004.safetensors");

        assertThat(runHere(output, "--steps=4"))
                .contains("exit 1", "An unfinished training of plate", "--resume", "--restart");
        assertThat(runHere(
                        output,
                        "--steps=4",
                        "--resume",
                        "--learning-rate=1e-3",
                        "--rotate-normals=0",
                        "--vary-light=0.2"))
                .contains(
                        "exit 1",
                        "is of another training",
                        "--learning-rate: 1.0E-4 in the checkpoint, 0.001 now",
                        "--rotate-normals: 0.3 in the checkpoint, 0.0 now",
                        "--vary-light: not known in the checkpoint, 0.2 now")
                .doesNotContain("--seed");
        assertThat(kept).exists();

        Files.delete(blocker);
        assertThat(runHere(output, "--steps=4", "--resume", "--threads=2"))
                .contains(
                        "exit 0",
                        "The weights may differ in their last bits: --threads: 1 in the checkpoint, 2 now",
                        "Continuing after step 4")
                .doesNotContain("saved step");
        assertThat(model.resolve("1/model.onnx")).exists();
        assertThat(output.resolve(training)).doesNotExist();

        assertThat(runHere(output, "--steps=4", "--resume")).contains("exit 0", "starting at step 0");
        Safetensors first = Safetensors.read(model.resolve("1/checkpoint.safetensors"));
        Safetensors second = Safetensors.read(model.resolve("2/checkpoint.safetensors"));
        first.tensors()
                .forEach((name, tensor) ->
                        assertThat(second.tensor(name).data()).as(name).isEqualTo(tensor.data()));
    }

    @Test
    void onlyImagesThatChangeTheWeightsForbidToResume() throws Exception {
        Path data = PaintedPlates.paint(folder.resolve("changing/plate"));
        String images = "--data=" + data;
        Path model = Files.createDirectories(output.resolve("plate"));
        Path blocker = Files.createSymbolicLink(model.resolve(".1.part"), Path.of("nowhere"));
        assertThat(runHere(output, images, "--steps=4", "--validate-steps=2")).contains("exit 1", "--resume");
        Files.delete(blocker);

        PaintedPlates.paint(data.resolve("test/good/003.png"), 77, false);
        Path training = data.resolve("train/good/000.png");
        byte[] before = Files.readAllBytes(training);
        PaintedPlates.paint(training, 78, false);
        byte[] heldOutOrTrained = Files.readAllBytes(training);
        String refused = runHere(output, images, "--steps=4", "--validate-steps=2", "--resume");
        assertThat(refused)
                .contains("exit 1", "is of another training")
                .containsPattern("digest of the (training|validation) images of --data: \\w{64} in the checkpoint")
                .doesNotContain("digest of the images of --data", "parts");
        assertThat(refused.split("digest of the ", -1))
                .as("one part has changed")
                .hasSize(2);
        assertThat(heldOutOrTrained).isNotEqualTo(before);

        Files.write(training, before);
        assertThat(runHere(output, images, "--steps=4", "--validate-steps=2", "--resume"))
                .contains("exit 0", "The test images, or files that are not used, have changed", "4 normal");
    }

    @LongTest
    @Test
    void aTrainingThatStartsFromAFileKeepsToItsWidthsAndToThatFile() throws Exception {
        Path parent = output.resolve("parent");
        assertThat(runHere(parent, "--steps=2")).contains("exit 0");
        Path weights = parent.resolve("plate/1/checkpoint.safetensors");
        String from = "--start-from=" + weights;

        // A rate at which nothing moves but what is exactly 0 shows what it started from.
        String[] still = {from, "--steps=1", "--learning-rate=1e-30", "--validate-steps=0"};
        Path child = output.resolve("child");
        assertThat(runHere(child, still)).contains("exit 0");
        Safetensors first = Safetensors.read(weights);
        Safetensors second = Safetensors.read(child.resolve("plate/1/checkpoint.safetensors"));
        first.tensors().forEach((name, tensor) -> {
            if (!name.contains("running_") && !name.contains("num_batches")) {
                assertThat(second.tensor(name).toDoubles()).as(name).containsExactly(tensor.toDoubles(), within(1e-20));
            }
        });
        assertThat(json(child.resolve("plate/1/metrics.json"))
                        .at("/training/startDigest")
                        .asString())
                .hasSize(64);

        Path blocked = Files.createDirectories(output.resolve("blocked/plate"));
        Path blocker = Files.createSymbolicLink(blocked.resolve(".1.part"), Path.of("nowhere"));
        assertThat(runHere(output.resolve("blocked"), still)).contains("exit 1", "--resume");
        Files.delete(blocker);
        assertThat(runHere(
                        output.resolve("blocked"),
                        "--steps=1",
                        "--learning-rate=1e-30",
                        "--validate-steps=0",
                        "--resume"))
                .contains("exit 1", "is of another training", "digest of the initial weights");

        assertThat(runHere(output.resolve("wide"), from, "--base-width=16", "--sspcab"))
                .contains(
                        "exit 1",
                        "holds a network with --base-width 8 --discriminative-base-width 8 --no-sspcab",
                        "this training has --base-width 16 --discriminative-base-width 8 --sspcab")
                .doesNotContain("\tat ");
        assertThat(runHere(output.resolve("wide"), from, "--center-input"))
                .contains("exit 1", "holds a network whose input is not centered", "--no-center-input")
                .doesNotContain("\tat ");
        assertThat(output.resolve("wide")).as("nothing was made for it").doesNotExist();
        Path torn = Files.writeString(output.resolve("torn.safetensors"), "torn");
        assertThat(runHere(output.resolve("wide"), "--start-from=" + torn))
                .contains("exit 1", "torn.safetensors")
                .doesNotContain("\tat ");
    }

    @LongTest
    @Test
    void aTrainingThatStartsFromPretrainedWeightsRecordsThemAndIsResumedWithThemAlone() throws Exception {
        String[] still = {
            "--base-width=16",
            "--discriminative-base-width=16",
            "--steps=1",
            "--learning-rate=1e-30",
            "--validate-steps=0"
        };
        String[] pretrained = Stream.concat(Stream.of(still), Stream.of("--initialization=pretrained"))
                .toArray(String[]::new);
        Path blocker = Files.createSymbolicLink(
                Files.createDirectories(output.resolve("plate")).resolve(".1.part"), Path.of("nowhere"));
        assertThat(runHere(output, pretrained)).contains("exit 1", "--resume");
        Files.delete(blocker);
        assertThat(runHere(
                        output,
                        Stream.concat(Stream.of(still), Stream.of("--resume")).toArray(String[]::new)))
                .contains(
                        "exit 1",
                        "is of another training",
                        "--initialization: pretrained",
                        "digest of the initial weights");
        assertThat(runHere(
                        output,
                        Stream.concat(Stream.of(pretrained), Stream.of("--resume"))
                                .toArray(String[]::new)))
                .contains("exit 0");
        assertThat(json(output.resolve("plate/1/metrics.json"))
                        .at("/training/startDigest")
                        .asString())
                .isEqualTo(Initialization.PRETRAINED.digest());
        Safetensors trained = Safetensors.read(output.resolve("plate/1/checkpoint.safetensors"));
        try (DraemNetwork network =
                DraemNetwork.create(new NetworkOptions(16, 16, false), Initialization.PRETRAINED, 0)) {
            network.tensors().forEach((name, tensor) -> {
                if (!name.contains("running_") && !name.contains("num_batches")) {
                    assertThat(trained.tensor(name).toDoubles())
                            .as(name)
                            .containsExactly(tensor.toDoubles(), within(1e-20));
                }
            });
        }
    }

    @Test
    void restartStartsFromTheBeginning() throws Exception {
        Path folderOfCheckpoints = Files.createDirectories(output.resolve(training));
        Path broken = Files.writeString(folderOfCheckpoints.resolve("step-000000009.safetensors"), "torn");
        assertThat(runHere(output, "--steps=2", "--resume"))
                .contains("exit 1", "is only 4 bytes long", "None of the checkpoints", "--restart");
        assertThat(broken).exists();
        assertThat(runHere(output, "--steps=2", "--restart")).contains("exit 0");
        assertThat(broken).doesNotExist();
    }

    private static void kill(TrainerProcess trainer) throws IOException, InterruptedException {
        trainer.signal("KILL");
        assertThat(trainer.awaitExit()).as(trainer.log()).isEqualTo(KILLED);
    }

    /** Returns while a checkpoint is being written, which takes milliseconds: a pause would miss it. */
    private static void awaitWriting(TrainerProcess trainer, Path folder) throws IOException {
        long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (trainer.isAlive() && !isWriting(folder)) {
            assertThat(System.nanoTime()).as("no checkpoint is written").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private static boolean isWriting(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".part"));
        }
    }

    private static Path newest(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .max(Path::compareTo)
                    .orElseThrow();
        }
    }

    /** Leaves of a file what a disk might have kept that lied about having written it. */
    private static void tear(Path file) throws IOException {
        byte[] whole = Files.readAllBytes(file);
        Arrays.fill(whole, whole.length / 2, whole.length, (byte) 0);
        Files.write(AtomicFile.of(file), whole);
        AtomicFile.publish(AtomicFile.of(file), file);
    }

    private static TrainerProcess start(Path output, String... more) throws IOException {
        return TrainerProcess.start(Files.createDirectories(output), arguments(output, more));
    }

    /** Returns what it says, and at last {@code exit} with its status. */
    private static String runHere(Path output, String... more) {
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said);
        int status = Main.commandLine().setOut(writer).setErr(writer).execute(arguments(output, more));
        return said + "exit " + status;
    }

    private static String[] arguments(Path output, String... more) {
        List<String> given =
                Stream.of(more).map(option -> option.replaceFirst("=.*", "")).toList();
        int validateSteps = Stream.of(more)
                .filter(option -> option.startsWith("--steps="))
                .mapToInt(option -> Integer.parseInt(option.substring("--steps=".length())))
                .findFirst()
                .orElse(5);
        Stream<String> usual = Stream.of(
                        "--image-size=32",
                        "--base-width=8",
                        "--discriminative-base-width=8",
                        "--steps=30",
                        "--batch-size=4",
                        "--batch-norm-batches=2",
                        "--validate-steps=" + validateSteps,
                        "--checkpoint-steps=3",
                        "--seed=7",
                        "--threads=1")
                .filter(option -> !given.contains(option.substring(0, option.indexOf('='))))
                .filter(option -> !option.startsWith("--image-size") || !given.contains("--tiles"));
        Stream<String> data = given.contains("--data")
                ? Stream.of("train")
                : Stream.of("train", "--data", folder.resolve("plate").toString());
        return Stream.of(data, Stream.of("--output", output.toString()), usual, Stream.of(more))
                .flatMap(part -> part)
                .toArray(String[]::new);
    }

    private static JsonNode json(Path file) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(file));
    }
}
