package io.draem.trainer.synthesis;

import io.draem.image.RgbImage;

/** Between 8-bit interleaved pixels and float planes of the same size. */
public final class Pixels {

    private Pixels() {}

    /** Returns {@code [3, height, width]}, 0 to 1. */
    public static float[] toTensor(RgbImage image) {
        byte[] rgb = image.rgb();
        int area = image.width() * image.height();
        float[] planes = new float[3 * area];
        for (int i = 0, from = 0; i < area; i++, from += 3) {
            planes[i] = (rgb[from] & 0xFF) / 255f;
            planes[area + i] = (rgb[from + 1] & 0xFF) / 255f;
            planes[2 * area + i] = (rgb[from + 2] & 0xFF) / 255f;
        }
        return planes;
    }

    /** Returns the image of {@code [3, height, width]} values, 0 to 1, rounded to 8 bits; others are clamped. */
    public static RgbImage fromTensor(float[] planes, int width, int height) {
        int area = width * height;
        byte[] rgb = new byte[3 * area];
        for (int i = 0, to = 0; i < area; i++, to += 3) {
            rgb[to] = toByte(planes[i] * 255);
            rgb[to + 1] = toByte(planes[area + i] * 255);
            rgb[to + 2] = toByte(planes[2 * area + i] * 255);
        }
        return new RgbImage(width, height, rgb);
    }

    /** Returns the nearest 8-bit value to one on the scale of 0 to 255. */
    static byte toByte(float value) {
        return (byte) (value <= 0 ? 0 : value >= 255 ? 255 : (int) (value + 0.5f));
    }
}
