package io.draem.service.capture;

import io.draem.service.capture.files.StoreException;
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

    /** Fewer than a minute of new images, whose files take longer. */
    private static final int ROUND = 100;

    private final CaptureStore store;
    private final Duration maxAge;
    private final long maxImages;
    private final long maxBytes;
    private boolean failing;
    private int left;

    CaptureRetention(CaptureStore store, Duration maxAge, long maxImages, long maxBytes) {
        this.store = store;
        this.maxAge = maxAge;
        this.maxImages = maxImages;
        this.maxBytes = maxBytes;
    }

    /**
     * Deletes what is too old, and the oldest images, those without a label first, down to the limits. An image that cannot be
     * deleted stays until the next call, and the others go.
     *
     * @return false if there were more than one call deletes, since images may wait to be written
     */
    boolean enforce(Instant now) {
        left = ROUND;
        Instant oldest = now.minus(maxAge);
        boolean deleted = deleteAll(() -> store.olderThan(oldest, ROUND), () -> true);
        deleted &=
                deleteAll(() -> store.expendable(ROUND), () -> store.images() > maxImages || store.bytes() > maxBytes);
        failing = !deleted;
        return left > 0 || failing;
    }

    /** Returns whether all could be deleted. */
    private boolean deleteAll(Supplier<List<CapturedImage>> next, BooleanSupplier more) {
        boolean all = true;
        boolean progress = true;
        while (progress && left > 0 && more.getAsBoolean()) {
            progress = false;
            for (CapturedImage image : next.get()) {
                if (left == 0 || !more.getAsBoolean()) {
                    break;
                }
                left--;
                try {
                    store.delete(image);
                    progress = true;
                } catch (StoreException e) {
                    report(image, e);
                    return false; // as for all others
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
                    "Captured image {} cannot be deleted although it should be: {}. Correct the rights of its files",
                    image.name(),
                    failure.toString());
        }
    }
}
