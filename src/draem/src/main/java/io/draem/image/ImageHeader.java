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
 * @param rowDecodingBytes most bytes of heap that {@link ImageDecoder#decodeResized} takes for decoding: those of some rows
 *     where the image is decoded row by row, otherwise {@code decodingBytes}
 * @param rowChannels channels of the rows that it resizes: 1 or 3
 */
public record ImageHeader(
        ImageFormat format, int width, int height, long decodingBytes, long rowDecodingBytes, int rowChannels) {

    /** A header of an image that is decoded without any memory but for its RGB. */
    ImageHeader(ImageFormat format, int width, int height) {
        this(format, width, height, 3L * width * height);
    }

    /** A header of an image that is decoded at once. */
    ImageHeader(ImageFormat format, int width, int height, long decodingBytes) {
        this(format, width, height, decodingBytes, decodingBytes, 3);
    }

    /** Returns width times height. */
    public long pixels() {
        return (long) width * height;
    }

    /**
     * Returns the most bytes of heap that {@link ImageDecoder#decodeResized} takes for the image besides the encoded bytes.
     *
     * @param tensorWidth pixels in a row of the tensor
     * @param tensorHeight rows of the tensor
     */
    public long resizingBytes(int tensorWidth, int tensorHeight) {
        return rowDecodingBytes + ImageTensor.heapBytes(width, height, rowChannels, tensorWidth, tensorHeight);
    }
}
