package io.draem.trainer.data;

import io.draem.frame.FrameScale;
import io.draem.frame.FrameSize;
import io.draem.image.DecodedImage;
import io.draem.image.DecodingMemory;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageFormat;
import io.draem.image.ImageHeader;
import io.draem.image.ImageLimits;
import io.draem.image.ImageMask;
import io.draem.image.OpenedImage;
import io.draem.image.PixelBytes;
import io.draem.image.RgbImage;
import io.draem.image.ScaledImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Reads image files, as many at a time as fit in memory. */
public final class ImageFiles {

    private static volatile Limited limited =
            new Limited(ImageLimits.OF_OWN_FILES, new ImageDecoder(ImageLimits.OF_OWN_FILES));

    private record Limited(ImageLimits limits, ImageDecoder decoder) {}

    private ImageFiles() {}

    /** Sets the limits of all images that this process reads afterwards. */
    public static void limit(ImageLimits limits) {
        limited = new Limited(limits, new ImageDecoder(limits));
    }

    /**
     * Reads one image.
     *
     * @throws DatasetException if it is not an image; the message names the file
     */
    public static RgbImage read(Path file) throws IOException {
        return decode(file, OptionalInt.empty()).image();
    }

    /**
     * Decodes one image.
     *
     * @param whiteLevel as {@link ImageDecoder#decode(byte[], OptionalInt)} takes it
     * @throws DatasetException if it is not an image; the message names the file
     */
    public static DecodedImage decode(Path file, OptionalInt whiteLevel) throws IOException {
        try {
            return decoded(file, whiteLevel);
        } catch (ImageException e) {
            throw new DatasetException(file + ": " + e.getMessage());
        }
    }

    /**
     * Reads the mask of an image.
     *
     * @param colors meaning of the colors of the mask; null for an ordinary mask
     * @throws DatasetException if it is not an image; the message names the file
     */
    public static ImageMask readMask(Path file, @Nullable MaskColors colors) throws IOException {
        if (colors != null) {
            return ImageMask.of(colors.blackAndWhite(read(file)));
        }
        try {
            return decoded(file, ImageDecoder::decodeMask);
        } catch (ImageException e) {
            throw new DatasetException(file + ": " + e.getMessage());
        }
    }

    private static DecodedImage decoded(Path file, OptionalInt whiteLevel) throws IOException, ImageException {
        return decoded(file, (decoder, bytes) -> decoder.decode(bytes, whiteLevel));
    }

    /**
     * Reads one image as a frame.
     *
     * @throws DatasetException if it is not an image; the message names the file
     */
    static PixelBytes frame(Path file, FrameScale scale, OptionalInt whiteLevel) throws IOException {
        try {
            return decoded(
                            file,
                            header -> scalingBytes(header, scale),
                            (decoder, bytes) -> scaled(decoder, bytes, scale, whiteLevel))
                    .scaled();
        } catch (ImageException e) {
            throw new DatasetException(file + ": " + e.getMessage());
        }
    }

    /** Decodes an image to a frame, without the pixels at its own size. */
    static ScaledImage scaled(ImageDecoder decoder, byte[] bytes, FrameScale scale, OptionalInt whiteLevel)
            throws ImageException {
        OpenedImage opened = decoder.open(bytes);
        FrameSize frame = frameSize(opened.header(), scale);
        return opened.decodeScaled(whiteLevel, frame.width(), frame.height(), false);
    }

    /** Returns the bytes of heap of {@link #scaled}. */
    static long scalingBytes(ImageHeader header, FrameScale scale) throws ImageException {
        FrameSize frame = frameSize(header, scale);
        return header.scalingBytes(frame.width(), frame.height(), false);
    }

    private static FrameSize frameSize(ImageHeader header, FrameScale scale) throws ImageException {
        try {
            return scale.of(header.uprightWidth(), header.uprightHeight());
        } catch (IllegalArgumentException e) {
            throw new ImageException.TooLarge("its frame is too large: " + e.getMessage());
        }
    }

    private static <T> T decoded(Path file, Decoding<T> decoding) throws IOException, ImageException {
        return decoded(file, ImageHeader::decodingBytes, decoding);
    }

    /** Waits for memory, which it holds while it decodes a file. */
    static <T> T decoded(Path file, HeapBytes heapBytes, Decoding<T> decoding) throws IOException, ImageException {
        Limited by = limited;
        if (Files.exists(file) && !Files.isRegularFile(file)) { // reading a pipe or a device may never end
            throw new ImageException.Unsupported("it is not a regular file");
        }
        long size = Files.size(file); // before memory is taken for it
        if (size > by.limits().maxBytes()) {
            throw new ImageException.TooLarge("the image has " + size + " bytes, more than the "
                    + by.limits().maxBytes() + " that --max-image-bytes allows");
        }
        try (DecodingMemory.Held fileMemory = DecodingMemory.ofFile(size)) {
            byte[] bytes = Files.readAllBytes(file);
            long needed = heapBytes.of(header(by, bytes));
            try (DecodingMemory.Held pixelMemory = DecodingMemory.ofPixels(size, needed)) {
                return decoding.of(by.decoder(), bytes);
            }
        }
    }

    private static ImageHeader header(Limited by, byte[] bytes) throws ImageException {
        try {
            return by.decoder().readHeader(bytes);
        } catch (ImageException.TooLarge e) {
            throw new ImageException.TooLarge(e.getMessage() + ": --max-image-pixels");
        }
    }

    /** Returns the bytes of heap that decoding an image takes. */
    @FunctionalInterface
    interface HeapBytes {
        long of(ImageHeader header) throws ImageException;
    }

    /** Uses the bytes of a file. */
    @FunctionalInterface
    interface Decoding<T> {
        T of(ImageDecoder decoder, byte[] bytes) throws ImageException;
    }

    static boolean isImage(Path file) {
        return ImageFormat.isFileName(file.getFileName().toString());
    }
}
