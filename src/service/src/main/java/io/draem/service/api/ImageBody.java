package io.draem.service.api;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import io.draem.service.web.ContentCoding;
import io.draem.service.web.Endpoints;
import io.draem.service.web.RequestBytes;
import io.draem.text.SafeText;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;
import org.springframework.web.multipart.MultipartHttpServletRequest;

/** Takes images out of a request: parts of a multipart body, or the whole body. */
final class ImageBody {

    /** Values of Content-Transfer-Encoding that change nothing. */
    private static final Set<String> BINARY = Set.of("binary", "8bit", "7bit");

    private ImageBody() {}

    /**
     * An image of a form.
     *
     * @param part name of the part
     * @param fileName file name from the client; null without one
     * @param bytes the encoded image, which may be empty
     */
    record Named(String part, @Nullable String fileName, byte[] bytes) {}

    /**
     * An image, and what of it counts.
     *
     * @param image the encoded image, not empty
     * @param mask the encoded mask of its region of interest, not empty; null without one
     */
    record Masked(byte[] image, byte @Nullable [] mask) {}

    /**
     * Returns the encoded image, never more than the limit, and the mask that a form may have with it.
     *
     * @throws DetectionException if there is none, more than one, or it is larger than the limit
     */
    static Masked read(HttpServletRequest request, DataSize limit) throws DetectionException, IOException {
        if (!(request instanceof MultipartHttpServletRequest)) {
            return new Masked(readRaw(request, limit), null);
        }
        List<Named> parts = readParts(request, List.of(Endpoints.PART, DetectionQuery.REGION_OF_INTEREST));
        byte[] image = single(parts, Endpoints.PART);
        if (image == null) {
            throw rejected("The multipart body must have one part named '" + Endpoints.PART + "', got 0");
        }
        return new Masked(image, single(parts, DetectionQuery.REGION_OF_INTEREST));
    }

    /** Returns the content of the only part of a name; null without one. */
    private static byte @Nullable [] single(List<Named> parts, String name) throws DetectionException {
        List<byte[]> found = parts.stream()
                .filter(part -> part.part().equals(name))
                .map(Named::bytes)
                .toList();
        if (found.size() > 1) {
            throw rejected("The multipart body must have one part named '" + name + "', got " + found.size()
                    + (name.equals(Endpoints.PART) ? ": send several images to " + Endpoints.DETECT_BATCH : ""));
        }
        if (!found.isEmpty() && found.get(0).length == 0) {
            throw rejected("The part '" + name + "' is empty: no byte of the file was sent");
        }
        return found.isEmpty() ? null : found.get(0);
    }

    /**
     * Returns the images of a form, in their order.
     *
     * @throws DetectionException if there is none, or more than the limit
     */
    static List<Named> readAll(HttpServletRequest request, int limit) throws DetectionException, IOException {
        List<Named> images = readParts(request, List.of(Endpoints.PARTS));
        if (images.isEmpty()) {
            throw rejected("The multipart body has no part named '" + Endpoints.PARTS + "': send each image as one");
        }
        if (images.size() > limit) {
            throw rejected("The form has " + images.size() + " images, " + limit
                    + " are taken at a time (draem.batch.max-images): send the others in a further request");
        }
        return images;
    }

    /** The web server has checked the size of each part while it read the body. */
    private static List<Named> readParts(HttpServletRequest request, List<String> names)
            throws DetectionException, IOException {
        List<Named> images = new ArrayList<>();
        for (Part part : parts(request)) {
            String name = part.getName();
            if (!names.contains(name)) {
                throw rejected(unexpected(name, names.get(0)));
            }
            ContentCoding.requireNone(
                    "The part '" + name + "'", Collections.enumeration(part.getHeaders("Content-Encoding")));
            requireBinary(part);
            try (InputStream in = part.getInputStream()) {
                String fileName = part.getSubmittedFileName();
                images.add(new Named(name, fileName == null ? null : SafeText.of(fileName), in.readAllBytes()));
            }
            part.delete(); // the copy that was read
        }
        return images;
    }

    /** Parts are as they are in HTTP; some mail libraries write them in base64. */
    private static void requireBinary(Part part) throws DetectionException {
        String encoding = part.getHeader("Content-Transfer-Encoding");
        if (encoding != null && !BINARY.contains(encoding.strip().toLowerCase(Locale.ROOT))) {
            throw new DetectionException.Rejected(
                    Outcome.UNSUPPORTED_MEDIA_TYPE,
                    "The part '" + part.getName() + "' has the Content-Transfer-Encoding '" + SafeText.of(encoding)
                            + "', which is not taken: send the bytes of the file as they are");
        }
    }

    private static String unexpected(String got, String wanted) {
        String known = "The form has a part named '" + SafeText.of(got) + "'";
        return DetectionQuery.NAMES.contains(got)
                ? known + ": give it in the query, as in ?" + got + "=…"
                : known + ", but images are taken from parts named '" + wanted + "'";
    }

    private static Collection<Part> parts(HttpServletRequest request) throws IOException, DetectionException {
        try {
            return request.getParts();
        } catch (ServletException e) {
            throw rejected("The multipart body cannot be read");
        }
    }

    private static byte[] readRaw(HttpServletRequest request, DataSize limit) throws DetectionException, IOException {
        int most = Math.toIntExact(limit.toBytes());
        if (request.getContentLengthLong() > most) {
            throw tooLarge(limit);
        }
        byte[] body = RequestBytes.read(request, most);
        if (body.length > most) {
            throw tooLarge(limit);
        }
        if (body.length == 0) {
            throw rejected("The request has no image: send it as the part '" + Endpoints.PART
                    + "' of multipart/form-data or as the body");
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
