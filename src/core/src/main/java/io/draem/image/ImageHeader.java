package io.draem.image;

/**
 * What an image says of itself before any pixel is decoded.
 *
 * @param format format by its first bytes
 * @param width pixels in a row as stored, before the EXIF orientation is applied
 * @param height rows as stored, before the EXIF orientation is applied
 * @param turned whether the EXIF orientation exchanges width and height
 * @param decodingBytes most bytes of memory that decoding takes at a time, the encoded bytes and a copy of them apart: the
 *     codec's samples, the RGB made of them and a rotated copy on the heap, and the coefficients of a JPEG in several
 *     scans outside of it
 * @param rowDecodingBytes bytes of heap that decoding takes for some rows, where {@link ImageDecoder#decodeResized} decodes
 *     the image row by row; 0 where it is decoded at once
 * @param rowChannels channels of such rows: 1 or 3
 */
public record ImageHeader(
        ImageFormat format,
        int width,
        int height,
        boolean turned,
        long decodingBytes,
        long rowDecodingBytes,
        int rowChannels) {

    private static final int RGB = 3;

    /** A header of an image that is decoded at once, without any memory but for its RGB. */
    ImageHeader(ImageFormat format, int width, int height) {
        this(format, width, height, false, (long) RGB * width * height, 0, RGB);
    }

    /** Returns width times height. */
    public long pixels() {
        return (long) width * height;
    }

    /** Returns the pixels in a row once the EXIF orientation is applied. */
    public int uprightWidth() {
        return turned ? height : width;
    }

    /** Returns the rows once the EXIF orientation is applied. */
    public int uprightHeight() {
        return turned ? width : height;
    }

    /**
     * Returns the most bytes of heap that {@link ImageDecoder#decodeResized} takes for the image besides the encoded bytes.
     *
     * @param tensorWidth pixels in a row of the tensor
     * @param tensorHeight rows of the tensor
     */
    public long resizingBytes(int tensorWidth, int tensorHeight) {
        return rowDecodingBytes > 0
                ? rowDecodingBytes + ImageTensor.heapBytes(width, height, rowChannels, tensorWidth, tensorHeight)
                : keepingBytes(tensorWidth, tensorHeight);
    }

    /**
     * Returns the most bytes of heap that {@link ImageDecoder#decode} and then {@link ImageTensor#of} take for the image
     * besides the encoded bytes, where the decoded image is kept.
     *
     * @param tensorWidth pixels in a row of the tensor
     * @param tensorHeight rows of the tensor
     */
    public long keepingBytes(int tensorWidth, int tensorHeight) {
        long resizing = ImageTensor.heapBytes(uprightWidth(), uprightHeight(), RGB, tensorWidth, tensorHeight);
        return Math.max(decodingBytes, RGB * pixels() + resizing);
    }
}
