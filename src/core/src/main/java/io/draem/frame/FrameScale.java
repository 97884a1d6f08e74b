package io.draem.frame;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;

/**
 * How large a frame is before it is cut into tiles: a multiple of the image's size, or one size for all images. As JSON it is
 * the text that {@link #toString} returns.
 *
 * @param factor multiple of each side, above 0 to {@value #MAX_FACTOR}; 0 where {@code fixed} applies
 * @param fixed size of every frame; null where {@code factor} applies
 */
public record FrameScale(double factor, @Nullable FrameSize fixed) {

    /** The largest factor. */
    public static final double MAX_FACTOR = 4;

    /** Frames of the image's own size. */
    public static final FrameScale ONE = new FrameScale(1, null);

    public FrameScale {
        if (fixed == null ? !(factor > 0 && factor <= MAX_FACTOR) : factor != 0) {
            throw new IllegalArgumentException("A scale must be a factor above 0 and up to " + MAX_FACTOR
                    + ", or a size WIDTHxHEIGHT, got " + factor + (fixed == null ? "" : " and " + fixed));
        }
    }

    /**
     * Reads a factor such as {@code 0.5}, or a size such as {@code 2048x1500}.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    @JsonCreator
    public static FrameScale parse(String text) {
        if (text.indexOf('x') >= 0) {
            return new FrameScale(0, FrameSize.parse("A scale", text));
        }
        double factor;
        try {
            factor = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "A scale must be a factor such as 0.5 or a size such as 2048x1500, got " + text, e);
        }
        return new FrameScale(factor, null);
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
