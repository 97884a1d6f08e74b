package io.draem.service.web;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.apache.tomcat.util.http.fileupload.disk.DiskFileItem;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FastByteArrayOutputStream;

/**
 * A part of a form, in memory. What the parser writes is compared with the bytes of the form at the expected position: as
 * long as they are equal, the part is a slice of the form; otherwise (behind a part without a name, which the parser leaves
 * out) it is a copy. It extends the web server's own item, of which alone the web server returns the headers.
 */
final class FormPart extends DiskFileItem {

    private static final byte[] NONE = {};

    private final int start;
    private final IntConsumer onEnd;
    private byte[] form;
    private int size;
    private @Nullable FastByteArrayOutputStream copy;

    /**
     * @param form the whole form
     * @param start where the part is expected to start
     * @param onEnd gets the end of the part in the form, if it is a slice
     */
    FormPart(byte[] form, int start, String name, String type, boolean field, String fileName, IntConsumer onEnd) {
        super(name, type, field, fileName, Integer.MAX_VALUE, null);
        this.form = form;
        this.start = start;
        this.onEnd = onEnd;
    }

    @Override
    public OutputStream getOutputStream() {
        return new Content();
    }

    @Override
    public InputStream getInputStream() {
        return copy == null ? new ByteArrayInputStream(form, start, size) : copy.getInputStream();
    }

    @Override
    public byte[] get() {
        return copy == null ? Arrays.copyOfRange(form, start, start + size) : copy.toByteArray();
    }

    @Override
    public long getSize() {
        return size;
    }

    @Override
    public boolean isInMemory() {
        return true;
    }

    /** Forgets the bytes, and with them the form. */
    @Override
    public void delete() {
        copy = new FastByteArrayOutputStream(1);
        form = NONE;
        size = 0;
    }

    /** What the parser writes. */
    private final class Content extends OutputStream {

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int from = start + size;
            if (copy == null
                    && (length > form.length - from
                            || !Arrays.equals(form, from, from + length, bytes, offset, offset + length))) {
                copy = new FastByteArrayOutputStream();
                copy.write(form, start, size);
                form = NONE;
            }
            if (copy != null) {
                copy.write(bytes, offset, length);
            }
            size += length;
        }

        @Override
        public void close() {
            if (copy == null) {
                onEnd.accept(start + size);
            }
        }
    }
}
