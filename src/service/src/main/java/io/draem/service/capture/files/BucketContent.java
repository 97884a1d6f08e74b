package io.draem.service.capture.files;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/** The content of an object that is read, which gives its place among those that are open back when it is closed. */
final class BucketContent extends FilterInputStream {

    private final AtomicBoolean closed = new AtomicBoolean();
    private final Semaphore open;

    BucketContent(InputStream content, Semaphore open) {
        super(content);
        this.open = open;
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
