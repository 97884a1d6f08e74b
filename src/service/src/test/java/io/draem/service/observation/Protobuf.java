package io.draem.service.observation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A message of protocol buffers, by the numbers of its fields. */
record Protobuf(Map<Integer, List<Object>> fields) {

    static Protobuf read(byte[] message) {
        Map<Integer, List<Object>> fields = new HashMap<>();
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            int tag = (int) varint(in);
            Object value = switch (tag & 7) {
                case 0 -> varint(in);
                case 1 -> in.getLong();
                case 2 -> {
                    byte[] bytes = new byte[(int) varint(in)];
                    in.get(bytes);
                    yield bytes;
                }
                case 5 -> (long) in.getInt();
                default -> throw new IllegalArgumentException("No wire type: " + (tag & 7));
            };
            fields.computeIfAbsent(tag >> 3, field -> new ArrayList<>()).add(value);
        }
        return new Protobuf(fields);
    }

    boolean has(int field) {
        return fields.containsKey(field);
    }

    List<Protobuf> messages(int field) {
        return fields.getOrDefault(field, List.of()).stream()
                .map(value -> read((byte[]) value))
                .toList();
    }

    String text(int field) {
        return new String(bytes(field), StandardCharsets.UTF_8);
    }

    String hex(int field) {
        return HexFormat.of().formatHex(bytes(field));
    }

    long number(int field) {
        return (Long) fields.get(field).get(0);
    }

    private byte[] bytes(int field) {
        return has(field) ? (byte[]) fields.get(field).get(0) : new byte[0];
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 127) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
