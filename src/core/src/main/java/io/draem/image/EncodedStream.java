package io.draem.image;

import javax.imageio.stream.ImageInputStreamImpl;

/**
 * Gives a codec the bytes of an image. The codec of WebP takes zeros for what lies beyond the end, and with a few bytes
 * that announce many tables would go on for minutes: who asks there again and again is stopped.
 */
final class EncodedStream extends ImageInputStreamImpl {

    /** The last bits of a whole image are read with a few looks beyond its end. */
    private static final int MOST_LOOKS_BEYOND = 4096;

    /** The least that TwelveMonkeys takes for possible is a byte for 512 of the picture; 8 samples of 16 bits have 16 bytes. */
    private static final int MOST_PIXELS_PER_BYTE = 512 / 16;

    private final byte[] bytes;
    private final long length;
    private int looksBeyond;

    /**
     * @param pixels pixels of the image, checked against the limits before: some codecs refuse a file that is much smaller
     *     than its picture, which an image of one color is
     */
    EncodedStream(byte[] bytes, long pixels) {
        this.bytes = bytes;
        this.length = Math.max(bytes.length, pixels / MOST_PIXELS_PER_BYTE + 1);
    }

    /**
     * Reads a byte.
     *
     * @throws IllegalStateException if the end was met too often; codecs swallow an {@link java.io.IOException}
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

    /** Returns the length of the file, or the least that a codec takes for possible if that is more. */
    @Override
    public long length() {
        return length;
    }

    private int beyond() {
        if (++looksBeyond > MOST_LOOKS_BEYOND) {
            throw new IllegalStateException("The codec reads on beyond the end of the image");
        }
        return -1;
    }
}
