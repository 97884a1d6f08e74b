package io.draem.trainer.checkpoint;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The header of a safetensors file.
 *
 * @param entries of the tensors by name, in the header's order
 * @param metadata free text pairs
 */
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {

    private static final String METADATA = "__metadata__";
    private static final int MAX_RANK = 32;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * A tensor.
     *
     * @param begin offset of its first byte in the data
     */
    record Entry(Tensor.Type type, long[] shape, long begin, int length) {

        long end() {
            return begin + length;
        }
    }

    /**
     * Reads a header and checks it against the length of the data: as the format requires, the tensors fill
     * the data without gaps or overlaps, so that never more is read than the file holds.
     */
    static SafetensorsHeader parse(byte[] json, long dataLength, Path file) throws TensorFileException {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JacksonException e) {
            throw new TensorFileException(file, "its header is not JSON");
        }
        if (!(root instanceof ObjectNode object)) {
            throw new TensorFileException(file, "its header is not a JSON object");
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            if (entry.getKey().equals(METADATA)) {
                readMetadata(entry.getValue(), metadata, file);
            } else {
                entries.put(entry.getKey(), entry(entry.getKey(), entry.getValue(), file));
            }
        }
        requireGapless(entries, dataLength, file);
        return new SafetensorsHeader(entries, metadata);
    }

    /** Returns the header of tensors that will be written one after the other, padded to a multiple of eight bytes. */
    static byte[] write(Map<String, String> metadata, Map<String, DeferredTensor> tensors) {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode pairs = header.putObject(METADATA);
            new TreeMap<>(metadata).forEach(pairs::put); // the same bytes for the same content
        }
        long offset = 0;
        for (Map.Entry<String, DeferredTensor> entry : tensors.entrySet()) {
            DeferredTensor tensor = entry.getValue();
            ObjectNode description = header.putObject(entry.getKey());
            description.put("dtype", tensor.type().name());
            ArrayNode shape = description.putArray("shape");
            for (long side : tensor.shape()) {
                shape.add(side);
            }
            long end = offset + tensor.bytes();
            description.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        String json = header.toString();
        int length = json.getBytes(StandardCharsets.UTF_8).length;
        return (json + " ".repeat((8 - length % 8) % 8)).getBytes(StandardCharsets.UTF_8);
    }

    private static void readMetadata(JsonNode pairs, Map<String, String> metadata, Path file)
            throws TensorFileException {
        if (!pairs.isObject()) {
            throw new TensorFileException(file, "its metadata is not a JSON object");
        }
        for (Map.Entry<String, JsonNode> pair : pairs.properties()) {
            if (!pair.getValue().isString()) {
                throw new TensorFileException(file, "its metadata holds something other than text");
            }
            metadata.put(pair.getKey(), pair.getValue().stringValue());
        }
    }

    private static Entry entry(String name, JsonNode description, Path file) throws TensorFileException {
        Tensor.Type type;
        try {
            type = Tensor.Type.valueOf(description.path("dtype").asString(""));
        } catch (IllegalArgumentException e) {
            throw new TensorFileException(file, "tensor '" + name + "' has an unknown dtype");
        }
        JsonNode sides = description.path("shape");
        JsonNode offsets = description.path("data_offsets");
        if (!sides.isArray() || sides.size() > MAX_RANK || !offsets.isArray() || offsets.size() != 2) {
            throw new TensorFileException(file, "tensor '" + name + "' lacks shape or data_offsets");
        }
        long[] shape = new long[sides.size()];
        long elements = 1;
        for (int i = 0; i < shape.length; i++) {
            shape[i] = wholeNumber(sides.get(i));
            if (shape[i] < 0 || (elements > 0 && shape[i] > Long.MAX_VALUE / 8 / elements)) {
                throw new TensorFileException(file, "tensor '" + name + "' has an impossible shape");
            }
            elements *= shape[i];
        }
        long begin = wholeNumber(offsets.get(0));
        long end = wholeNumber(offsets.get(1));
        if (begin < 0 || end < begin || end - begin > Integer.MAX_VALUE || elements * type.bytes() != end - begin) {
            throw new TensorFileException(file, "tensor '" + name + "' does not fit the file");
        }
        return new Entry(type, shape, begin, (int) (end - begin));
    }

    /** Returns −1 for anything else. */
    private static long wholeNumber(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong() ? node.longValue() : -1;
    }

    private static void requireGapless(Map<String, Entry> entries, long dataLength, Path file)
            throws TensorFileException {
        List<Entry> sorted = entries.values().stream()
                .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
                .toList();
        long position = 0;
        for (Entry entry : sorted) {
            if (entry.begin() != position || entry.end() > dataLength) {
                throw new TensorFileException(file, "its tensors overlap, leave gaps or reach outside the file");
            }
            position = entry.end();
        }
        if (position != dataLength) {
            throw new TensorFileException(
                    file, "it holds " + dataLength + " bytes of data, of which its tensors take " + position);
        }
    }
}
