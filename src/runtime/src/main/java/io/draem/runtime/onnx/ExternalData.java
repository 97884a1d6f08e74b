package io.draem.runtime.onnx;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the names of the files with a graph's external weights: the entries {@code location} of
 * {@code TensorProto.external_data} of every tensor. Reads protobuf's wire format, with the field numbers of onnx.proto.
 */
public final class ExternalData {

    private static final int MAX_DEPTH = 64;

    /** The messages that lead from the model to its tensors, and which of their fields hold which message. */
    private enum Message {
        MODEL,
        GRAPH,
        NODE,
        ATTRIBUTE,
        FUNCTION,
        SPARSE_TENSOR,
        TENSOR,
        ENTRY,
        OTHER;

        Message field(int number) {
            return switch (this) {
                case MODEL -> number == 7 ? GRAPH : number == 25 ? FUNCTION : OTHER;
                case GRAPH -> number == 1 ? NODE : number == 5 ? TENSOR : number == 15 ? SPARSE_TENSOR : OTHER;
                case NODE -> number == 5 ? ATTRIBUTE : OTHER;
                case ATTRIBUTE ->
                    switch (number) {
                        case 5, 10 -> TENSOR;
                        case 6, 11 -> GRAPH;
                        case 22, 23 -> SPARSE_TENSOR;
                        default -> OTHER;
                    };
                case FUNCTION -> number == 7 ? NODE : number == 11 ? ATTRIBUTE : OTHER;
                case SPARSE_TENSOR -> number == 1 || number == 2 ? TENSOR : OTHER;
                case TENSOR -> number == 13 ? ENTRY : OTHER;
                case ENTRY, OTHER -> OTHER;
            };
        }
    }

    private final Set<String> locations = new TreeSet<>();

    private ExternalData() {}

    /**
     * Returns the names of the files, sorted; empty for a graph without external weights.
     *
     * @throws GraphRefusedException if the bytes are not a graph, or a name is not that of a file in the graph's folder
     */
    public static Set<String> locations(ByteBuffer graph) throws GraphRefusedException {
        ExternalData data = new ExternalData();
        try {
            data.read(graph.duplicate(), Message.MODEL, 0);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new GraphRefusedException("the file is not an ONNX graph, or is incomplete");
        }
        for (String location : data.locations) {
            if (location.isEmpty() || location.startsWith(".") || !location.matches("[^/\\\\:\\p{Cntrl}]+")) {
                throw new GraphRefusedException(
                        "Its weights are in another folder than the graph: only files in the graph's folder are read");
            }
        }
        return data.locations;
    }

    private void read(ByteBuffer bytes, Message message, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("nested too deeply");
        }
        String key = "";
        String value = "";
        while (bytes.hasRemaining()) {
            int tag =
                    (int) varint(bytes); // protobuf ignores higher bits, so they must not hide a field from this reader
            int number = tag >>> 3;
            switch (tag & 7) {
                case 0 -> varint(bytes);
                case 1 -> skip(bytes, 8);
                case 2 -> {
                    ByteBuffer part = part(bytes);
                    Message next = message.field(number);
                    if (message == Message.ENTRY) {
                        key = number == 1 ? text(part) : key;
                        value = number == 2 ? text(part) : value;
                    } else if (next != Message.OTHER) {
                        read(part, next, depth + 1);
                    }
                }
                case 5 -> skip(bytes, 4);
                default -> throw new IllegalArgumentException("not a wire type of protobuf 3");
            }
        }
        if (message == Message.ENTRY && key.equals("location")) {
            locations.add(value);
        }
    }

    private static ByteBuffer part(ByteBuffer bytes) {
        long length = varint(bytes);
        if (length < 0 || length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer part = bytes.slice(bytes.position(), (int) length);
        skip(bytes, (int) length);
        return part;
    }

    private static String text(ByteBuffer part) {
        return StandardCharsets.UTF_8.decode(part.duplicate()).toString();
    }

    private static void skip(ByteBuffer bytes, int count) {
        bytes.position(bytes.position() + count); // beyond the end: IllegalArgumentException
    }

    private static long varint(ByteBuffer bytes) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = bytes.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number without an end");
    }
}
