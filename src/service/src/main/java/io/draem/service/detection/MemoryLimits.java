package io.draem.service.detection;

import io.draem.service.startup.StartUpException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/**
 * Limits on what requests hold in memory. {@value #BASE_MEGABYTES} MiB of the heap are the service's own, the rest is
 * the budget, unless {@code draem.memory.budget} sets it. Of the budget, 45 % are for images that are decoded and
 * drawn, 25 % for bodies, 22 % for pictures in responses that are being sent, and 8 % are spare, since a heap cannot be
 * filled to its last byte with large arrays. Weights and activations of models are outside the heap. {@code
 * HeapBenchmark} measures the bytes per pixel; the other figures are estimates, which {@code SmallHeapTests} holds to
 * small heaps.
 *
 * @param maxPixels most pixels (width times height) of an image, by its header
 * @param maxBytes largest encoded size of an image
 * @param maxBatchBytes largest body of a request with several images, also after decompression
 * @param pixelsInFlight most pixels of all images that are examined at a time, at {@value PixelBudget#BYTES} bytes of
 *     heap each
 * @param bytesInFlight most bytes of the bodies of all requests at a time, counted when memory is taken for them, and of what they
 *     unpack to; at least twice {@code maxBatchBytes}
 * @param pictureBytesInFlight most bytes of maps and pictures in all responses that are being sent at a time
 */
public record MemoryLimits(
        long maxPixels,
        DataSize maxBytes,
        DataSize maxBatchBytes,
        int pixelsInFlight,
        DataSize bytesInFlight,
        DataSize pictureBytesInFlight) {

    /**
     * Bytes of heap per byte of a body: its array, the image that is taken from a form, and, for a part that stands behind
     * one without a name, the web server's copy, whose buffers may be twice as large as it.
     */
    private static final int BODY_COPIES = 4;

    /** Bytes of a form in addition to its images: boundaries and headers. */
    public static final int FORM_OVERHEAD = 64 << 10;

    private static final int BASE_MEGABYTES = 64;
    private static final long MEGABYTE = 1 << 20;

    private static final int IMAGE_PERCENT = 45;
    private static final int BODY_PERCENT = 25;
    private static final int PICTURE_PERCENT = 22;

    /** The part of a container's memory that the image of this service gives to the heap, in percent. */
    private static final int CONTAINER_PERCENT = 40;

    /** Limits that no larger heap raises. */
    private static final long MOST_PIXELS = 64_000_000;

    private static final long MOST_IMAGE_BYTES = 32 * MEGABYTE;
    private static final long MOST_BATCH_BYTES = 64 * MEGABYTE;
    private static final long MOST_BYTES_IN_FLIGHT = 256 * MEGABYTE;

    /** The largest batch whose size an array can have, whatever the budget. */
    private static final long MOST_BATCH_BYTES_OF_ANY_BUDGET = 1024 * MEGABYTE;

    /**
     * Derives the limits.
     *
     * @param heap largest size of the heap in bytes
     * @param budget bytes for requests; null for the heap less {@value #BASE_MEGABYTES} MiB. A budget that is set is
     *     divided as a whole, while of one that is derived no more is used than 64 million pixels and 256 MB take
     * @param maxPixels most pixels of an image; null for what the budget has for images, at most 64 million
     * @param maxBytes largest encoded size of an image; null for half of what the budget has for bodies, at most 32 MB
     * @throws StartUpException if the heap is too small, or if what is set does not fit
     */
    static MemoryLimits of(
            long heap, @Nullable DataSize budget, @Nullable Long maxPixels, @Nullable DataSize maxBytes) {
        Budget all =
                new Budget(heap, budget != null, budget != null ? budget.toBytes() : heap - BASE_MEGABYTES * MEGABYTE);
        all.requireHeap();
        if (maxPixels != null) {
            all.require("draem.image.max-pixels", maxPixels, maxPixels * PixelBudget.BYTES, "images", IMAGE_PERCENT);
        }
        if (maxBytes != null) {
            all.require("draem.image.max-bytes", maxBytes, maxBytes.toBytes() * BODY_COPIES, "bodies", BODY_PERCENT);
        }
        long leastPixels = maxPixels == null ? 0 : maxPixels;
        // A form of one image that is as large as allowed fits alone.
        long leastBytes = maxBytes == null ? 0 : maxBytes.toBytes() + FORM_OVERHEAD;
        long pixels = all.limit(IMAGE_PERCENT, PixelBudget.BYTES, Math.max(MOST_PIXELS, leastPixels));
        long bodies = Math.max(all.limit(BODY_PERCENT, BODY_COPIES, MOST_BYTES_IN_FLIGHT), leastBytes);
        long pictures = all.limit(PICTURE_PERCENT, 1, MOST_BYTES_IN_FLIGHT);
        long batch = Math.min(budget == null ? MOST_BATCH_BYTES : MOST_BATCH_BYTES_OF_ANY_BUDGET, bodies / 2);
        return new MemoryLimits(
                maxPixels != null ? maxPixels : Math.min(MOST_PIXELS, pixels),
                maxBytes != null ? maxBytes : DataSize.ofBytes(Math.min(MOST_IMAGE_BYTES, bodies / 2)),
                DataSize.ofBytes(batch),
                (int) Math.min(Integer.MAX_VALUE, pixels),
                DataSize.ofBytes(bodies),
                DataSize.ofBytes(pictures));
    }

    /**
     * The memory for requests.
     *
     * @param heap largest size of the heap in bytes
     * @param isSet whether a property sets it
     * @param bytes its size
     */
    private record Budget(long heap, boolean isSet, long bytes) {

        private static final String NAME = "draem.memory.budget";

        /** Returns how many units of some bytes a share has; at most {@code most} if the budget is derived. */
        long limit(int percent, int unit, long most) {
            long units = share(percent) / unit;
            return isSet ? units : Math.min(units, most);
        }

        private long share(int percent) {
            return bytes / 100 * percent;
        }

        private long free() {
            return heap - BASE_MEGABYTES * MEGABYTE;
        }

        void requireHeap() {
            long least = DetectionProperties.Memory.LEAST_BUDGET.toBytes();
            if (free() < least) {
                throw new StartUpException(
                        "The heap of " + heap / MEGABYTE + " MiB is too small for the service",
                        "Give the JVM " + heapOf(least) + ".");
            }
            if (bytes > free()) {
                throw new StartUpException(
                        NAME + " is " + text(bytes) + ", but the heap of " + heap / MEGABYTE + " MiB leaves "
                                + free() / MEGABYTE + " MiB for it",
                        "Remove " + NAME + ", so that it is derived from the heap, lower it, or give the JVM "
                                + heapOf(bytes) + ".");
            }
        }

        /**
         * Checks that an image of the largest size that is set fits its share.
         *
         * @param needed bytes of heap that it takes
         */
        void require(String property, Object value, long needed, String use, int percent) {
            if (needed <= share(percent)) {
                return;
            }
            boolean isSize = value instanceof DataSize;
            long fits = isSize ? share(percent) / BODY_COPIES / MEGABYTE : share(percent) / PixelBudget.BYTES;
            long enough = (needed / percent + 1) * 100;
            String remedy = "Remove " + property + ", so that it is derived from the heap, lower it, or ";
            if (isSet) {
                remedy += "raise " + NAME + " to " + megabytes(enough) + "MB";
                remedy += enough > free() ? ", for which the JVM needs " + heapOf(enough) : "";
            } else {
                remedy += "give the JVM " + heapOf(enough);
            }
            throw new StartUpException(
                    String.format(
                            Locale.ROOT,
                            "%s is %s, which takes %d MiB of memory, but %s get %d %% of the budget of %d MiB: %d%s fit",
                            property,
                            value instanceof DataSize size ? text(size.toBytes()) : value,
                            megabytes(needed),
                            use,
                            percent,
                            bytes / MEGABYTE,
                            fits,
                            isSize ? "MB" : ""),
                    remedy + ".");
        }

        /** Returns the heap that has a budget of some size. */
        private static String heapOf(long budget) {
            long base = BASE_MEGABYTES * MEGABYTE + budget;
            long heap = megabytes(base + base / 20); // the JVM keeps some of -Xmx for itself
            return String.format(
                    Locale.ROOT,
                    "a heap of at least %d MiB (-Xmx%dm; in a container the heap is %d %% of the memory limit, which then"
                            + " has to be %d MiB)",
                    heap,
                    heap,
                    CONTAINER_PERCENT,
                    (heap * 100 + CONTAINER_PERCENT - 1) / CONTAINER_PERCENT);
        }

        private static String text(long bytes) {
            return bytes % MEGABYTE == 0 ? bytes / MEGABYTE + "MB" : bytes + "B";
        }

        private static long megabytes(long bytes) {
            return (bytes + MEGABYTE - 1) / MEGABYTE;
        }
    }
}
