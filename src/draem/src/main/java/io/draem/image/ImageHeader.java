package io.draem.image;

/**
 * What an image says of itself before any pixel is decoded.
 *
 * @param format format by its first bytes
 * @param width pixels in a row as stored, before the EXIF orientation is applied
 * @param height rows as stored, before the EXIF orientation is applied
 * @param decodingBytes most bytes of memory that decoding takes at a time, the encoded bytes and a copy of them apart: the
 *     codec's samples, the RGB made of them and a rotated copy on the heap, and the coefficients of a JPEG in several
 *     scans outside of it
 */
public record ImageHeader(ImageFormat format, int width, int height, long decodingBytes) {

    /** A header of an image that is decoded without any memory but for its RGB. */
    ImageHeader(ImageFormat format, int width, int height) {
        this(format, width, height, 3L * width * height);
    }

    /** Returns width times height. */
    public long pixels() {
        return (long) width * height;
    }
}
