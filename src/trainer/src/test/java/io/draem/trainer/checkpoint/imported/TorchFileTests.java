package io.draem.trainer.checkpoint.imported;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.trainer.checkpoint.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The resource files were written by PyTorch 2.13: one dictionary in three forms. */
class TorchFileTests {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"zip.pt", "legacy.pt", "protocol5.pt"})
    void readsEveryFormOfTorchSave(String name) throws IOException {
        assertHoldsWhatPyTorchWrote(resource(name));
    }

    @Test
    void readsDeflatedEntries() throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(resource("zip.pt").toFile())) {
            for (ZipEntry entry : zip.stream().toArray(ZipEntry[]::new)) {
                entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        assertHoldsWhatPyTorchWrote(PickleBytes.zip(folder.resolve("deflated.pt"), ZipEntry.DEFLATED, entries));
    }

    @Test
    void turnsTheBytesOfABigEndianFile() throws IOException {
        byte[] pickle = new PickleBytes().tensor("0", 1, 0, 1, 1).stop();
        Path file = PickleBytes.zip(
                folder.resolve("big.pt"),
                ZipEntry.STORED,
                Map.of(
                        "archive/data.pkl", pickle,
                        "archive/byteorder", "big".getBytes(),
                        "archive/data/0", ByteBuffer.allocate(4).putFloat(1.5f).array()));
        assertThat(tensor(file).toFloats()).containsExactly(1.5f);
    }

    @Test
    void refusesATensorThatReachesBeyondItsStorage() throws IOException {
        int[][] offsetSideStride = {{0, 4, 1}, {2, 2, 1}, {0, 2, 3}, {3, 1, 1}, {1, 2, Integer.MAX_VALUE}, {0, 3, 2}};
        for (int[] view : offsetSideStride) {
            byte[] pickle =
                    new PickleBytes().tensor("0", 3, view[0], view[1], view[2]).stop();
            Path file = PickleBytes.zip(folder.resolve("view.pt"), pickle, new byte[12]);
            assertThatExceptionOfType(ImportedFileException.class)
                    .as("offset %d, side %d, stride %d", view[0], view[1], view[2])
                    .isThrownBy(() -> tensor(file))
                    .withMessageContaining("storage");
        }
    }

    @Test
    void refusesATensorThatRepeatsItsStorage() throws IOException {
        byte[] pickle = new PickleBytes().tensor("0", 3, 0, 1_000_000, 0).stop();
        Path file = PickleBytes.zip(folder.resolve("expanded.pt"), pickle, new byte[12]);
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> tensor(file))
                .withMessageContaining("more elements than its storage");
    }

    @Test
    void refusesAStorageThatIsSmallerThanClaimed() throws IOException {
        byte[] pickle =
                new PickleBytes().tensor("0", 200_000_000, 0, 200_000_000, 1).stop();
        Path file = PickleBytes.zip(folder.resolve("claimed.pt"), pickle, new byte[12]);
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> tensor(file))
                .withMessageContaining("12 bytes, but 800000000 are claimed");
    }

    @Test
    void refusesAZipBomb() throws IOException {
        byte[] pickle = new PickleBytes().tensor("0", 1 << 21, 0, 1 << 21, 1).stop();
        Path file = PickleBytes.zip(
                folder.resolve("bomb.pt"),
                ZipEntry.DEFLATED,
                Map.of("archive/data.pkl", pickle, "archive/data/0", new byte[4 << 21]));
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> tensor(file))
                .withMessageContaining("claims 8388608 bytes out of");
    }

    @Test
    void refusesEntriesThatOverlap() throws IOException {
        byte[] zip = Files.readAllBytes(PickleBytes.zip(
                folder.resolve("zip.pt"),
                new PickleBytes().tensor("0", 3, 0, 3, 1).stop(),
                new byte[12]));
        ByteBuffer bytes = ByteBuffer.wrap(zip).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        int first = bytes.getInt(zip.length - 22 + 16);
        int second = first + 46 + bytes.getShort(first + 28) + bytes.getShort(first + 30);
        bytes.putInt(second + 42, bytes.getInt(first + 42));
        Path file = Files.write(folder.resolve("overlap.pt"), zip);
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> TorchFile.open(file))
                .withMessageContaining("overlap");
    }

    @Test
    void refusesADamagedStorage() throws IOException {
        byte[] storage = "twelve bytes".getBytes();
        Path file = PickleBytes.zip(
                folder.resolve("zip.pt"),
                new PickleBytes().tensor("0", 3, 0, 3, 1).stop(),
                storage);
        String content = Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        Files.writeString(file, content.replace("twelve", "tvelve"), java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> tensor(file))
                .withMessageContaining("checksum");
    }

    @Test
    void namesAFileOfAnotherKind() throws IOException {
        Path file = Files.writeString(folder.resolve("notes.ckpt"), "not a checkpoint");
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> TorchFile.open(file))
                .withMessageContaining("notes.ckpt")
                .withMessageContaining("not a file of torch.save");
    }

    private static void assertHoldsWhatPyTorchWrote(Path path) throws IOException {
        try (TorchFile file = TorchFile.open(path)) {
            Map<String, PickleValue.TensorView> views = StateDict.of(file).tensors();
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (Map.Entry<String, Tensor> tensor : file.tensors(views).entrySet()) {
                tensors.put(tensor.getKey(), Floats.of(file, tensor.getKey(), tensor.getValue()));
            }
            assertThat(tensors.get("rows").shape()).containsExactly(3, 4);
            assertThat(tensors.get("rows").toFloats()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
            assertThat(tensors.get("columns").shape()).containsExactly(4, 3);
            assertThat(tensors.get("columns").toFloats()).containsExactly(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
            assertThat(tensors.get("part").toFloats()).containsExactly(5, 6, 7, 8);
            assertThat(tensors.get("parameter").toFloats()).containsExactly(0.5f, -1.25f);
            assertThat(tensors.get("half").toFloats()).containsExactly(1.5f, -0.25f, 65504f, 0x1p-24f);
            assertThat(tensors.get("bfloat16").toFloats()).containsExactly(1.5f, -0.25f, 0x1.c4p127f);
            assertThat(tensors.get("double").toFloats()).containsExactly((float) Math.PI);
            assertThat(tensors.get("count").data().getLong()).isEqualTo(7);
            assertThat(tensors.get("int").data().asIntBuffer()).isEqualTo(java.nio.IntBuffer.wrap(new int[] {-3, 4}));
            assertThat(tensors.get("bytes").data()).isEqualTo(ByteBuffer.wrap(new byte[] {1, (byte) 255}));
            assertThat(tensors.get("flags").data()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 0}));
            assertThat(tensors.get("empty").shape()).containsExactly(0, 3);
        }
    }

    private static Tensor tensor(Path path) throws IOException {
        try (TorchFile file = TorchFile.open(path)) {
            return file.tensors(Map.of("x", (PickleValue.TensorView) file.root()))
                    .get("x");
        }
    }

    private static Path resource(String name) {
        return Path.of("src/trainer/src/test/resources/io/draem/trainer/checkpoint/imported", name);
    }
}
