package io.draem.service.capture;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes captured images that are too old, and those beyond the limits. */
final class CaptureRetention {

    private static final Logger log = LoggerFactory.getLogger(CaptureRetention.class);

    private static final int ROUND = 100;

    private final CaptureStore store;
    private final Duration maxAge;
    private final long maxImages;
    private final long maxBytes;
    private boolean failing;

    CaptureRetention(CaptureStore store, Duration maxAge, long maxImages, long maxBytes) {
        this.store = store;
        this.maxAge = maxAge;
        this.maxImages = maxImages;
        this.maxBytes = maxBytes;
    }

    /**
     * Deletes what is too old, and the oldest images, those without a label first, down to the limits. An image that cannot be
     * deleted stays until the next call, and the others go.
     */
    void enforce(Instant now) {
        Instant oldest = now.minus(maxAge);
        boolean deleted = deleteAll(() -> store.olderThan(oldest, ROUND), () -> true);
        deleted &=
                deleteAll(() -> store.expendable(ROUND), () -> store.images() > maxImages || store.bytes() > maxBytes);
        failing = !deleted;
    }

    /** Returns whether all could be deleted. */
    private boolean deleteAll(Supplier<List<CapturedImage>> next, BooleanSupplier more) {
        boolean all = true;
        boolean progress = true;
        while (progress && more.getAsBoolean()) {
            progress = false;
            for (CapturedImage image : next.get()) {
                if (!more.getAsBoolean()) {
                    break;
                }
                try {
                    store.delete(image);
                    progress = true;
                } catch (IOException e) {
                    all = false;
                    report(image, e);
                }
            }
        }
        return all;
    }

    /** Once, until all can be deleted again. */
    private void report(CapturedImage image, IOException failure) {
        if (!failing) {
            failing = true;
            log.error(
                    "Captured image {} cannot be deleted although it should be: {}. Correct the rights of its files in"
                            + " draem.capture.directory",
                    image.name(),
                    failure.toString());
        }
    }
}
