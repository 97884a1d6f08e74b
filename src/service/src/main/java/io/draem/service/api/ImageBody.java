package io.draem.service.api;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.springframework.util.unit.DataSize;
import org.springframework.web.multipart.MultipartHttpServletRequest;

/** Takes the image out of a request: the part {@value #PART} of a multipart body, or the whole body. */
final class ImageBody {

    static final String PART = "image";

    private ImageBody() {}

    /**
     * Returns the encoded image, never more than the limit.
     *
     * @throws DetectionException if there is none, more than one, or it is larger than the limit
     */
    static byte[] read(HttpServletRequest request, DataSize limit) throws DetectionException, IOException {
        byte[] image = request instanceof MultipartHttpServletRequest ? readPart(request) : readRaw(request, limit);
        if (image.length == 0) {
            throw rejected("The request has no image: send it as the part '" + PART
                    + "' of multipart/form-data or as the body");
        }
        return image;
    }

    private static byte[] readPart(HttpServletRequest request) throws DetectionException, IOException {
        List<Part> images = parts(request);
        if (images.size() != 1) {
            throw rejected("The multipart body must have one part named '" + PART + "', got " + images.size());
        }
        // The web server has checked the size of each part while it read the body.
        try (InputStream in = images.get(0).getInputStream()) {
            return in.readAllBytes();
        }
    }

    private static List<Part> parts(HttpServletRequest request) throws IOException, DetectionException {
        try {
            return request.getParts().stream()
                    .filter(part -> PART.equals(part.getName()))
                    .toList();
        } catch (ServletException e) {
            throw rejected("The multipart body cannot be read");
        }
    }

    private static byte[] readRaw(HttpServletRequest request, DataSize limit) throws DetectionException, IOException {
        int most = Math.toIntExact(limit.toBytes());
        if (request.getContentLengthLong() > most) {
            throw tooLarge(limit);
        }
        byte[] body = request.getInputStream().readNBytes(most + 1);
        if (body.length > most) {
            throw tooLarge(limit);
        }
        return body;
    }

    private static DetectionException tooLarge(DataSize limit) {
        return new DetectionException.Rejected(
                Outcome.IMAGE_TOO_LARGE,
                "The image is larger than " + limit.toBytes() + " bytes (draem.image.max-bytes): send a smaller one");
    }

    private static DetectionException rejected(String detail) {
        return new DetectionException.Rejected(Outcome.INVALID_REQUEST, detail);
    }
}
