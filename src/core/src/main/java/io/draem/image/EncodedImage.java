package io.draem.image;

import java.io.IOException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** An encoded image whose header has been read and checked, ready to be decoded. */
interface EncodedImage {

    ImageHeader header();

    /** Returns the EXIF orientation, 1 (as stored) to 8. */
    int orientation();

    /**
     * Returns the most bytes per pixel of the header that {@link #decode} takes at a time where there are no
     * {@link #rows}, its RGB included, the encoded bytes not. {@code HeapBenchmark} measures them.
     */
    double decodingBytesPerPixel();

    /**
     * Decodes the pixels as stored, before the orientation is applied.
     *
     * @param whiteLevel level for samples of 16 bits whose own level the file does not declare
     * @throws ImageException if they cannot be used
     * @throws IOException if they are broken
     */
    DecodedImage decode(OptionalInt whiteLevel) throws ImageException, IOException;

    /**
     * Returns the pixels row by row as stored, the same as those of {@link #decode}; null where they can only be
     * decoded together.
     *
     * @param whiteLevel as for {@link #decode}
     * @throws ImageException if they cannot be used
     * @throws IOException if the file is too short for them
     */
    default @Nullable PixelRows rows(OptionalInt whiteLevel) throws ImageException, IOException {
        return null;
    }

    /**
     * Decodes the pixels of a mask as stored, before the orientation is applied.
     *
     * @throws ImageException if they cannot be used
     * @throws IOException if they are broken
     */
    MaskSamples decodeMask() throws ImageException, IOException;
}
