package io.draem.service.capture.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A file that is open for reading.
 *
 * @param length its bytes
 * @param content read once
 */
public record StoredFile(long length, InputStream content) implements AutoCloseable {

    /**
     * Reads all of it.
     *
     * @param most most bytes to take memory for
     * @throws IOException if it has more, or ends early
     */
    public byte[] read(long most) throws IOException {
        if (length > Math.min(most, Integer.MAX_VALUE - 8)) {
            throw new IOException("The file has " + length + " bytes, more than the limit of " + most);
        }
        byte[] bytes = content.readNBytes((int) length);
        if (bytes.length < length) {
            throw new IOException("The file ends after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    /**
     * Writes all of it to a stream.
     *
     * @throws IOException if it ends early, or the stream takes it not
     */
    public void copy(OutputStream out) throws IOException {
        long copied = content.transferTo(out);
        if (copied != length) {
            throw new IOException("The file ends after " + copied + " of " + length + " bytes");
        }
    }

    @Override
    public void close() throws IOException {
        content.close();
    }
}
