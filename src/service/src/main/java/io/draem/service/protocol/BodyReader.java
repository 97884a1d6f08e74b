package io.draem.service.protocol;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import io.draem.service.web.RequestBytes;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** Reads the bodies of inference requests, within their limit. */
final class BodyReader {

    /** How many bytes of a body are JSON; what follows is binary. */
    static final String JSON_LENGTH = "Inference-Header-Content-Length";

    private final int maxBytes;

    BodyReader(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Reads the body.
     *
     * @param share where it is decompressed, if it has to be
     */
    Body read(HttpServletRequest request, Inflation.Share share) throws DetectionException, IOException {
        String coding = coding(request.getHeader(HttpHeaders.CONTENT_ENCODING));
        if (request.getContentLengthLong() > maxBytes) {
            throw Invalid.largeBody(maxBytes);
        }
        byte[] bytes = RequestBytes.read(request, maxBytes);
        if (bytes.length > maxBytes) {
            throw Invalid.largeBody(maxBytes);
        }
        if (coding != null) {
            bytes = share.inflate(coding, bytes);
        }
        return new Body(bytes, jsonLength(request.getHeader(JSON_LENGTH), bytes.length));
    }

    private static @Nullable String coding(@Nullable String header) throws DetectionException {
        if (header == null) {
            return null;
        }
        return switch (header.strip().toLowerCase(Locale.ROOT)) {
            case "identity", "" -> null;
            case "gzip", "x-gzip" -> "gzip";
            case "deflate" -> "deflate";
            default ->
                throw new DetectionException.Rejected(
                        Outcome.UNSUPPORTED_MEDIA_TYPE,
                        "The Content-Encoding is not taken: send gzip, deflate, or the body as it is");
        };
    }

    private static int jsonLength(@Nullable String header, int length) throws DetectionException {
        if (header == null) {
            return length;
        }
        try {
            int json = Integer.parseInt(header.strip());
            if (json >= 0 && json <= length) {
                return json;
            }
        } catch (NumberFormatException e) {
            // Refused below.
        }
        throw Invalid.request("The header " + JSON_LENGTH + " must be the number of bytes of JSON at the start of the"
                + " body, which has " + length + " bytes" + " in all");
    }

    /**
     * The body of an inference request: JSON, and tensors in binary form behind it.
     *
     * @param bytes all of it, decompressed; not copied
     * @param jsonLength how many bytes the JSON has; 0 where there is none and the whole body is the one tensor
     */
    record Body(byte[] bytes, int jsonLength) {

        /** Returns how many bytes are behind the JSON. */
        int binaryLength() {
            return bytes.length - jsonLength;
        }

        /** Returns what is behind the JSON. */
        ByteBuffer binary() {
            return ByteBuffer.wrap(bytes, jsonLength, binaryLength());
        }
    }
}
