package io.draem.trainer.onnxexport;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.draem.model.ModelCard;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Gives a graph other metadata and leaves all else of its file as it is. */
public final class GraphMetadata {

    // ModelProto and StringStringEntryProto of onnx.proto
    private static final int METADATA = 14;
    private static final int KEY = 1;
    private static final int VALUE = 2;

    private GraphMetadata() {}

    /**
     * Writes a copy of a graph's file with a card in place of its own.
     *
     * @param from a file that ONNX Runtime has opened
     */
    public static void replace(Path from, Path to, ModelCard card) throws IOException {
        UnknownFieldSet.Builder model;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(from))) {
            model = UnknownFieldSet.newBuilder().mergeFrom(in);
        } catch (InvalidProtocolBufferException e) {
            throw new IOException(from + " is no ONNX file: " + e.getMessage(), e);
        }
        UnknownFieldSet.Field.Builder metadata = UnknownFieldSet.Field.newBuilder();
        for (Map.Entry<String, String> entry : card.toMetadata().entrySet()) {
            metadata.addLengthDelimited(UnknownFieldSet.newBuilder()
                    .addField(KEY, text(entry.getKey()))
                    .addField(VALUE, text(entry.getValue()))
                    .build()
                    .toByteString());
        }
        model.clearField(METADATA).addField(METADATA, metadata.build());
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(to))) {
            model.build().writeTo(out);
        }
    }

    private static UnknownFieldSet.Field text(String text) {
        return UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(ByteString.copyFromUtf8(text))
                .build();
    }
}
