package io.draem.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.model.TestModels;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExternalDataTests {

    @TempDir
    Path directory;

    @Test
    void aGraphWithoutExternalWeightsNamesNoFile() throws Exception {
        ByteBuffer graph = ByteBuffer.wrap(Files.readAllBytes(TestModels.graph()));
        assertThat(ExternalData.locations(graph)).isEmpty();
        assertThat(graph.position()).isZero();
    }

    @Test
    void namesTheFileInTheFolderOfTheGraph() throws Exception {
        assertThat(ExternalData.locations(ByteBuffer.wrap(graph("model.onnx.data"))))
                .containsExactly("model.onnx.data");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../other/weights",
                "/etc/passwd",
                "sub/weights",
                "./model.onnx",
                "..",
                ".",
                "",
                "a\\b",
                "C:weights",
                ".hidden"
            })
    void refusesEveryOtherLocation(String location) {
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> ExternalData.locations(ByteBuffer.wrap(graph(location))))
                .withMessageContaining("only files in the graph's folder");
    }

    @Test
    void readsAFieldWhoseTagHasBitsThatProtobufIgnores() throws Exception {
        byte[] plain = graph("../other/weights");
        byte[] hidden = join(new byte[] {(byte) 0xBA, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x10}, tail(plain));
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> ExternalData.locations(ByteBuffer.wrap(hidden)))
                .withMessageContaining("only files in the graph's folder");
    }

    @Test
    void namesAMissingFile() throws Exception {
        Path file = Files.write(directory.resolve("model.onnx"), graph("weights.bin"));
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> GraphFile.read(file, 1_000))
                .withMessageContaining("weights.bin");
    }

    @Test
    void refusesAGraphThatNamesItselfAsItsWeights() throws Exception {
        Path file = Files.write(directory.resolve("model.onnx"), graph("model.onnx"));
        assertNamesItself(file, "model.onnx");
    }

    @Test
    void refusesALinkToTheGraphAsItsWeights() throws Exception {
        Path file = Files.write(directory.resolve("model.onnx"), graph("weights.bin"));
        Path link = Files.createSymbolicLink(directory.resolve("weights.bin"), Path.of("model.onnx"));
        assertNamesItself(file, "weights.bin");
        Files.delete(link);
        Files.createLink(link, file);
        assertNamesItself(file, "weights.bin");
    }

    @Test
    void refusesTheFileThatTheGraphIsALinkToAsItsWeights() throws Exception {
        Path target = Files.write(directory.resolve("graph-7.onnx"), graph("graph-7.onnx"));
        assertNamesItself(Files.createSymbolicLink(directory.resolve("model.onnx"), target), "graph-7.onnx");
    }

    private static void assertNamesItself(Path file, String location) {
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> GraphFile.read(file, 1_000))
                .withMessageContaining("in the graph's own file (" + location + ")")
                .withMessageContaining("save the model again");
    }

    @Test
    void limitsTheSizeOfAFileWithWeightsToo() throws Exception {
        Path file = Files.write(directory.resolve("model.onnx"), graph("weights.bin"));
        Files.write(directory.resolve("weights.bin"), new byte[1_001]);
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> GraphFile.read(file, 1_000))
                .withMessageContaining("draem.models.max-file-size");
    }

    @Test
    void refusesBrokenBytesWithoutAnotherException() {
        byte[] whole = graph("model.onnx.data");
        Random random = new Random(5);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] broken = whole.clone();
            broken[random.nextInt(broken.length)] = (byte) random.nextInt();
            broken[random.nextInt(broken.length)] = (byte) random.nextInt();
            try {
                ExternalData.locations(ByteBuffer.wrap(broken));
            } catch (GraphRefusedException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    /** Returns a model whose graph has one tensor with one entry, with the field numbers of onnx.proto. */
    private static byte[] graph(String location) {
        byte[] entry = join(text(1, "location"), text(2, location));
        return part(7, part(5, part(13, entry)));
    }

    /** Returns all but the first byte. */
    private static byte[] tail(byte[] bytes) {
        return Arrays.copyOfRange(bytes, 1, bytes.length);
    }

    private static byte[] text(int field, String value) {
        return part(field, value.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] part(int field, byte[] value) {
        return join(new byte[] {(byte) (field << 3 | 2), (byte) value.length}, value);
    }

    private static byte[] join(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }
}
