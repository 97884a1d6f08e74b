package io.draem.service.detection;

import io.draem.service.startup.StartUpException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.springframework.util.unit.DataSize;

/**
 * What the heap is used for. {@value #BASE_MEGABYTES} MiB belong to the service itself. Of the rest, 45 % are for images
 * that are decoded and drawn, 25 % for bodies, 22 % for pictures in answers that are being sent, and 8 % are spare, since a
 * heap cannot be filled to its last byte with large arrays. Weights and activations of models are outside of the heap.
 * {@code HeapBenchmark} measures the bytes per pixel; the other figures are estimates, which {@code SmallHeapTests} holds to
 * small heaps.
 *
 * @param bytes largest size of the heap
 */
record HeapShares(long bytes) {

    /** Bytes of heap per pixel: the image, its map as floats and as PNG, its overlay and that as PNG. */
    static final int PIXEL_BYTES = 16;

    /**
     * Bytes of heap per byte of a body: the part of a form, whose buffer may be twice as large as it, the image that is taken
     * out of it, and what the codec is given of that.
     */
    static final int BODY_COPIES = 4;

    private static final int BASE_MEGABYTES = 64;

    /** The part of a container's memory that the image of this service gives to the heap, in percent. */
    private static final int CONTAINER_PERCENT = 40;

    private static final long MEGABYTE = 1 << 20;

    /** Returns the shares of this JVM's heap. */
    static HeapShares ofThisJvm() {
        return new HeapShares(Runtime.getRuntime().maxMemory());
    }

    /** Returns how many pixels may be decoded and drawn at a time. */
    int pixels() {
        return (int) Math.min(Integer.MAX_VALUE, percent(45) / PIXEL_BYTES);
    }

    /** Returns how many bytes the bodies of requests may have together. */
    DataSize bodies() {
        return DataSize.ofBytes(percent(25) / BODY_COPIES);
    }

    /** Returns how many bytes of pictures may be in the answers that are being sent. */
    DataSize pictures() {
        return DataSize.ofBytes(percent(22));
    }

    private long percent(int share) {
        return Math.max(MEGABYTE, (bytes - BASE_MEGABYTES * MEGABYTE) / 100 * share);
    }

    /**
     * What a limit allows to be taken of the heap.
     *
     * @param property the property that sets it; empty where it is derived from the heap
     * @param value value of the property
     * @param each bytes of heap for each unit of the value
     * @param bytes bytes of heap
     * @param share bytes of heap that are meant for it
     */
    record Use(String property, Object value, long each, long bytes, long share) {

        private long excess() {
            return property.isEmpty() ? Long.MIN_VALUE : bytes - share;
        }
    }

    /**
     * Checks that everything that is allowed at a time fits the heap.
     *
     * @throws StartUpException if it does not; names the property that takes most beyond its share
     */
    void require(List<Use> uses) {
        long needed =
                BASE_MEGABYTES * MEGABYTE + uses.stream().mapToLong(Use::bytes).sum();
        if (needed <= bytes) {
            return;
        }
        boolean tooSmall =
                BASE_MEGABYTES * MEGABYTE + uses.stream().mapToLong(Use::share).sum() > bytes;
        long heap = needed + needed / 20; // the JVM keeps some of -Xmx for itself
        String remedy = String.format(
                Locale.ROOT,
                "give the JVM a heap of at least %d MiB (-Xmx%dm; in a container the heap is %d %% of the memory limit, which"
                        + " then has to be %d MiB)",
                megabytes(heap),
                megabytes(heap),
                CONTAINER_PERCENT,
                megabytes(heap * 100 / CONTAINER_PERCENT));
        Use largest = uses.stream().max(Comparator.comparingLong(Use::excess)).orElseThrow();
        if (tooSmall || largest.property().isEmpty()) {
            throw new StartUpException(
                    "The heap of " + (bytes / MEGABYTE) + " MiB is too small for the service", sentence(remedy));
        }
        long fits = Math.max(0, (bytes - (needed - largest.bytes())) / largest.each());
        boolean sizes = largest.value() instanceof DataSize;
        throw new StartUpException(
                String.format(
                        Locale.ROOT,
                        "%s is %s, which takes %d MiB of memory, but the heap has %d MiB, and beside the other limits %s fit",
                        largest.property(),
                        largest.value(),
                        megabytes(largest.bytes()),
                        bytes / MEGABYTE,
                        sizes ? (fits / MEGABYTE) + "MB" : Long.toString(fits)),
                "Remove " + largest.property() + ", so that it is derived from the heap, lower it, or " + remedy + ".");
    }

    private static String sentence(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
    }

    private static long megabytes(long bytes) {
        return (bytes + MEGABYTE - 1) / MEGABYTE;
    }
}
