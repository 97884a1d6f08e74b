package io.draem.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tensors of a safetensors file that a test compares with. The file is one of the project's own and is trusted: a
 * wrong one ends in any exception.
 */
public final class GoldenTensors {

    private final JsonNode header;
    private final ByteBuffer data;

    private GoldenTensors(JsonNode header, ByteBuffer data) {
        this.header = header;
        this.data = data;
    }

    /** Reads a file: the header's length in 8 bytes, the header in JSON, and the data, all little-endian. */
    public static GoldenTensors read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[Math.toIntExact(bytes.getLong())];
        bytes.get(header);
        return new GoldenTensors(
                JsonMapper.shared().readTree(new String(header, StandardCharsets.UTF_8)), bytes.slice());
    }

    /** Returns the sides of a tensor, outermost first. */
    public int[] shape(String name) {
        return ints(tensor(name).get("shape"));
    }

    /** Returns the values of a tensor of float32, row-major. */
    public float[] floats(String name) {
        ByteBuffer bytes = values(name, "F32");
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    /** Returns the values of a tensor of truth values, row-major. */
    public boolean[] booleans(String name) {
        ByteBuffer bytes = values(name, "BOOL");
        boolean[] values = new boolean[bytes.remaining()];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes.get(i) != 0;
        }
        return values;
    }

    private ByteBuffer values(String name, String type) {
        JsonNode tensor = tensor(name);
        if (!tensor.get("dtype").asString().equals(type)) {
            throw new IllegalArgumentException("Tensor '" + name + "' is " + tensor + ", not " + type);
        }
        int[] offsets = ints(tensor.get("data_offsets"));
        return data.slice(offsets[0], offsets[1] - offsets[0]).order(ByteOrder.LITTLE_ENDIAN);
    }

    private JsonNode tensor(String name) {
        return Optional.ofNullable(header.get(name))
                .orElseThrow(() -> new IllegalArgumentException("No tensor '" + name + "'"));
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }
}
