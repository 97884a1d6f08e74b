package io.draem.image;

import javax.imageio.stream.ImageInputStreamImpl;

/**
 * Passes the bytes of an image to a codec. The WebP codec reads zeros beyond the end, and continues for minutes on a
 * few bytes that declare many tables: this stream fails after many reads beyond the end.
 */
final class EncodedStream extends ImageInputStreamImpl {

    /** Codecs read beyond the end a few times for the last bits of a complete image. */
    private static final int MAX_READS_BEYOND_END = 4096;

    /** TwelveMonkeys refuses files of less than a byte per 512 bytes of picture; 8 samples of 16 bits have 16 bytes. */
    private static final int MAX_PIXELS_PER_BYTE = 512 / 16;

    private final byte[] bytes;
    private final long length;
    private int readsBeyondEnd;

    /**
     * @param pixels pixels of the image, already checked against the limits: some codecs refuse a file that is much
     *     smaller than its picture, which an image of one color is
     */
    EncodedStream(byte[] bytes, long pixels) {
        this.bytes = bytes;
        this.length = Math.max(bytes.length, pixels / MAX_PIXELS_PER_BYTE + 1);
    }

    /**
     * Reads a byte.
     *
     * @throws IllegalStateException after too many reads beyond the end; codecs catch an {@link java.io.IOException}
     */
    @Override
    public int read() {
        bitOffset = 0;
        if (streamPos >= bytes.length) {
            return beyond();
        }
        return bytes[(int) streamPos++] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        bitOffset = 0;
        if (length == 0) {
            return 0;
        }
        if (streamPos >= bytes.length) {
            return beyond();
        }
        int count = (int) Math.min(length, bytes.length - streamPos);
        System.arraycopy(bytes, (int) streamPos, target, offset, count);
        streamPos += count;
        return count;
    }

    /** Returns the length of the file, or the smallest length that a codec accepts if that is more. */
    @Override
    public long length() {
        return length;
    }

    private int beyond() {
        if (++readsBeyondEnd > MAX_READS_BEYOND_END) {
            throw new IllegalStateException("The codec reads far beyond the end of the image");
        }
        return -1;
    }
}
