package io.draem.frame;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How large a frame is before it is cut into tiles: a multiple of the image's size, or one size for all images. As JSON it is
 * the text that {@link #toString} returns.
 *
 * @param factor multiple of each side, {@value #MIN_FACTOR} to {@value #MAX_FACTOR}; 0 where {@code fixed} applies
 * @param fixed size of every frame; null where {@code factor} applies
 */
public record FrameScale(double factor, @Nullable FrameSize fixed) {

    /** The smallest factor: less would leave no more than a pixel or two of a side. */
    public static final double MIN_FACTOR = 0.001;

    /** The largest factor. */
    public static final double MAX_FACTOR = 4;

    /** Frames of the image's own size. */
    public static final FrameScale ONE = new FrameScale(1, null);

    private static final Pattern FIXED = Pattern.compile("\\d{1,9}x\\d{1,9}");

    /** Digits with at most one point: {@code 1d} and {@code 0x1p0}, which Java reads as numbers, are none elsewhere. */
    private static final Pattern DECIMAL = Pattern.compile("\\d{1,9}(\\.\\d{1,20})?");

    public FrameScale {
        if (fixed == null ? !(factor >= MIN_FACTOR && factor <= MAX_FACTOR) : factor != 0) {
            throw new IllegalArgumentException("A scale must be a factor from " + MIN_FACTOR + " to " + MAX_FACTOR
                    + ", or a size WIDTHxHEIGHT, got " + factor + (fixed == null ? "" : " and " + fixed));
        }
    }

    /**
     * Reads a factor such as {@code 0.5}, as decimal digits, or a size such as {@code 2048x1500}.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    @JsonCreator
    public static FrameScale parse(String text) {
        if (FIXED.matcher(text).matches()) {
            return new FrameScale(0, FrameSize.parse("A scale", text));
        }
        if (!DECIMAL.matcher(text).matches()) {
            throw new IllegalArgumentException("A scale must be a factor from " + MIN_FACTOR + " to " + MAX_FACTOR
                    + " in digits, such as 0.5, or a size such as 2048x1500, got " + text);
        }
        return new FrameScale(Double.parseDouble(text), null);
    }

    /**
     * Returns the size of the frame of an image: each side times the factor, rounded, at least 1, or the fixed size.
     *
     * @throws IllegalArgumentException if the frame is larger than {@link FrameSize} allows
     */
    public FrameSize of(int imageWidth, int imageHeight) {
        return fixed != null ? fixed : new FrameSize(scaled(imageWidth), scaled(imageHeight));
    }

    private int scaled(int side) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, Math.round(factor * side)));
    }

    /** Returns the factor or the size, as {@link #parse} reads it. */
    @Override
    @JsonValue
    public String toString() {
        return fixed != null ? fixed.toString() : Double.toString(factor);
    }
}
