package io.draem.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads and writes safetensors files: 8 bytes little-endian header length, a JSON header, raw little-endian data.
 *
 * <p>A file is not trusted: every length is checked against the file's size before memory is taken for it.
 *
 * @param tensors the tensors, in the file's order
 * @param metadata free text pairs ({@code __metadata__})
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public record Safetensors(Map<String, Tensor> tensors, Map<String, String> metadata) {

    private static final int MAX_HEADER = 100 << 20; // the reference implementation's limit
    private static final String METADATA = "__metadata__";
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    /**
     * Reads a whole file.
     *
     * @throws TensorFileException if the file is not safetensors, is truncated, or its header does not fit its data
     * @throws IOException if it cannot be read
     */
    public static Safetensors read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < 8) {
                throw new TensorFileException(file, "it is only " + size + " bytes long");
            }
            long headerLength = readFully(channel, 0, 8, file).getLong();
            if (headerLength < 2 || headerLength > MAX_HEADER || headerLength > size - 8) {
                throw new TensorFileException(file, "its header claims " + headerLength + " bytes");
            }
            long dataStart = 8 + headerLength;
            byte[] header = readFully(channel, 8, (int) headerLength, file).array();
            JsonNode root;
            try {
                root = JSON.readTree(header);
            } catch (JacksonException e) {
                throw new TensorFileException(file, "its header is not JSON");
            }
            if (!(root instanceof ObjectNode object)) {
                throw new TensorFileException(file, "its header is not a JSON object");
            }
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            Map<String, String> metadata = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                if (entry.getKey().equals(METADATA)) {
                    entry.getValue()
                            .properties()
                            .forEach(e -> metadata.put(e.getKey(), e.getValue().asString("")));
                } else {
                    tensors.put(
                            entry.getKey(),
                            readTensor(channel, dataStart, size, entry.getKey(), entry.getValue(), file));
                }
            }
            return new Safetensors(tensors, metadata);
        }
    }

    /** Returns the tensor of that name; throws {@link IllegalArgumentException} if there is none. */
    public Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("No tensor '" + name + "' among " + tensors.size());
        }
        return tensor;
    }

    /** Writes all of it beside {@code file}, forces it to the disk, and moves it there. */
    public void write(Path file) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode pairs = header.putObject(METADATA);
            metadata.forEach(pairs::put);
        }
        long offset = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            ObjectNode description = header.putObject(entry.getKey());
            description.put("dtype", tensor.type().name());
            ArrayNode shape = description.putArray("shape");
            for (long side : tensor.shape()) {
                shape.add(side);
            }
            long end = offset + tensor.data().remaining();
            description.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        int padded = (json.length + 7) / 8 * 8; // the data starts on a multiple of 8, as the reference writes it
        ByteBuffer head = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        head.putLong(padded).put(json);
        while (head.hasRemaining()) {
            head.put((byte) ' ');
        }
        Path beside = BesideFile.of(file);
        try (FileChannel channel = FileChannel.open(
                beside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            writeFully(channel, head.flip());
            for (Tensor tensor : tensors.values()) {
                writeFully(channel, tensor.data());
            }
            channel.force(true);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(beside);
            throw e;
        }
        BesideFile.publish(beside, file);
    }

    private static Tensor readTensor(
            FileChannel channel, long dataStart, long size, String name, JsonNode description, Path file)
            throws IOException {
        Tensor.Type type;
        try {
            type = Tensor.Type.valueOf(description.path("dtype").asString(""));
        } catch (IllegalArgumentException e) {
            throw new TensorFileException(file, "tensor '" + name + "' has an unknown dtype");
        }
        JsonNode sides = description.path("shape");
        JsonNode offsets = description.path("data_offsets");
        if (!sides.isArray() || offsets.size() != 2) {
            throw new TensorFileException(file, "tensor '" + name + "' lacks shape or data_offsets");
        }
        long[] shape = new long[sides.size()];
        long elements = 1;
        for (int i = 0; i < shape.length; i++) {
            shape[i] = sides.get(i).asLong(-1);
            if (shape[i] < 0 || (elements > 0 && shape[i] > Long.MAX_VALUE / 8 / elements)) {
                throw new TensorFileException(file, "tensor '" + name + "' has an impossible shape");
            }
            elements *= shape[i];
        }
        long begin = offsets.get(0).asLong(-1);
        long end = offsets.get(1).asLong(-1);
        if (begin < 0
                || end < begin
                || end > size - dataStart
                || end - begin > Integer.MAX_VALUE
                || elements * type.bytes() != end - begin) {
            throw new TensorFileException(file, "tensor '" + name + "' does not fit the file");
        }
        return new Tensor(type, shape, readFully(channel, dataStart + begin, (int) (end - begin), file));
    }

    private static ByteBuffer readFully(FileChannel channel, long position, int length, Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new TensorFileException(file, "it ends early");
            }
        }
        return buffer.flip();
    }

    private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
