package io.draem.image;

import java.io.IOException;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Decodes JPEG, PNG, BMP, TIFF and WebP to 8-bit RGB.
 *
 * <p>The format is recognized by the first bytes, and the size is checked against the limits before any pixel is
 * decoded. Gray is copied to all three channels, palettes are expanded, alpha is dropped (colors stay as stored,
 * nothing is blended), 16 bits per channel are scaled so that the white level becomes 255 (the full range without one),
 * CMYK is converted to RGB without a profile, embedded color profiles are ignored, the EXIF orientation is applied, and
 * of an animation or a document the first picture is used. This equals Pillow's {@code convert("RGB")} after
 * {@code ImageOps.exif_transpose}, except that Pillow clips gray of 16 bits.
 *
 * <p>Bytes are not trusted. An image that is truncated or does not decode without an error is refused rather than
 * partly decoded. Nothing is written to disk. An image for which the heap is too small ends in an OutOfMemoryError with
 * every codec. Safe for use by several threads.
 */
public final class ImageDecoder {

    private final ImageLimits limits;

    public ImageDecoder(ImageLimits limits) {
        this.limits = Objects.requireNonNull(limits, "limits");
    }

    /**
     * Reads and checks header and container of an image, without decoding a pixel.
     *
     * @param bytes the encoded image; not copied, must not be changed while the opened image is used
     * @throws ImageException.TooLarge if there are more bytes, or more pixels by the header, than the limits allow
     * @throws ImageException.Unsupported if the format, or this variety of it, is not supported
     * @throws ImageException.Invalid if the image is empty, truncated or corrupt, as far as header and container
     *     show it
     */
    public OpenedImage open(byte[] bytes) throws ImageException {
        try {
            return new OpenedImage(encoded(bytes));
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw broken(e);
        }
    }

    /**
     * Returns the header of an image, without decoding a pixel.
     *
     * @throws ImageException as {@link #open}
     */
    public ImageHeader readHeader(byte[] bytes) throws ImageException {
        return open(bytes).header();
    }

    /**
     * Decodes an image without a white level.
     *
     * @throws ImageException as {@link #open}, or if the pixels cannot be decoded
     */
    public DecodedImage decode(byte[] bytes) throws ImageException {
        return decode(bytes, OptionalInt.empty());
    }

    /**
     * Decodes an image.
     *
     * @param whiteLevel as for {@link OpenedImage#decode}
     * @throws ImageException as {@link #open}, or if the pixels cannot be decoded
     * @throws IllegalArgumentException if the white level is out of its range
     */
    public DecodedImage decode(byte[] bytes, OptionalInt whiteLevel) throws ImageException {
        OpenedImage.requireWhiteLevel(whiteLevel);
        return open(bytes).decode(whiteLevel);
    }

    /**
     * Decodes an image to the size that a network takes, as {@link OpenedImage#decodeResized} does.
     *
     * @param whiteLevel as for {@link OpenedImage#decode}
     * @param width pixels in a row of the tensor
     * @param height rows of the tensor
     * @throws ImageException as {@link #open}, or if the pixels cannot be decoded
     * @throws IllegalArgumentException if the white level is out of its range
     */
    public ResizedImage decodeResized(byte[] bytes, OptionalInt whiteLevel, int width, int height)
            throws ImageException {
        OpenedImage.requireWhiteLevel(whiteLevel);
        return open(bytes).decodeResized(whiteLevel, width, height);
    }

    /**
     * Decodes a ground-truth mask, from the samples as stored.
     *
     * @throws ImageException as {@link #open}, or if the pixels cannot be decoded
     */
    public ImageMask decodeMask(byte[] bytes) throws ImageException {
        try {
            EncodedImage image = encoded(bytes);
            return ImageMask.of(image.decodeMask(), image.orientation());
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw broken(e);
        }
    }

    private EncodedImage encoded(byte[] bytes) throws ImageException {
        limits.requireBytes(bytes.length);
        return switch (ImageFormat.of(bytes)) {
            case JPEG -> JpegFile.open(bytes, limits);
            case PNG -> PngFile.open(bytes, limits);
            case BMP -> BmpFile.open(bytes, limits);
            case TIFF -> TiffFile.open(bytes, limits);
            case WEBP -> WebpFile.open(bytes, limits);
        };
    }

    /**
     * Returns one exception for whatever a codec throws on broken bytes; the codec's own text is for programmers.
     *
     * @throws OutOfMemoryError if that is the cause: some codecs wrap it in an IOException, but the image is not broken
     */
    static ImageException broken(Throwable cause) {
        for (Throwable reason = cause; reason != null; reason = reason.getCause()) {
            if (reason instanceof OutOfMemoryError memory) {
                throw memory;
            }
        }
        ImageException invalid = ImageException.Invalid.corrupt("image", "it does not decode");
        invalid.initCause(cause);
        return invalid;
    }
}
