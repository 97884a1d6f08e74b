package io.draem.image;

import java.util.Arrays;
import java.util.Objects;

/**
 * 8-bit samples of an image, gray or RGB, rows from the top, interleaved.
 *
 * @param width pixels in a row
 * @param height rows
 * @param channels samples per pixel: 1 for gray, 3 for RGB
 * @param samples {@code width * height * channels} bytes; not copied, so they must not be changed afterwards
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PixelBytes(int width, int height, int channels, byte[] samples) {

    private static final int RGB = 3;
    private static final float[] UNIT = new float[256];

    static {
        for (int sample = 0; sample < UNIT.length; sample++) {
            UNIT[sample] = sample / 255f;
        }
    }

    public PixelBytes {
        Objects.requireNonNull(samples, "samples");
        if (width < 1 || height < 1 || channels != 1 && channels != RGB) {
            throw new IllegalArgumentException("Not an image of 1 or 3 channels: " + width + "x" + height
                    + " pixels of " + channels + " channels");
        }
        if ((long) width * height * channels != samples.length) {
            throw new IllegalArgumentException(width + "x" + height + " pixels of " + channels + " channels need "
                    + (long) width * height * channels + " bytes, got " + samples.length);
        }
    }

    /** Returns an image's own samples, not copied. */
    public static PixelBytes of(RgbImage image) {
        return new PixelBytes(image.width(), image.height(), RGB, image.rgb());
    }

    /** Returns {@code [3, height, width]}, 0 to 1, rounded to 8 bits; values beyond are clamped. */
    public static PixelBytes ofPlanes(float[] planes, int width, int height) {
        int pixels = width * height;
        byte[] rgb = new byte[RGB * pixels];
        for (int channel = 0; channel < RGB; channel++) {
            for (int i = 0, plane = channel * pixels; i < pixels; i++) {
                float value = Math.min(1f, Math.max(0f, planes[plane + i]));
                rgb[RGB * i + channel] = (byte) Math.round(value * 255f);
            }
        }
        return new PixelBytes(width, height, RGB, rgb);
    }

    /**
     * Returns the pixels of a side that each pixel of a stretch shows: its own, or its reflection at the border, the border
     * itself not repeated.
     *
     * @param start first pixel of the stretch; may be below 0
     * @param count pixels of the stretch, which may end after the side
     * @param length pixels of the side
     */
    public static int[] reflected(int start, int count, int length) {
        int[] sources = new int[count];
        int period = Math.max(1, 2 * (length - 1));
        Arrays.setAll(sources, i -> {
            int folded = Math.floorMod(start + i, period);
            return folded < length ? folded : period - folded;
        });
        return sources;
    }

    /**
     * Writes a crop as {@code [3, rows, columns]}, RGB, 0 to 1; of a gray image three times the same plane.
     *
     * @param columns column of the image that each column of the crop shows, see {@link #reflected}
     * @param rows row of the image that each row of the crop shows
     * @param planes receives the crop from {@code offset} on
     */
    public void crop(int[] columns, int[] rows, float[] planes, int offset) {
        int plane = rows.length * columns.length;
        for (int y = 0; y < rows.length; y++) {
            cropRow(rows[y] * width, columns, planes, offset + y * columns.length, plane);
        }
    }

    /** Writes a row of a crop into three planes: one pass over the samples, which are read but once. */
    private void cropRow(int row, int[] columns, float[] planes, int out, int plane) {
        if (channels == 1) {
            for (int x = 0; x < columns.length; x++) {
                planes[out + x] = UNIT[samples[row + columns[x]] & 0xFF];
            }
            System.arraycopy(planes, out, planes, out + plane, columns.length);
            System.arraycopy(planes, out, planes, out + 2 * plane, columns.length);
            return;
        }
        for (int x = 0; x < columns.length; x++) {
            int at = (row + columns[x]) * RGB;
            planes[out + x] = UNIT[samples[at] & 0xFF];
            planes[out + plane + x] = UNIT[samples[at + 1] & 0xFF];
            planes[out + 2 * plane + x] = UNIT[samples[at + 2] & 0xFF];
        }
    }

    /** Returns the image as RGB; of RGB the same samples, not copied. */
    public RgbImage toRgb() {
        if (channels == RGB) {
            return new RgbImage(width, height, samples);
        }
        byte[] rgb = new byte[Math.multiplyExact(RGB, samples.length)];
        PixelRows.copyRow(samples, true, samples.length, rgb, 0);
        return new RgbImage(width, height, rgb);
    }

    /** Returns the image at another size, as {@link OpenedImage#decodeScaled} gives it; itself at its own size. */
    public PixelBytes resized(int newWidth, int newHeight) {
        if (newWidth == width && newHeight == height) {
            return this;
        }
        ScaledImage.Scaling scaling = new ScaledImage.Scaling(width, height, channels, newWidth, newHeight);
        for (int y = 0; y < height; y++) {
            scaling.row(samples, y * width * channels);
        }
        return scaling.pixels();
    }
}
