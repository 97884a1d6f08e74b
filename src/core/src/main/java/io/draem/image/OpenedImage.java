package io.draem.image;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * An encoded image whose header and container have been read and checked, once for any number of decodings.
 *
 * <p>It keeps the encoded bytes, which must not be changed; of JPEG and PNG it keeps a copy of the parts that decoding
 * needs instead, in an array of the same length. Safe for use by several threads.
 */
public final class OpenedImage {

    private static final int MIN_WHITE_LEVEL = 256;
    private static final int MAX_WHITE_LEVEL = 65535;

    private final EncodedImage image;
    private final ImageHeader header;

    OpenedImage(EncodedImage image) throws ImageException, IOException {
        this.image = image;
        ImageHeader stored = image.header();
        PixelRows rows = image.rows(OptionalInt.empty());
        PixelRows resized = image.orientation() == Orientation.AS_STORED ? rows : null;
        this.header = new ImageHeader(
                stored.format(),
                stored.width(),
                stored.height(),
                Orientation.swapsSides(image.orientation()),
                decodingBytes(image, rows),
                resized == null ? 0 : resized.heapBytes(),
                resized == null ? 3 : resized.channels());
    }

    /** Returns the properties that are known without decoding a pixel. */
    public ImageHeader header() {
        return header;
    }

    /**
     * Decodes the image.
     *
     * @param whiteLevel stored value of 16-bit samples that becomes 255, 256 to 65535. It applies only where the file
     *     stores 16 bits and declares no level of its own; without it the full range of 65535 applies. Values above it
     *     become 255 with a warning
     * @throws ImageException if the image cannot be decoded
     * @throws IllegalArgumentException if the white level is out of its range
     */
    public DecodedImage decode(OptionalInt whiteLevel) throws ImageException {
        requireWhiteLevel(whiteLevel);
        try {
            return upright(whiteLevel);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw ImageDecoder.broken(e);
        }
    }

    /**
     * Decodes the image to the size that a network takes: the same tensor as that of {@link ImageTensor#of} and
     * {@link #decode(OptionalInt)}, to the bit. Where the format allows it, only some rows of the image are in memory.
     *
     * @param whiteLevel as for {@link #decode(OptionalInt)}
     * @param width pixels in a row of the tensor
     * @param height rows of the tensor
     * @throws ImageException as {@link #decode(OptionalInt)}
     * @throws IllegalArgumentException if the white level is out of its range
     */
    public ResizedImage decodeResized(OptionalInt whiteLevel, int width, int height) throws ImageException {
        requireWhiteLevel(whiteLevel);
        try {
            PixelRows rows = image.orientation() == Orientation.AS_STORED ? image.rows(whiteLevel) : null;
            if (rows != null) {
                return ImageTensor.of(rows, header.width(), header.height(), width, height);
            }
            DecodedImage decoded = upright(whiteLevel);
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
            throw ImageDecoder.broken(e);
        }
    }

    /**
     * Decodes the image to the size of a frame, as 8-bit samples: the pixels of {@link #decode(OptionalInt)}, resized by
     * the filter of {@link ImageTensor} and rounded. Where the format allows it, and unless the image is kept, only some
     * rows of the image are in memory.
     *
     * @param whiteLevel as for {@link #decode(OptionalInt)}
     * @param width pixels in a row of the frame
     * @param height rows of the frame
     * @param keep whether the image at its own size is returned too
     * @throws ImageException as {@link #decode(OptionalInt)}
     * @throws IllegalArgumentException if the white level is out of its range
     */
    public ScaledImage decodeScaled(OptionalInt whiteLevel, int width, int height, boolean keep) throws ImageException {
        requireWhiteLevel(whiteLevel);
        try {
            PixelRows rows = image.orientation() == Orientation.AS_STORED ? image.rows(whiteLevel) : null;
            return rows != null
                    ? ScaledImage.of(rows, header.width(), header.height(), width, height, keep)
                    : ScaledImage.of(upright(whiteLevel), width, height, keep);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw ImageDecoder.broken(e);
        }
    }

    private DecodedImage upright(OptionalInt whiteLevel) throws ImageException, IOException {
        DecodedImage stored = image.decode(whiteLevel);
        return new DecodedImage(
                Orientation.apply(image.orientation(), stored.image()), stored.samples(), stored.warnings());
    }

    private static long decodingBytes(EncodedImage image, @Nullable PixelRows rows) {
        long pixels = image.header().pixels();
        long bytes =
                rows == null ? (long) Math.ceil(image.decodingBytesPerPixel() * pixels) : 3 * pixels + rows.heapBytes();
        return image.orientation() == Orientation.AS_STORED
                ? bytes
                : Math.max(bytes, Orientation.BYTES_PER_PIXEL * pixels);
    }

    /** Checks a white level that a program gives, whatever the image is. */
    static void requireWhiteLevel(OptionalInt whiteLevel) {
        if (whiteLevel.isPresent()
                && (whiteLevel.getAsInt() < MIN_WHITE_LEVEL || whiteLevel.getAsInt() > MAX_WHITE_LEVEL)) {
            throw new IllegalArgumentException("A white level must be between " + MIN_WHITE_LEVEL + " and "
                    + MAX_WHITE_LEVEL + ", got " + whiteLevel.getAsInt());
        }
    }
}
