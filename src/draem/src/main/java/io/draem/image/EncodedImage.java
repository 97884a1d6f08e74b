package io.draem.image;

import java.io.IOException;

/** An encoded image whose header has been read and checked, ready to be decoded. */
interface EncodedImage {

    ImageHeader header();

    /** Returns the EXIF orientation, 1 (as stored) to 8. */
    int orientation();

    /**
     * Decodes the pixels as stored, before the orientation is applied.
     *
     * @return interleaved RGB
     * @throws ImageException if they cannot be used
     * @throws IOException if they are broken
     */
    byte[] decode() throws ImageException, IOException;
}
