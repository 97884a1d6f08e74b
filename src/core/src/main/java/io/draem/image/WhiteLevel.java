package io.draem.image;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Determines which stored value is white in an image of more than 8 bits per sample, and scales samples by it.
 *
 * @param bits bits per sample as stored, 9 to 16
 * @param declared level that the file states, if any; ignored where a value exceeds it
 * @param significantBits bits that carried information before the file was written (PNG {@code sBIT}), if stated
 * @param given level for samples of 16 bits without a declared level
 */
record WhiteLevel(int bits, OptionalInt declared, OptionalInt significantBits, OptionalInt given) {

    private static final int BITS = 16;
    private static final int LOW = 1 << (BITS - 3);

    /** Samples of 16 bits without a declared level. */
    static WhiteLevel ofSixteenBits(OptionalInt given) {
        return new WhiteLevel(BITS, OptionalInt.empty(), OptionalInt.empty(), given);
    }

    /** Samples of 9 to 15 bits, whose depth declares their white level. */
    static WhiteLevel ofDepth(int bits) {
        return new WhiteLevel(bits, OptionalInt.of((1 << bits) - 1), OptionalInt.empty(), OptionalInt.empty());
    }

    /** Returns the table of 8-bit values by stored sample; each rounds down, as dropping low bits does. */
    static byte[] scale(SampleRange range) {
        byte[] scale = new byte[1 << range.bits()];
        long white = range.whiteLevel();
        for (int value = 0; value < scale.length; value++) {
            scale[value] =
                    (byte) Math.min(255, white < 255 ? (value * 255L + white / 2) / white : (value << 8) / (white + 1));
        }
        return scale;
    }

    /** Returns whether the level of an image depends on the values that occur in it. */
    boolean dependsOnValues() {
        int full = (1 << bits) - 1;
        return (declared.isPresent() && declared.getAsInt() < full)
                || (significantBits.isPresent() && significantBits.getAsInt() < bits);
    }

    /**
     * Returns the range of an image.
     *
     * @param seen for each value whether the image has it
     */
    SampleRange range(boolean[] seen) {
        int largest = 0;
        for (int value = seen.length - 1; value > 0 && largest == 0; value--) {
            largest = seen[value] ? value : 0;
        }
        int full = (1 << bits) - 1;
        // 16 bits that state the full range state what every file of 16 bits has, also one with values in its low bits.
        boolean states = declared.isPresent() && (bits < BITS || declared.getAsInt() < full);
        if (states && largest <= declared.getAsInt()) {
            return new SampleRange(bits, largest, declared.getAsInt(), true);
        }
        OptionalInt significant = significantLevel(seen, largest);
        return significant.isPresent()
                ? new SampleRange(bits, largest, significant.getAsInt(), true)
                : new SampleRange(bits, largest, given.orElse(full), false);
    }

    /** Returns the warnings that belong to a range which {@link #range} returned. */
    List<ImageWarning> warnings(SampleRange range) {
        List<ImageWarning> warnings = new ArrayList<>();
        if (!range.declared() && given.isEmpty() && range.largest() < LOW) {
            warnings.add(new ImageWarning(
                    ImageWarning.Kind.LOW_VALUES,
                    "The largest value of this 16-bit image is " + range.largest()
                            + " of 65535, so it is read as nearly"
                            + " black: camera values of 10, 12 or 14 bits need a white level (train the model with"
                            + " --white-level) or must be scaled to 16 bits before they are saved"));
        }
        if (!range.declared() && range.largest() > range.whiteLevel()) {
            warnings.add(new ImageWarning(
                    ImageWarning.Kind.ABOVE_WHITE_LEVEL,
                    "The image has values up to " + range.largest() + ", and all above the model's white level of "
                            + range.whiteLevel() + " became white: send images of the bit depth that the model was"
                            + " trained with"));
        }
        return warnings;
    }

    /**
     * The PNG standard has samples scaled up to the full range and {@code sBIT} name their original depth; programs
     * that copy camera values leave them in the low bits. Values beyond that depth were scaled. Low values that all are
     * multiples of the step that scaling makes fit both, so that no level is returned.
     */
    private OptionalInt significantLevel(boolean[] seen, int largest) {
        int full = (1 << bits) - 1;
        int level = significantBits.isPresent() ? (1 << significantBits.getAsInt()) - 1 : full;
        if (level >= full) {
            return OptionalInt.empty();
        }
        if (largest > level) {
            return OptionalInt.of(full);
        }
        double step = (double) full / level;
        for (int value = 1; value <= largest; value++) {
            if (seen[value] && Math.abs(value - Math.rint(value / step) * step) > (step < 3 ? 0.5 : 1)) {
                return OptionalInt.of(level);
            }
        }
        return OptionalInt.empty();
    }
}
