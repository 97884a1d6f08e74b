package io.draem.frame;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Width and height in pixels. As JSON a square is its side, and any other size the text {@code WIDTHxHEIGHT}.
 *
 * @param width pixels in a row, at least 1
 * @param height rows, at least 1
 */
public record FrameSize(int width, int height) {

    /** The most pixels, of which three values each are the elements of one array. */
    public static final int MAX_PIXELS = Integer.MAX_VALUE / 3;

    private static final Pattern TEXT = Pattern.compile("(\\d{1,9})(?:[x,](\\d{1,9}))?");

    public FrameSize {
        if (width < 1 || height < 1 || (long) width * height > MAX_PIXELS) {
            throw new IllegalArgumentException("A size must have sides of at least 1 and at most " + MAX_PIXELS
                    + " pixels, got " + width + "x" + height);
        }
    }

    /** Returns a square. */
    public static FrameSize square(int side) {
        return new FrameSize(side, side);
    }

    /**
     * Reads {@code 256}, {@code 160,416} or {@code 160x416}.
     *
     * @param name name of the option or key, for the message
     * @throws IllegalArgumentException if the text is none of them; the message has the name
     */
    public static FrameSize parse(String name, String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(name + " must be WIDTHxHEIGHT, or one number for a square, got " + text);
        }
        int width = Integer.parseInt(matcher.group(1));
        String height = matcher.group(2);
        try {
            return new FrameSize(width, height == null ? width : Integer.parseInt(height));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    /** Returns width times height. */
    public int pixels() {
        return width * height;
    }

    /** Returns the side of a square, and otherwise the text {@code WIDTHxHEIGHT}. */
    @JsonValue
    public Object json() {
        return width == height ? (Object) width : toString();
    }

    @JsonCreator
    static FrameSize ofJson(Object value) {
        return parse("a size", value.toString());
    }

    /** Returns {@code WIDTHxHEIGHT}. */
    @Override
    public String toString() {
        return width + "x" + height;
    }
}
