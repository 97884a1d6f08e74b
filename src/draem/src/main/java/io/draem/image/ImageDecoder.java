package io.draem.image;

import java.io.IOException;
import java.util.Objects;

/**
 * Decodes JPEG, PNG, BMP, TIFF and WebP to 8-bit RGB.
 *
 * <p>The format is told by the first bytes, and the size is checked against the limits before any pixel is decoded.
 * Grey goes into all three channels, palettes are expanded, alpha is dropped (colours stay as stored, nothing is
 * blended), of 16 bits a channel the high eight are kept, CMYK is turned into RGB without a profile, embedded colour
 * profiles are ignored, the EXIF orientation is applied, and of an animation or a document the first picture is taken.
 * All of this is what Pillow's {@code convert("RGB")} after {@code ImageOps.exif_transpose} gives, except that Pillow
 * clips grey of 16 bits.
 *
 * <p>Bytes are not trusted. An image that is truncated or does not decode without a fault is refused rather than half
 * decoded. Nothing is written to a disk. Safe for use by several threads.
 */
public final class ImageDecoder {

    private final ImageLimits limits;

    public ImageDecoder(ImageLimits limits) {
        this.limits = Objects.requireNonNull(limits, "limits");
    }

    /**
     * Returns what the header says, without decoding a pixel.
     *
     * @throws ImageException as {@link #decode(byte[])}, as far as header and container show it
     */
    public ImageHeader readHeader(byte[] bytes) throws ImageException {
        try {
            return open(bytes).header();
        } catch (IOException | RuntimeException e) {
            throw broken(e);
        }
    }

    /**
     * Decodes an image.
     *
     * @throws ImageException.TooLarge if there are more bytes, or more pixels by the header, than the limits allow
     * @throws ImageException.Unsupported if the format, or this variety of it, is not read here
     * @throws ImageException.Invalid if the image is empty, truncated or corrupt
     */
    public RgbImage decode(byte[] bytes) throws ImageException {
        try {
            EncodedImage image = open(bytes);
            RgbImage stored =
                    new RgbImage(image.header().width(), image.header().height(), image.decode());
            return Orientation.apply(image.orientation(), stored);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw broken(e);
        }
    }

    private EncodedImage open(byte[] bytes) throws ImageException, IOException {
        limits.requireBytes(bytes.length);
        return switch (ImageFormat.of(bytes)) {
            case JPEG -> JpegFile.open(bytes, limits);
            case PNG -> PngFile.open(bytes, limits);
            case BMP -> BmpFile.open(bytes, limits);
            case TIFF -> TiffFile.open(bytes, limits);
            case WEBP -> WebpFile.open(bytes, limits);
        };
    }

    /** Turns whatever a codec throws on broken bytes into one exception; its own text is for programmers. */
    private static ImageException broken(Throwable cause) {
        ImageException invalid = ImageException.Invalid.corrupt("image", "it does not decode");
        invalid.initCause(cause);
        return invalid;
    }
}
