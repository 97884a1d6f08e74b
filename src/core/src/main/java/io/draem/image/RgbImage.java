package io.draem.image;

import java.util.Objects;

/**
 * A decoded image: 8-bit RGB, rows from the top, pixels interleaved ({@code R, G, B, R, G, B, …}).
 *
 * @param width pixels in a row
 * @param height rows
 * @param rgb {@code width * height * 3} bytes; not copied, so they must not be changed afterwards
 */
public record RgbImage(int width, int height, byte[] rgb) {

    public RgbImage {
        Objects.requireNonNull(rgb, "rgb");
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("An image needs at least one pixel, got " + width + "x" + height);
        }
        if ((long) width * height * 3 != rgb.length) {
            throw new IllegalArgumentException(
                    width + "x" + height + " pixels need " + (long) width * height * 3 + " bytes, got " + rgb.length);
        }
    }

    /** Returns the value of one channel (0 red, 1 green, 2 blue) of one pixel, 0 to 255. */
    public int channel(int x, int y, int channel) {
        return rgb[(y * width + x) * 3 + channel] & 0xFF;
    }
}
