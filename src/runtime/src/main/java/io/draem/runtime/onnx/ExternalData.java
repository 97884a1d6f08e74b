package io.draem.runtime.onnx;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the files in which an ONNX graph keeps weights beside itself: the entries {@code location} of
 * {@code TensorProto.external_data}, wherever a tensor may stand. Reads protobuf's wire format, in the numbers of
 * onnx.proto.
 */
final class ExternalData {

    private static final int MAX_DEPTH = 64;

    /** Messages on the way from the model to its tensors: field of each and what it holds. */
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
     * Returns the names of the files, sorted; empty for a graph that is whole by itself.
     *
     * @throws GraphRefusedException if the bytes are no graph, or a name is more than that of a file beside the graph
     */
    static Set<String> locations(ByteBuffer graph) throws GraphRefusedException {
        ExternalData data = new ExternalData();
        try {
            data.read(graph.duplicate(), Message.MODEL, 0);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new GraphRefusedException("the file is no ONNX graph, or not a whole one");
        }
        for (String location : data.locations) {
            if (location.isEmpty() || location.startsWith(".") || !location.matches("[^/\\\\:\\p{Cntrl}]+")) {
                throw new GraphRefusedException(
                        "Its weights are in another folder than the graph: only files right" + " beside it are read");
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
            int tag = (int) varint(bytes); // protobuf ignores higher bits: none may hide a field from this reader alone
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
                default -> throw new IllegalArgumentException("no wire type of protobuf 3");
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
