package io.draem.image;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Decodes JPEG, PNG, BMP, TIFF and WebP to 8-bit RGB.
 *
 * <p>The format is told by the first bytes, and the size is checked against the limits before any pixel is decoded.
 * Grey goes into all three channels, palettes are expanded, alpha is dropped (colours stay as stored, nothing is
 * blended), 16 bits per channel are scaled so that the white level becomes 255 (the full range without one), CMYK is turned into RGB without a profile, embedded colour
 * profiles are ignored, the EXIF orientation is applied, and of an animation or a document the first picture is taken.
 * All of this is what Pillow's {@code convert("RGB")} after {@code ImageOps.exif_transpose} gives, except that Pillow
 * clips grey of 16 bits.
 *
 * <p>Bytes are not trusted. An image that is truncated or does not decode without a fault is refused rather than half
 * decoded. Nothing is written to a disk. An image for which the heap is too small ends in an OutOfMemoryError, whichever
 * codec meets it. Safe for use by several threads.
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
            EncodedImage image = open(bytes);
            ImageHeader header = image.header();
            PixelRows rows = image.rows(OptionalInt.empty());
            PixelRows resized = image.orientation() == Orientation.AS_STORED ? rows : null;
            return new ImageHeader(
                    header.format(),
                    header.width(),
                    header.height(),
                    Orientation.turns(image.orientation()),
                    decodingBytes(image, rows),
                    resized == null ? 0 : resized.heapBytes(),
                    resized == null ? 3 : resized.channels());
        } catch (IOException | RuntimeException e) {
            throw broken(e);
        }
    }

    /**
     * Decodes an image as {@link #decode(byte[], OptionalInt)} does without a white level.
     *
     * @throws ImageException as there
     */
    public DecodedImage decode(byte[] bytes) throws ImageException {
        return decode(bytes, OptionalInt.empty());
    }

    /**
     * Decodes an image.
     *
     * @param whiteLevel stored value of 16-bit samples that becomes 255, 256 to 65535. It applies only where the file
     *     stores 16 bits and declares no level of its own; without it the full range of 65535 applies. Values above it
     *     become 255 with a warning
     * @throws ImageException.TooLarge if there are more bytes, or more pixels by the header, than the limits allow
     * @throws ImageException.Unsupported if the format, or this variety of it, is not read here
     * @throws ImageException.Invalid if the image is empty, truncated or corrupt
     * @throws IllegalArgumentException if the white level is out of its range
     */
    public DecodedImage decode(byte[] bytes, OptionalInt whiteLevel) throws ImageException {
        requireWhiteLevel(whiteLevel);
        try {
            return upright(open(bytes), whiteLevel);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw broken(e);
        }
    }

    /**
     * Decodes an image to the size that a network takes: the same tensor as that of {@link ImageTensor#of} and
     * {@link #decode(byte[], OptionalInt)}, to the bit. Where the format allows it, no more than some rows of the image are
     * in memory.
     *
     * @param whiteLevel as for {@link #decode(byte[], OptionalInt)}
     * @param width pixels in a row of the tensor
     * @param height rows of the tensor
     * @throws ImageException as {@link #decode(byte[], OptionalInt)}
     * @throws IllegalArgumentException if the white level is out of its range
     */
    public ResizedImage decodeResized(byte[] bytes, OptionalInt whiteLevel, int width, int height)
            throws ImageException {
        requireWhiteLevel(whiteLevel);
        try {
            EncodedImage image = open(bytes);
            PixelRows rows = image.orientation() == Orientation.AS_STORED ? image.rows(whiteLevel) : null;
            if (rows != null) {
                ImageHeader header = image.header();
                return ImageTensor.of(rows, header.width(), header.height(), width, height);
            }
            DecodedImage decoded = upright(image, whiteLevel);
            RgbImage pixels = decoded.image();
            long start = System.nanoTime();
            float[] tensor = ImageTensor.of(pixels, width, height);
            return new ResizedImage(
                    pixels.width(),
                    pixels.height(),
                    tensor,
                    Duration.ofNanos(System.nanoTime() - start),
                    decoded.samples(),
                    decoded.warnings());
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw broken(e);
        }
    }

    /**
     * Decodes a ground-truth mask, from the samples as stored.
     *
     * @throws ImageException as {@link #decode(byte[], OptionalInt)}
     */
    public ImageMask decodeMask(byte[] bytes) throws ImageException {
        try {
            EncodedImage image = open(bytes);
            return ImageMask.of(image.decodeMask(), image.orientation());
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw broken(e);
        }
    }

    private static long decodingBytes(EncodedImage image, @Nullable PixelRows rows) {
        long pixels = image.header().pixels();
        long bytes =
                rows == null ? (long) Math.ceil(image.decodingBytesPerPixel() * pixels) : 3 * pixels + rows.heapBytes();
        return image.orientation() == Orientation.AS_STORED
                ? bytes
                : Math.max(bytes, Orientation.BYTES_PER_PIXEL * pixels);
    }

    private static void requireWhiteLevel(OptionalInt whiteLevel) {
        if (whiteLevel.isPresent() && (whiteLevel.getAsInt() < 256 || whiteLevel.getAsInt() > 65535)) {
            throw new IllegalArgumentException(
                    "A white level must be between 256 and 65535, got " + whiteLevel.getAsInt());
        }
    }

    private static DecodedImage upright(EncodedImage image, OptionalInt whiteLevel) throws ImageException, IOException {
        DecodedImage stored = image.decode(whiteLevel);
        return new DecodedImage(
                Orientation.apply(image.orientation(), stored.image()), stored.samples(), stored.warnings());
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

    /**
     * Turns whatever a codec throws on broken bytes into one exception; its own text is for programmers.
     *
     * @throws OutOfMemoryError if that is the reason: some codecs wrap it in an IOException, but the image is not broken
     */
    private static ImageException broken(Throwable cause) {
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
