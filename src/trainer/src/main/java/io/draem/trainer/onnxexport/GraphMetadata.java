package io.draem.trainer.onnxexport;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.draem.model.ModelCard;
import io.draem.model.ModelContract;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Gives a graph another card and leaves all else of its file as it is, other metadata included. */
public final class GraphMetadata {

    // ModelProto and StringStringEntryProto of onnx.proto
    private static final int METADATA = 14;
    private static final int KEY = 1;
    private static final int VALUE = 2;

    private GraphMetadata() {}

    /**
     * Writes a copy of a graph's file with a card in place of its own. The largest field, the network, is in memory once.
     *
     * @throws IOException if it is no file of an ONNX graph
     */
    public static void replace(Path from, Path to, ModelCard card) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(from));
                OutputStream file = new BufferedOutputStream(Files.newOutputStream(to))) {
            CodedInputStream model = CodedInputStream.newInstance(in);
            CodedOutputStream out = CodedOutputStream.newInstance(file);
            copy(model, out);
            for (Map.Entry<String, String> entry : card.toMetadata().entrySet()) {
                out.writeByteArray(METADATA, entry(entry.getKey(), entry.getValue()));
            }
            out.flush();
        } catch (InvalidProtocolBufferException e) {
            throw new IOException(from + " is no file of an ONNX graph: " + e.getMessage(), e);
        }
    }

    /** Copies all fields but the entries of this project's metadata. */
    private static void copy(CodedInputStream model, CodedOutputStream out) throws IOException {
        for (int tag = model.readTag(); tag != 0; tag = model.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == METADATA) {
                ByteString entry = model.readBytes();
                if (!key(entry).startsWith(ModelContract.METADATA_PREFIX)) {
                    out.writeBytes(METADATA, entry);
                }
            } else {
                model.skipField(tag, out);
            }
        }
    }

    private static String key(ByteString entry) throws IOException {
        CodedInputStream fields = entry.newCodedInput();
        String key = "";
        for (int tag = fields.readTag(); tag != 0; tag = fields.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == KEY) {
                key = fields.readString();
            } else {
                fields.skipField(tag);
            }
        }
        return key;
    }

    private static byte[] entry(String key, String value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeString(KEY, key);
        out.writeString(VALUE, value);
        out.flush();
        return bytes.toByteArray();
    }
}
