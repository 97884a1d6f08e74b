package io.draem.service.capture.files;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * The content of an object that is read, which gives its place among those that are open back when it is closed. A response
 * that ends early is a failure of the store; the JDK's client takes it for the end.
 */
final class BucketContent extends FilterInputStream {

    private final AtomicBoolean closed = new AtomicBoolean();
    private final String address;
    private final Semaphore open;
    private long left;

    /**
     * @param length bytes of the object
     * @param address of the store
     */
    BucketContent(InputStream content, long length, String address, Semaphore open) {
        super(content);
        this.left = length;
        this.address = address;
        this.open = open;
    }

    @Override
    public int read() throws IOException {
        try {
            int next = super.read();
            count(next < 0 ? next : 1);
            return next;
        } catch (IOException | SdkException e) {
            throw broken(e);
        }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            int read = super.read(bytes, offset, length);
            count(read);
            return read;
        } catch (IOException | SdkException e) {
            throw broken(e);
        }
    }

    private void count(int read) throws IOException {
        if (read < 0 && left > 0) {
            throw new EOFException(left + " bytes are missing");
        }
        left -= Math.max(0, read);
    }

    private StoreException broken(Exception cause) {
        return new StoreException(address + " stopped answering: " + cause.getMessage(), false, cause);
    }

    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            try {
                super.close();
            } finally {
                open.release();
            }
        }
    }
}
