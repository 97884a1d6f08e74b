package io.draem.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTests {

    @TempDir
    private Path folder;

    @Test
    void readsWhatItWrote() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("b", Tensor.of(new float[] {1, -2.5f, Float.MIN_VALUE, 4, 5, 6}, 2, 3));
        tensors.put("a", new Tensor(Tensor.Type.F64, new long[0], doubles(Math.PI)));
        tensors.put("empty", Tensor.of(new float[0], 0, 4));
        tensors.put("count", new Tensor(Tensor.Type.U8, new long[] {3}, ByteBuffer.wrap(new byte[] {1, 2, 3})));

        new Safetensors(tensors, Map.of("step", "700", "name", "Plätzchen")).write(file);
        Safetensors read = Safetensors.read(file);

        assertThat(read.metadata()).containsOnly(Map.entry("step", "700"), Map.entry("name", "Plätzchen"));
        assertThat(read.tensors().keySet()).containsExactly("b", "a", "empty", "count");
        assertThat(read.tensor("b").shape()).containsExactly(2, 3);
        assertThat(read.tensor("b").toFloats()).containsExactly(1, -2.5f, Float.MIN_VALUE, 4, 5, 6);
        assertThat(read.tensor("a").toDoubles()).containsExactly(Math.PI);
        assertThat(read.tensor("empty").elements()).isZero();
        assertThat(read.tensor("count").data().get(2)).isEqualTo((byte) 3);

        Safetensors inMemory = Safetensors.read(Files.readAllBytes(file), "inner.safetensors");
        assertThat(inMemory.metadata()).isEqualTo(read.metadata());
        assertThat(inMemory.tensors().keySet()).containsExactly("b", "a", "empty", "count");
        read.tensors().forEach((name, tensor) -> {
            assertThat(inMemory.tensor(name).shape()).isEqualTo(tensor.shape());
            assertThat(inMemory.tensor(name).data()).isEqualTo(tensor.data());
        });
    }

    @Test
    void replacesAFileAsAWhole() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        new Safetensors(Map.of("x", Tensor.of(new float[] {1}, 1)), Map.of()).write(file);
        new Safetensors(Map.of("x", Tensor.of(new float[] {2}, 1)), Map.of()).write(file);

        assertThat(Safetensors.read(file).tensor("x").toFloats()).containsExactly(2);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void startsTheDataOnAMultipleOfEight() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        new Safetensors(Map.of("x", Tensor.of(new float[] {1}, 1)), Map.of()).write(file);

        long header = ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        assertThat(header % 8).isZero();
    }

    @Test
    void refusesAFileThatEndsAnywhereEarly() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        new Safetensors(Map.of("x", Tensor.of(new float[] {1, 2, 3}, 3)), Map.of("a", "b")).write(file);
        byte[] whole = Files.readAllBytes(file);

        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatExceptionOfType(TensorFileException.class)
                    .as("%d bytes", length)
                    .isThrownBy(() -> Safetensors.read(file))
                    .withMessageStartingWith("weights.safetensors is not a usable safetensors file");
            byte[] bytes = Arrays.copyOf(whole, length);
            assertThatExceptionOfType(TensorFileException.class)
                    .as("%d bytes in memory", length)
                    .isThrownBy(() -> Safetensors.read(bytes, "inner.safetensors"))
                    .withMessageStartingWith("inner.safetensors is not a usable safetensors file");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "no JSON",
                "{\"x\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[6,10]}}",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1]}}",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[3037000500,3037000500],\"data_offsets\":[0,4]}}",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}",
                "{\"x\":7}"
            })
    void refusesAHeaderThatDoesNotFitItsData(String header) throws IOException {
        Path file = write(header.length(), header);

        assertThatExceptionOfType(TensorFileException.class).isThrownBy(() -> Safetensors.read(file));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, 1_000, Long.MAX_VALUE, 1L << 31})
    void refusesALengthThatTheFileDoesNotHave(long length) throws IOException {
        Path file = write(length, "{}");

        assertThatExceptionOfType(TensorFileException.class)
                .isThrownBy(() -> Safetensors.read(file))
                .withMessageContaining("header claims " + Long.toUnsignedString(length) + " bytes");
    }

    @Test
    void namesATensorThatIsNotThere() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Safetensors(Map.of(), Map.of()).tensor("encoder.weight"))
                .withMessageContaining("encoder.weight");
    }

    private Path write(long length, String header) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 8).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(length).put(json);
        return Files.write(folder.resolve("hostile.safetensors"), bytes.array());
    }

    private static ByteBuffer doubles(double value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(value)
                .flip();
    }
}
