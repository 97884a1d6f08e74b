package io.draem.service.shadow;

import io.draem.service.detection.Admission;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/** The images that wait for a candidate, whose bytes count as those of bodies. Requests are never refused for them. */
final class ShadowQueue {

    private static final int MOST_IMAGES = 16;

    private final Admission admission;
    private final long mostBytes;
    private final BlockingQueue<ShadowImage> images = new ArrayBlockingQueue<>(MOST_IMAGES);
    private final AtomicLong bytes = new AtomicLong();

    /** @param mostBytes most bytes of all images; one may have more if it is alone */
    ShadowQueue(Admission admission, long mostBytes) {
        this.admission = admission;
        this.mostBytes = mostBytes;
    }

    /** Adds an image, until it is {@linkplain #free freed}; returns whether it fits. */
    boolean add(ShadowImage image) {
        boolean fits = images.isEmpty() || bytes.get() + image.length() <= mostBytes;
        if (!fits || !admission.tryKeep(image.length())) {
            return false;
        }
        bytes.addAndGet(image.length());
        boolean added = images.offer(image);
        if (!added) {
            free(image);
        }
        return added;
    }

    /** Waits for an image. */
    ShadowImage take() throws InterruptedException {
        return images.take();
    }

    /** Gives back the bytes of an image that was taken. */
    void free(ShadowImage image) {
        admission.shrink(image.length());
        bytes.addAndGet(-image.length());
    }
}
