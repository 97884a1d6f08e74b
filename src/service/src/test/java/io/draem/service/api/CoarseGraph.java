package io.draem.service.api;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Rounds the weights of a graph, which makes its network worse. */
final class CoarseGraph {

    // Numbers of onnx.proto.
    private static final int GRAPH = 7;
    private static final int INITIALIZER = 5;
    private static final int DIMENSIONS = 1;
    private static final int RAW_DATA = 9;
    private static final int CONVOLUTION_DIMENSIONS = 4;

    private CoarseGraph() {}

    /** Returns a graph whose weights of convolutions have so many bits, with one scale per tensor. */
    static byte[] of(byte[] graph, int bits) throws IOException {
        byte[] coarse = graph.clone();
        CodedInputStream in = CodedInputStream.newInstance(graph);
        each(in, GRAPH, () -> each(in, INITIALIZER, () -> round(in, coarse, bits)));
        return coarse;
    }

    /** Reads a part of the file. */
    @FunctionalInterface
    private interface Part {

        void read() throws IOException;
    }

    /** Reads a message to its end, and the messages of one of its fields with it. */
    private static void each(CodedInputStream in, int field, Part part) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == field) {
                int limit = in.pushLimit(in.readRawVarint32());
                part.read();
                in.popLimit(limit);
            } else {
                in.skipField(tag);
            }
        }
    }

    private static void round(CodedInputStream in, byte[] coarse, int bits) throws IOException {
        int dimensions = 0;
        int from = 0;
        int length = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            int field = WireFormat.getTagFieldNumber(tag);
            if (field == RAW_DATA) {
                length = in.readRawVarint32();
                from = in.getTotalBytesRead();
                in.skipRawBytes(length);
            } else if (field == DIMENSIONS && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                int limit = in.pushLimit(in.readRawVarint32());
                for (; !in.isAtEnd(); dimensions++) {
                    in.readInt64();
                }
                in.popLimit(limit);
            } else {
                dimensions += field == DIMENSIONS ? 1 : 0;
                in.skipField(tag);
            }
        }
        if (dimensions == CONVOLUTION_DIMENSIONS) {
            round(ByteBuffer.wrap(coarse, from, length).slice().order(ByteOrder.LITTLE_ENDIAN), bits);
        }
    }

    private static void round(ByteBuffer weights, int bits) {
        float largest = 0;
        for (int i = 0; i < weights.limit(); i += Float.BYTES) {
            largest = Math.max(largest, Math.abs(weights.getFloat(i)));
        }
        float step = largest / ((1 << bits - 1) - 1);
        for (int i = 0; i < weights.limit(); i += Float.BYTES) {
            weights.putFloat(i, Math.round(weights.getFloat(i) / step) * step);
        }
    }
}
