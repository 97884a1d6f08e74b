package io.draem.service.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import org.apache.catalina.core.ApplicationPart;
import org.apache.tomcat.util.http.fileupload.FileItem;
import org.apache.tomcat.util.http.fileupload.FileUpload;
import org.apache.tomcat.util.http.fileupload.UploadContext;

/**
 * The parts of a form that has been received whole, as slices of its body. The web server's parser finds them; it would keep
 * another copy of each, in buffers of up to twice its size.
 */
final class FormParts {

    /** Most characters of a boundary (RFC 2046, section 5.1.1); longer ones make the search for them slow. */
    private static final int MAX_BOUNDARY = 70;

    private static final byte[] HEADERS_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final byte[] body;
    private final byte[] boundary;
    private int position;

    /** A form whose boundary has more than 70 characters. */
    static final class LongBoundaryException extends IOException {

        private static final long serialVersionUID = 1;

        LongBoundaryException() {
            super("The boundary of the form has more than " + MAX_BOUNDARY + " characters: send a shorter one");
        }
    }

    private FormParts(byte[] body, byte[] boundary) {
        this.body = body;
        this.boundary = boundary;
    }

    /**
     * Limits of a form.
     *
     * @param partBytes most bytes of a part
     * @param headerBytes most bytes of the headers of a part
     * @param parts most parts
     */
    record Limits(long partBytes, int headerBytes, int parts) {}

    /**
     * Returns the parts of a form, in their order.
     *
     * @throws org.apache.tomcat.util.http.fileupload.FileUploadException if it is malformed, or exceeds the limits
     */
    static Collection<Part> parse(HttpServletRequest request, byte[] body, Limits limits) throws IOException {
        FileUpload upload = new FileUpload();
        upload.setFileSizeMax(limits.partBytes());
        upload.setPartHeaderSizeMax(limits.headerBytes());
        upload.setFileCountMax(limits.parts());
        byte[] boundary = Objects.requireNonNullElse(upload.getBoundary(request.getContentType()), new byte[0]);
        if (boundary.length > MAX_BOUNDARY) {
            throw new LongBoundaryException();
        }
        FormParts parts = new FormParts(body, boundary);
        upload.setFileItemFactory(parts::next);
        return upload.parseRequest(new Form(request, body)).stream()
                .<Part>map(item -> new ApplicationPart(item, null))
                .toList();
    }

    /**
     * Returns an item for the next part, whose bytes are expected behind the next headers. The search goes on from there
     * also where the part is a copy, so that all parts of a form together are found in one pass over the body.
     */
    private FileItem next(String name, String type, boolean field, String fileName) {
        int start = behind(HEADERS_END, behind(boundary, position));
        position = start;
        return new FormPart(body, start, name, type, field, fileName, end -> position = end);
    }

    /** Returns the position behind the next occurrence of a pattern; the end of the body if there is none. */
    private int behind(byte[] pattern, int from) {
        for (int i = from; i <= body.length - pattern.length; i++) {
            if (Arrays.equals(body, i, i + pattern.length, pattern, 0, pattern.length)) {
                return i + pattern.length;
            }
        }
        return body.length;
    }

    /** What the parser reads. */
    private record Form(HttpServletRequest request, byte[] body) implements UploadContext {

        @Override
        public long contentLength() {
            return body.length;
        }

        @Override
        public String getCharacterEncoding() {
            return request.getCharacterEncoding();
        }

        @Override
        public String getContentType() {
            return request.getContentType();
        }

        @Override
        public InputStream getInputStream() {
            return new ByteArrayInputStream(body);
        }
    }
}
