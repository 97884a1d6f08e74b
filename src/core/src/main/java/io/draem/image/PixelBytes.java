package io.draem.image;

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

    /** Returns the image as RGB; of RGB the same samples, not copied. */
    public RgbImage toRgb() {
        if (channels == RGB) {
            return new RgbImage(width, height, samples);
        }
        byte[] rgb = new byte[Math.multiplyExact(RGB, samples.length)];
        for (int i = 0, out = 0; i < samples.length; i++, out += RGB) {
            rgb[out] = samples[i];
            rgb[out + 1] = samples[i];
            rgb[out + 2] = samples[i];
        }
        return new RgbImage(width, height, rgb);
    }
}
