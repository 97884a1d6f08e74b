package io.draem.service.detection;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Images with work that no client waits for. Their bytes count as those of bodies, and requests are never refused for them.
 *
 * @param <T> type of an image with its work
 */
public final class WorkQueue<T> {

    private static final int MOST_IMAGES = 16;

    private final Admission admission;
    private final long mostBytes;
    private final ToLongFunction<T> length;
    private final BlockingQueue<T> images = new ArrayBlockingQueue<>(MOST_IMAGES);
    private long bytes;

    /**
     * @param mostBytes most bytes of all images; one may have more if it is alone
     * @param length returns how many bytes an image has
     */
    public WorkQueue(Admission admission, long mostBytes, ToLongFunction<T> length) {
        this.admission = admission;
        this.mostBytes = mostBytes;
        this.length = length;
    }

    /** Adds an image, until it is {@linkplain #release released}; returns whether it fits. */
    public synchronized boolean add(T image) {
        long size = length.applyAsLong(image);
        boolean fits = bytes == 0 || bytes + size <= mostBytes;
        if (!fits || !admission.tryKeep(size)) {
            return false;
        }
        bytes += size;
        boolean added = images.offer(image);
        if (!added) {
            release(image);
        }
        return added;
    }

    /** Waits for an image. */
    public T take() throws InterruptedException {
        return images.take();
    }

    /** Waits for an image; returns null if none comes in time. */
    public @Nullable T poll(long seconds) throws InterruptedException {
        return images.poll(seconds, TimeUnit.SECONDS);
    }

    /** Gives back the bytes of an image that was taken. */
    public synchronized void release(T image) {
        long size = length.applyAsLong(image);
        admission.shrink(size);
        bytes -= size;
    }
}
