package io.draem.service.protocol;

import io.draem.service.detection.Prediction;
import io.draem.service.models.ServedModel;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/** Writes the answer to an inference request value by value: the maps of a batch have millions. */
final class ResponseWriter {

    private static final JsonFactory JSON =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    private static final int CHUNK = 16 << 10;

    private final InferenceRequest request;
    private final List<Prediction> predictions;

    ResponseWriter(InferenceRequest request, List<Prediction> predictions) {
        this.request = request;
        this.predictions = predictions;
    }

    void send(HttpServletRequest http, HttpServletResponse response) throws IOException {
        String coding = coding(http.getHeader(HttpHeaders.ACCEPT_ENCODING));
        if (coding != null) {
            response.setHeader(HttpHeaders.CONTENT_ENCODING, coding);
        }
        if (request.outputs().stream().noneMatch(InferenceRequest.Output::binary)) {
            response.setContentType(MediaType.APPLICATION_JSON_VALUE);
            try (OutputStream out = compressed(coding, response.getOutputStream())) {
                writeJson(out);
            }
            return;
        }
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        writeJson(json);
        response.setContentType(MediaType.APPLICATION_OCTET_STREAM_VALUE);
        response.setIntHeader(BodyReader.JSON_LENGTH, json.size());
        if (coding == null) {
            response.setContentLengthLong(json.size() + binaryLength());
        }
        try (OutputStream out = compressed(coding, response.getOutputStream())) {
            json.writeTo(out);
            for (InferenceRequest.Output output : request.outputs()) {
                if (output.binary()) {
                    writeBinary(output.tensor(), out);
                }
            }
        }
    }

    private void writeJson(OutputStream out) {
        ServedModel model = predictions.get(0).model();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeStringProperty("model_name", model.name());
            json.writeStringProperty("model_version", Integer.toString(model.version()));
            String id = request.id();
            if (id != null) {
                json.writeStringProperty("id", id);
            }
            writeParameters(json);
            json.writeArrayPropertyStart("outputs");
            for (InferenceRequest.Output output : request.outputs()) {
                writeOutput(output, json);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private void writeParameters(JsonGenerator json) {
        Map<String, String> parameters = RequestParameters.of(predictions);
        if (!parameters.isEmpty()) {
            json.writeObjectPropertyStart("parameters");
            parameters.forEach(json::writeStringProperty);
            json.writeEndObject();
        }
    }

    private void writeOutput(InferenceRequest.Output output, JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("name", output.tensor().id());
        json.writeStringProperty("datatype", "FP32");
        json.writeName("shape");
        int[] shape = output.tensor().shape(predictions);
        json.writeArray(shape, 0, shape.length);
        if (output.binary()) {
            json.writeObjectPropertyStart("parameters");
            json.writeNumberProperty("binary_data_size", length(output.tensor()));
            json.writeEndObject();
        } else {
            json.writeArrayPropertyStart("data");
            for (Prediction prediction : predictions) {
                for (float value : output.tensor().values(prediction)) {
                    json.writeNumber(value);
                }
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private void writeBinary(OutputTensor tensor, OutputStream out) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        for (Prediction prediction : predictions) {
            for (float value : tensor.values(prediction)) {
                chunk.putFloat(value);
                if (!chunk.hasRemaining()) {
                    out.write(chunk.array());
                    chunk.clear();
                }
            }
        }
        out.write(chunk.array(), 0, chunk.position());
    }

    private long binaryLength() {
        return request.outputs().stream()
                .filter(InferenceRequest.Output::binary)
                .mapToLong(output -> length(output.tensor()))
                .sum();
    }

    private long length(OutputTensor tensor) {
        long length = Float.BYTES;
        for (int side : tensor.shape(predictions)) {
            length = Math.multiplyExact(length, side);
        }
        return length;
    }

    /**
     * Compresses for who asks for one coding and nothing else. Most HTTP libraries offer a list of them unasked, and maps
     * are slower to compress than to send.
     */
    private static @Nullable String coding(@Nullable String accepted) {
        return "gzip".equals(accepted) || "deflate".equals(accepted) ? accepted : null;
    }

    private static OutputStream compressed(@Nullable String coding, OutputStream out) throws IOException {
        if (coding == null) {
            return out;
        }
        return coding.equals("gzip") ? new FastGzip(out) : new FastDeflate(out);
    }

    private static final class FastDeflate extends DeflaterOutputStream {

        FastDeflate(OutputStream out) {
            super(out, new Deflater(Deflater.BEST_SPEED), CHUNK);
        }

        /** Ends the deflater too, which was given and so would keep its native memory. */
        @Override
        public void close() throws IOException {
            try {
                super.close();
            } finally {
                def.end();
            }
        }
    }

    private static final class FastGzip extends GZIPOutputStream {

        FastGzip(OutputStream out) throws IOException {
            super(out, CHUNK);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
