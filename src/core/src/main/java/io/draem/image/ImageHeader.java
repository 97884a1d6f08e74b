package io.draem.image;

/**
 * The properties of an image that are known before any pixel is decoded.
 *
 * @param format format, recognized by the first bytes
 * @param width pixels in a row as stored, before the EXIF orientation is applied
 * @param height rows as stored, before the EXIF orientation is applied
 * @param transposed whether the EXIF orientation exchanges width and height
 * @param decodingBytes peak memory of decoding in bytes, without the encoded bytes and a copy of them: the codec's
 *     samples, the RGB made of them and a rotated copy on the heap, and the coefficients of a JPEG in several scans
 *     outside of it
 * @param rowDecodingBytes bytes of heap that decoding takes for some rows, where {@link ImageDecoder#decodeResized}
 *     decodes the image row by row; 0 where all pixels are decoded together
 * @param rowChannels channels of such rows: 1 or 3
 */
public record ImageHeader(
        ImageFormat format,
        int width,
        int height,
        boolean transposed,
        long decodingBytes,
        long rowDecodingBytes,
        int rowChannels) {

    private static final int RGB = 3;

    /** A header of an image whose pixels are decoded together, with no memory other than their RGB. */
    ImageHeader(ImageFormat format, int width, int height) {
        this(format, width, height, false, (long) RGB * width * height, 0, RGB);
    }

    /** Returns width times height. */
    public long pixels() {
        return (long) width * height;
    }

    /** Returns the pixels in a row once the EXIF orientation is applied. */
    public int uprightWidth() {
        return transposed ? height : width;
    }

    /** Returns the rows once the EXIF orientation is applied. */
    public int uprightHeight() {
        return transposed ? width : height;
    }

    /**
     * Returns the most bytes of heap that {@link ImageDecoder#decodeResized} takes for the image in addition to the
     * encoded bytes.
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
     * Returns the most bytes of heap that {@link ImageDecoder#decode} and then {@link ImageTensor#of} take for the
     * image in addition to the encoded bytes, where the decoded image is kept.
     *
     * @param tensorWidth pixels in a row of the tensor
     * @param tensorHeight rows of the tensor
     */
    public long keepingBytes(int tensorWidth, int tensorHeight) {
        long resizing = ImageTensor.heapBytes(uprightWidth(), uprightHeight(), RGB, tensorWidth, tensorHeight);
        return Math.max(decodingBytes, RGB * pixels() + resizing);
    }

    /**
     * Returns the most bytes of heap that {@link OpenedImage#decodeScaled} takes for the image, its result included, in
     * addition to the encoded bytes.
     *
     * @param frameWidth pixels in a row of the frame
     * @param frameHeight rows of the frame
     * @param keep whether the image at its own size is kept too
     */
    public long scalingBytes(int frameWidth, int frameHeight, boolean keep) {
        boolean sameSize = frameWidth == uprightWidth() && frameHeight == uprightHeight();
        long framePixels = (long) frameWidth * frameHeight;
        if (rowDecodingBytes > 0) {
            long filter = sameSize ? 0 : Resize.heapBytes(width, height, rowChannels, frameWidth, frameHeight);
            long kept = keep && !(sameSize && rowChannels == RGB) ? RGB * pixels() : 0;
            return rowDecodingBytes + filter + rowChannels * framePixels + kept;
        }
        // At the image's own size the frame shares its samples, or has one channel; gray rows are copied one by one.
        long scaled = sameSize
                ? framePixels
                : Resize.heapBytes(uprightWidth(), uprightHeight(), RGB, frameWidth, frameHeight) + RGB * framePixels;
        return Math.max(decodingBytes, RGB * pixels() + uprightWidth() + scaled);
    }
}
