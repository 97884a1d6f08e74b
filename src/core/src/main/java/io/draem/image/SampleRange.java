package io.draem.image;

/**
 * The samples of an image as stored, and the value that became white.
 *
 * @param bits bits per sample as stored; 8 for images of 8 bits or fewer and for palettes
 * @param largest largest stored color sample, before scaling; 255 for 8 bits or fewer, where it is not measured
 * @param whiteLevel stored value that became 255
 * @param declared whether the file states the white level: by a depth between 8 and 16 bits, by significant bits that
 *     agree with the values (PNG {@code sBIT}), or by TIFF's {@code MaxSampleValue}. Otherwise the level is the given
 *     one or the full range
 */
public record SampleRange(int bits, int largest, int whiteLevel, boolean declared) {

    /** Samples of 8 bits or fewer, which are never scaled by a white level. */
    static final SampleRange BYTES = new SampleRange(8, 255, 255, true);

    public SampleRange {
        if (bits < 8 || bits > 16 || largest < 0 || largest >= 1 << bits || whiteLevel < 1 || whiteLevel >= 1 << bits) {
            throw new IllegalArgumentException(
                    "Not a range of samples: " + bits + " bits, largest " + largest + ", white level " + whiteLevel);
        }
    }
}
