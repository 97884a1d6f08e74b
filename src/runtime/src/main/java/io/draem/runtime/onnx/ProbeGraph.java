package io.draem.runtime.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The smallest graph that proves a provider: {@code y = Conv(x, w)} with one pixel and one weight. If it fails, the provider
 * does not work; if it runs, the cause of a failure is the graph that fails.
 */
final class ProbeGraph {

    static final String INPUT = "x";
    static final long[] SHAPE = {1, 1, 1, 1};

    private static final int FLOAT = 1;

    private ProbeGraph() {}

    /** Returns the graph as an ONNX file, with the field numbers of onnx.proto. */
    static byte[] bytes() {
        byte[] node = join(text(1, INPUT), text(1, "w"), text(2, "y"), text(4, "Conv"));
        byte[] weight = join(
                number(1, 1), number(1, 1), number(1, 1), number(1, 1), number(2, FLOAT), text(8, "w"), part(9, ONE));
        byte[] graph =
                join(part(1, node), text(2, "probe"), part(5, weight), part(11, value(INPUT)), part(12, value("y")));
        byte[] opset = number(2, 13);
        return join(number(1, 7), part(7, graph), part(8, opset));
    }

    /** The float 1, little-endian. */
    private static final byte[] ONE = {0, 0, (byte) 0x80, 0x3F};

    private static byte[] value(String name) {
        byte[] side = part(1, number(1, 1));
        byte[] tensor = join(number(1, FLOAT), part(2, join(side, side, side, side)));
        return join(text(1, name), part(2, part(1, tensor)));
    }

    private static byte[] number(int field, int value) {
        return new byte[] {(byte) (field << 3), (byte) value};
    }

    private static byte[] text(int field, String value) {
        return part(field, value.getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns a field of bytes; lengths up to 16383 take two bytes at most. */
    private static byte[] part(int field, byte[] value) {
        byte[] length = value.length < 0x80
                ? new byte[] {(byte) value.length}
                : new byte[] {(byte) (value.length | 0x80), (byte) (value.length >> 7)};
        return join(new byte[] {(byte) (field << 3 | 2)}, length, value);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }
}
