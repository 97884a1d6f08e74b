package io.draem.image;

import java.util.concurrent.Semaphore;

/**
 * Heap of this process for images that are being decoded: threads wait for it, and an image that takes more than there is
 * gets all of it alone. A thread first holds the bytes of a file and then, meanwhile, those of its pixels.
 */
public final class DecodingMemory {

    private static final int MEGABYTE = 1 << 20;

    private static final int FILE_MEMORY = megabytes(Runtime.getRuntime().maxMemory() / 8);
    private static final int PIXEL_MEMORY = megabytes(Runtime.getRuntime().maxMemory() / 2);
    private static final Semaphore FILES = new Semaphore(FILE_MEMORY, true);
    private static final Semaphore PIXELS = new Semaphore(PIXEL_MEMORY, true);

    private DecodingMemory() {}

    /** Memory that is held until it is closed. */
    public interface Held extends AutoCloseable {

        @Override
        void close();
    }

    /** Waits for memory for the bytes of a file. */
    public static Held ofFile(long bytes) {
        return take(FILES, Math.min(FILE_MEMORY, megabytes(bytes)));
    }

    /**
     * Waits for memory to decode an image.
     *
     * @param fileBytes bytes of its file, which are held already
     * @param bytes that decoding takes in addition
     * @throws ImageException.TooLarge if both are more than the heap; the message names the option of Java
     */
    public static Held ofPixels(long fileBytes, long bytes) throws ImageException.TooLarge {
        long heap = Runtime.getRuntime().maxMemory();
        if (fileBytes + bytes > heap) {
            throw new ImageException.TooLarge("the image needs " + megabytes(fileBytes + bytes)
                    + " MB to be decoded, more than the " + megabytes(heap)
                    + " MB of the Java heap: start java with -Xmx" + megabytes(2 * (fileBytes + bytes)) + "m");
        }
        return take(PIXELS, Math.min(PIXEL_MEMORY, megabytes(bytes)));
    }

    private static Held take(Semaphore memory, int megabytes) {
        memory.acquireUninterruptibly(megabytes);
        return () -> memory.release(megabytes);
    }

    private static int megabytes(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, bytes / MEGABYTE + 1);
    }
}
