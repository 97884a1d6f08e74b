package io.draem.trainer.checkpoint.imported;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a file holds: the declared exception or tensors, nothing run, and little memory. */
@Tag("slow")
class HostileFileTests {

    private static final Path PICKLE = Path.of("hostile.pt");
    private static final long MEMORY = 32 << 20;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "os, system",
        "posix, system",
        "nt, system",
        "subprocess, Popen",
        "builtins, eval",
        "__builtin__, exec",
        "builtins, __import__",
        "importlib, import_module",
        "os.path, join",
        "torch.serialization, load",
        "runpy, _run_code",
        "asyncio, create_subprocess_shell",
        "cPickle, loads",
        "commands, Popen",
        "ctypes, CDLL",
        "multiprocessing.util, spawnv_passfds",
        "shutil, rmtree",
        "torch, load",
        "torch.hub, load",
        "torch.serialization, _legacy_load",
        "urllib.request, urlopen"
    })
    void namesWhatWouldRunCommands(String module, String name) {
        byte[] call = new PickleBytes()
                .op('}')
                .text("callbacks")
                .global(module, name)
                .text("touch x")
                .op(0x85, 'R', 's')
                .stop();
        byte[] stackCall = new PickleBytes()
                .text(module)
                .text(name)
                .op(0x93)
                .text("touch x")
                .op(0x85, 'R')
                .stop();
        for (byte[] pickle : new byte[][] {call, stackCall}) {
            assertThatExceptionOfType(ImportedFileException.class)
                    .isThrownBy(() -> read(pickle))
                    .withMessageContaining("calls '" + module + "." + name + "'");
        }
    }

    /** PyTorch 2.15 wrote them, with some sixty objects such as hyper-parameters and callbacks may be next to the weights. */
    @ParameterizedTest
    @ValueSource(strings = {"harmless.ckpt", "harmless-legacy.ckpt"})
    void ignoresHarmlessObjectsNextToTheStateDict(String name) throws IOException {
        try (TorchFile file =
                TorchFile.open(Path.of("src/trainer/src/test/resources/io/draem/trainer/checkpoint/imported", name))) {
            StateDict dictionary = StateDict.of(file);
            assertThat(dictionary.unknown()).isEmpty();
            String weight = "model.reconstructive_subnetwork.encoder.block1.0.weight";
            assertThat(file.tensors(dictionary.tensors()).get(weight).toFloats())
                    .containsExactly(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "torch.serialization, _get_layout",
        "multiprocessing.context, SpawnContext",
        "signal, Signals",
        "os, stat_result",
        "subprocess, CalledProcessError",
        "commands, CalledProcessError",
        "urllib.parse, ParseResult",
        "omegaconf.dictconfig, DictConfig",
        "builtins, getattr"
    })
    void doesNotAccuseNamesThatRunNothing(String module, String name) throws IOException {
        byte[] pickle = new PickleBytes()
                .op('}')
                .text("state_dict")
                .op('}')
                .text("w")
                .tensor("0", 1, 0, 1, 1)
                .op('s', 's')
                .text("callbacks")
                .global(module, name)
                .text("x")
                .op(0x85, 'R', '}', 'b', 's')
                .stop();
        Path file = PickleBytes.zip(folder.resolve("harmless.ckpt"), pickle, new byte[4]);
        try (TorchFile torch = TorchFile.open(file)) {
            assertThat(StateDict.of(torch).tensors()).containsOnlyKeys("w");
        }
    }

    @Test
    void refusesWhatIsUnknownOnlyWhereATensorOfTheNetworkBelongs() throws IOException {
        PickleBytes bytes =
                new PickleBytes().op('}').text("w").tensor("0", 1, 0, 1, 1).op('s');
        byte[] beside = new PickleBytes()
                .op('}')
                .text("w")
                .tensor("0", 1, 0, 1, 1)
                .op('s')
                .text("metric")
                .global("my.project", "State")
                .op(')', 'R', 's')
                .stop();
        byte[] within = bytes.text("model.discriminative_subnetwork.x")
                .global("my.project", "Quantised")
                .op(')', 'R', 's')
                .stop();
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> ImportedNetwork.read(
                        java.util.List.of(PickleBytes.zip(folder.resolve("beside.ckpt"), beside, new byte[4]))))
                .withMessageContaining("none of its 1 tensors");
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> ImportedNetwork.read(
                        java.util.List.of(PickleBytes.zip(folder.resolve("within.ckpt"), within, new byte[4]))))
                .withMessageContaining("'model.discriminative_subnetwork.x' from 'my.project.Quantised'");
    }

    @Test
    void refusesWhatIsUnknownInAStateDictByName() throws IOException {
        byte[] pickle = new PickleBytes()
                .op('}')
                .text("state_dict")
                .op('}')
                .text("model.weight")
                .global("my.project", "Quantised")
                .op('}', 0x85, 'R', 's', 's')
                .stop();
        Path file = PickleBytes.zip(folder.resolve("unknown.ckpt"), pickle, new byte[0]);
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> {
                    try (TorchFile torch = TorchFile.open(file)) {
                        StateDict.of(torch);
                    }
                })
                .withMessageContaining("'model.weight' from 'my.project.Quantised'");
    }

    @Test
    void refusesATensorOfAnUnknownStorage() throws IOException {
        byte[] pickle = new PickleBytes()
                .op('}')
                .text("w")
                .global("torch._utils", "_rebuild_tensor_v2")
                .op('(', '(')
                .text("storage")
                .global("torch", "ComplexFloatStorage")
                .text("0")
                .text("cpu")
                .number(1)
                .op('t', 'Q')
                .number(0)
                .op(')', ')', 0x89, '}', 't', 'R', 's')
                .stop();
        Path file = PickleBytes.zip(folder.resolve("complex.ckpt"), pickle, new byte[8]);
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> {
                    try (TorchFile torch = TorchFile.open(file)) {
                        StateDict.of(torch);
                    }
                })
                .withMessageContaining("'torch.ComplexFloatStorage'");
    }

    @Test
    void refusesLengthsThatTheFileDoesNotHave() {
        byte[][] pickles = {
            new PickleBytes().op(0x8b).int32(Integer.MAX_VALUE).stop(), // LONG4
            new PickleBytes().op(0x8b).int32(-1).stop(),
            new PickleBytes().op('X').int32(Integer.MAX_VALUE).stop(),
            new PickleBytes().op('B').int32(Integer.MIN_VALUE).stop(),
            new PickleBytes().op(0x8d).int32(0).int32(Integer.MAX_VALUE).stop(), // BINUNICODE8
            new PickleBytes().op(0x8e).int32(-1).int32(-1).stop(),
            new PickleBytes().op('h', 9).stop(),
            new PickleBytes().op('t').stop(),
            new PickleBytes().op('(', 'a').stop(),
            new PickleBytes().op('R').stop(),
            new PickleBytes().op(0x87).stop(),
            new PickleBytes().stop(),
            {(byte) 0x80, 9, 'N', '.'},
            {},
            {(byte) 0x80, 2},
        };
        for (byte[] pickle : pickles) {
            assertThatExceptionOfType(ImportedFileException.class)
                    .as(java.util.Arrays.toString(pickle))
                    .isThrownBy(() -> read(pickle));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {'i', 'o', 'P', 'I', 'L', 'S', 'V', 'g', 'p', 0x82, 0x83, 0x84, 0x97, 0x98, 0xFF})
    void refusesOpcodesThatTorchSaveDoesNotWrite(int opcode) {
        byte[] pickle = new PickleBytes().op('(', opcode, '0', '\n').stop();
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> read(pickle))
                .withMessageContaining("opcode");
    }

    @Test
    void readsDeepNestingAndSelfReferenceWithoutRecursion() throws IOException {
        PickleBytes deep = new PickleBytes();
        for (int i = 0; i < 400_000; i++) {
            deep.op(']');
        }
        for (int i = 1; i < 400_000; i++) {
            deep.op('a');
        }
        assertThat(read(deep.stop())).isInstanceOf(PickleValue.Sequence.class);
        byte[] self = new PickleBytes()
                .op('}', 'q', 0)
                .text("state_dict")
                .op('h', 0, 's')
                .stop();
        Path file = PickleBytes.zip(folder.resolve("self.ckpt"), self, new byte[0]);
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> ImportedNetwork.read(java.util.List.of(file)))
                .withMessageContaining("none of its 0 tensors");
    }

    @Test
    void aBillionLaughsTakeNoMemory() throws IOException {
        PickleBytes laughs = new PickleBytes().op(']');
        for (int level = 0; level < 200; level++) {
            laughs.op('q', level, '(');
            for (int i = 0; i < 10; i++) {
                laughs.op('h', level);
            }
            laughs.op('t');
        }
        byte[] pickle = laughs.stop();
        assertThat(allocatedBy(() -> read(pickle))).isLessThan(MEMORY);
    }

    @Test
    void aZipDirectoryOfManyEntriesTakesLittleMemory() throws IOException {
        Path file = folder.resolve("entries.pt");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < 40_000; i++) {
                zip.putNextEntry(new ZipEntry("archive/data/" + i));
            }
        }
        long allocated = allocatedBy(() -> assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> TorchFile.open(file))
                .withMessageContaining("more entries than a model needs"));
        assertThat(allocated).isLessThan(4 * MEMORY);
    }

    @Test
    void refusesTwoEntriesOfOneName() throws IOException {
        Path file = PickleBytes.zip(
                folder.resolve("twice.pt"),
                ZipEntry.STORED,
                Map.of(
                        "archive/data.pkl",
                        new PickleBytes().op('N').stop(),
                        "archive/data/0",
                        new byte[1],
                        "archive/data/1",
                        new byte[2]));
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.writeString(file, content.replace("archive/data/1", "archive/data/0"), StandardCharsets.ISO_8859_1);
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> TorchFile.open(file))
                .withMessageContaining("'archive/data/0' twice");
    }

    @Test
    void refusesAnEndlessPickle() {
        PickleBytes endless = new PickleBytes();
        for (int i = 0; i <= PickleMachine.MAX_STEPS; i++) {
            endless.op('N', '0');
        }
        byte[] pickle = endless.stop();
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> read(pickle))
                .withMessageContaining("steps");
    }

    @Test
    void mutationsOfARealPickleAreReadOrRefused() throws IOException {
        Path checkpoint = ImportedFolder.read("anomalib").files(".ckpt").get(0);
        byte[] pickle;
        try (ZipFile zip = new ZipFile(checkpoint.toFile())) {
            var entry = zip.stream()
                    .filter(each -> each.getName().endsWith("/data.pkl"))
                    .findFirst()
                    .orElseThrow();
            pickle = zip.getInputStream(entry).readAllBytes();
        }
        fuzz(pickle, 200, mutated -> read(mutated));
    }

    @ParameterizedTest
    @ValueSource(strings = {"zip.pt", "legacy.pt", "protocol5.pt"})
    void mutationsOfARealFileAreReadOrRefused(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(
                Path.of("src/trainer/src/test/resources/io/draem/trainer/checkpoint/imported", name));
        Path file = folder.resolve(name);
        fuzz(bytes, 1_500, mutated -> {
            Files.write(file, mutated);
            try (TorchFile torch = TorchFile.open(file)) {
                torch.tensors(StateDict.of(torch).tensors());
            }
        });
    }

    @Test
    void refusesAFileThatEndsAnywhereEarly() throws IOException {
        Path file = folder.resolve("cut.pt");
        for (String name : new String[] {"zip.pt", "legacy.pt"}) {
            byte[] whole = Files.readAllBytes(
                    Path.of("src/trainer/src/test/resources/io/draem/trainer/checkpoint/imported", name));
            for (int length = 0; length < whole.length; length += 13) {
                Files.write(file, java.util.Arrays.copyOf(whole, length));
                assertThatExceptionOfType(ImportedFileException.class)
                        .as("%s, %d bytes", name, length)
                        .isThrownBy(() -> {
                            try (TorchFile torch = TorchFile.open(file)) {
                                torch.tensors(StateDict.of(torch).tensors());
                            }
                        });
            }
        }
    }

    private interface Body {
        void run(byte[] bytes) throws IOException;
    }

    private interface Action {
        void run() throws IOException;
    }

    /** Changes a few bytes, or moves, doubles or drops a piece, the same way in every run. */
    private static void fuzz(byte[] original, int rounds, Body body) {
        Random random = new Random(7);
        int refused = 0;
        for (int round = 0; round < rounds; round++) {
            byte[] mutated = original.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                mutated[random.nextInt(mutated.length)] =
                        (byte) (random.nextBoolean() ? random.nextInt() : original[random.nextInt(original.length)]);
            }
            if (random.nextInt(4) == 0) {
                int length = 1 + random.nextInt(mutated.length / 2);
                int from = random.nextInt(mutated.length - length + 1);
                System.arraycopy(original, from, mutated, random.nextInt(mutated.length - length + 1), length);
            }
            try {
                assertThat(allocatedBy(() -> body.run(mutated)))
                        .as("bytes allocated in round %d", round)
                        .isLessThan(MEMORY);
            } catch (ImportedFileException e) {
                refused++;
            } catch (IOException | RuntimeException | StackOverflowError e) {
                fail("Round " + round + " gave " + e, e);
            }
        }
        assertThat(refused).as("mutations that were refused").isGreaterThan(rounds / 10);
        assertThat(rounds - refused).as("mutations that were read").isGreaterThan(rounds / 50);
    }

    private static long allocatedBy(Action action) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        action.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static PickleValue read(byte[] pickle) throws IOException {
        return PickleMachine.read(PICKLE, ByteBuffer.wrap(pickle)).root();
    }
}
