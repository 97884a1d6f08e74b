package io.draem.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.trainer.checkpoint.AtomicFile;
import io.draem.trainer.checkpoint.DeferredTensor;
import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.checkpoint.TensorFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads checkpoints that were changed at random; {@code -Dfuzz.rounds=N} reads more of them. */
@Tag("slow")
class CheckpointFuzzTests {

    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 1_500);

    @TempDir
    private Path folder;

    @Test
    void noChangedCheckpointIsTakenForAnother() throws IOException {
        Path file = folder.resolve("step-000000012.safetensors");
        write(file, json("{\"recipe\":{\"seed\":7}}"), json("{\"steps\":12,\"lossCurve\":[{\"total\":0.5}]}"));
        byte[] whole = Files.readAllBytes(file);
        Checkpoint original = Checkpoint.read(file);
        assertThat(original.step()).isEqualTo(12);
        assertThat(original.weights().get("a.weight").toFloats()).containsExactly(1, 2, 3, 4);

        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Files.write(file, change(whole, new SplittableRandom(round)));
            try {
                Checkpoint read = Checkpoint.read(file);
                assertThat(read.step()).as("round %d", round).isEqualTo(original.step());
                assertThat(read.origin()).isEqualTo(original.origin());
                assertThat(read.curve()).isEqualTo(original.curve());
                assertThat(read.weights().get("a.weight").toFloats()).containsExactly(1, 2, 3, 4);
                assertThat(read.best().get("a.weight").toFloats()).containsExactly(5, 6);
            } catch (CheckpointException | TensorFileException e) {
                assertThat(e.getMessage()).contains("step-000000012.safetensors is not a usable ");
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("Round " + round, e);
            }
        }
        assertThat(refused).isGreaterThan(ROUNDS * 9 / 10);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"lossCurve\":7,\"validationCurve\":\"no\",\"sums\":{}}",
                "{\"lossCurve\":[null,[],{}],\"validationCurve\":[null,{\"step\":1e99,\"imageAuroc\":\"high\"}]}",
                "{\"steps\":-1e300,\"seconds\":null,\"summed\":99999999999999999999,\"sums\":[[],{},null,\"x\",1e999]}"
            })
    void aCurveOfNonsenseIsReadWithoutAnError(String curve) throws IOException {
        Path file = folder.resolve("step-000000001.safetensors");
        write(file, json("{}"), json(curve));
        TrainingCurve restored = new TrainingCurve(10, 2);
        restored.restore(Checkpoint.read(file).curve());
        restored.finish();
        restored.state();
        assertThat(restored.validationsSinceBest()).isNotNegative();
    }

    @Test
    void aTornCheckpointIsNamedAndTheOneBeforeIsTaken() throws IOException {
        StringBuilder notes = new StringBuilder();
        try (Checkpoints checkpoints = Checkpoints.open(folder)) {
            write(checkpoints.file(3), json("{}"), json("{}"));
            write(checkpoints.file(6), json("{}"), json("{}"));
            byte[] whole = Files.readAllBytes(checkpoints.file(6));
            Arrays.fill(whole, whole.length - 16, whole.length - 8, (byte) 0);
            Files.write(checkpoints.file(6), whole);
            Files.writeString(AtomicFile.of(checkpoints.file(9)), "half");

            assertThat(checkpoints.newest(notes::append)).isNotNull();
            assertThat(notes).contains("step-000000006", "its checksum is wrong", "the one before");
        }
        try (Checkpoints again = Checkpoints.open(folder)) {
            assertThat(AtomicFile.of(again.file(9))).doesNotExist();
        }
    }

    @Test
    void twoTrainingsOfOneModelAtATimeAreRefused() throws IOException {
        try (Checkpoints first = Checkpoints.open(folder)) {
            assertThatExceptionOfType(CheckpointException.class)
                    .isThrownBy(() -> Checkpoints.open(folder))
                    .withMessageContaining("Another training uses " + first.folder());
        }
        Checkpoints.open(folder).close();
    }

    private static byte[] change(byte[] whole, SplittableRandom random) {
        byte[] changed =
                random.nextInt(4) == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length + 32)) : whole.clone();
        for (int i = random.nextInt(1, 4); i > 0 && changed.length > 0; i--) {
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        }
        if (random.nextInt(4) == 0) { // a header that is JSON and says something else
            String text = new String(changed, StandardCharsets.ISO_8859_1);
            String[] digits = {"0", "1", "4", "9"};
            text = text.replaceFirst("(?<=step\\\\\":)\\d", digits[random.nextInt(4)])
                    .replaceFirst("(?<=\"shape\":\\[)\\d", digits[random.nextInt(4)]);
            changed = text.getBytes(StandardCharsets.ISO_8859_1);
        }
        return changed;
    }

    private static void write(Path file, JsonNode origin, JsonNode curve) throws IOException {
        Checkpoint.write(
                file,
                12,
                origin,
                curve,
                Map.of("a.weight", DeferredTensor.of(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2))),
                Map.of("exp_avg.a.weight", DeferredTensor.of(Tensor.of(new float[] {0, 0, 0, 9}, 4))),
                Map.of("a.weight", Tensor.of(new float[] {5, 6}, 2)));
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }
}
