package io.draem.trainer.synthesis;

import io.draem.image.RgbImage;

/** Changes of brightness, hue and saturation; values on the scale of 0 to 255. */
final class ColorShift {

    /** The definition of brightness; the other two coordinates of the color space are kept. */
    enum Brightness {
        /** Y of YCrCb and YUV (ITU-R BT.601). */
        LUMA,
        /** V of HSV. */
        VALUE,
        /** L of HLS. */
        LIGHTNESS
    }

    private static final float GRAY_TOLERANCE = 1.01f / 255;

    private ColorShift() {}

    /** Returns whether no channel of {@code [3, height, width]} differs from another by more than a level of 255. */
    static boolean isGray(float[] planes) {
        int area = planes.length / 3;
        for (int i = 0; i < area; i++) {
            float r = planes[i];
            if (Math.abs(r - planes[area + i]) > GRAY_TOLERANCE
                    || Math.abs(r - planes[2 * area + i]) > GRAY_TOLERANCE) {
                return false;
            }
        }
        return true;
    }

    /** Returns the image with all channels its luma. */
    static RgbImage gray(RgbImage image) {
        byte[] from = image.rgb();
        byte[] to = new byte[from.length];
        for (int i = 0; i < from.length; i += 3) {
            byte luma = Pixels.toByte(
                    0.299f * (from[i] & 0xFF) + 0.587f * (from[i + 1] & 0xFF) + 0.114f * (from[i + 2] & 0xFF));
            to[i] = luma;
            to[i + 1] = luma;
            to[i + 2] = luma;
        }
        return new RgbImage(image.width(), image.height(), to);
    }

    /**
     * Maps each pixel's brightness {@code b} to {@code clamp(clamp(b * factor) + summand)}, or with {@code addFirst} to
     * {@code clamp(clamp(b + summand) * factor)}.
     */
    static RgbImage brightness(RgbImage image, Brightness kind, float factor, float summand, boolean addFirst) {
        byte[] from = image.rgb();
        byte[] to = new byte[from.length];
        for (int i = 0; i < from.length; i += 3) {
            float r = from[i] & 0xFF;
            float g = from[i + 1] & 0xFF;
            float b = from[i + 2] & 0xFF;
            float max = Math.max(r, Math.max(g, b));
            float min = Math.min(r, Math.min(g, b));
            float before = switch (kind) {
                case LUMA -> 0.299f * r + 0.587f * g + 0.114f * b;
                case VALUE -> max;
                case LIGHTNESS -> (max + min) / 2;
            };
            float after = addFirst ? clamp(clamp(before + summand) * factor) : clamp(clamp(before * factor) + summand);
            // In all three a color is brightness + difference; the difference scales so that the others stay.
            float scale = switch (kind) {
                case LUMA -> 1;
                case VALUE -> before > 0 ? after / before : 1;
                case LIGHTNESS -> before > 0 && before < 255 ? chromaRoom(after) / chromaRoom(before) : 1;
            };
            to[i] = Pixels.toByte(after + (r - before) * scale);
            to[i + 1] = Pixels.toByte(after + (g - before) * scale);
            to[i + 2] = Pixels.toByte(after + (b - before) * scale);
        }
        return new RgbImage(image.width(), image.height(), to);
    }

    /**
     * Rotates the hue and adds to the saturation of HSV. Gray counts as a red without saturation, as in
     * OpenCV's space: with saturation added it takes the color of the rotated red.
     *
     * @param degrees added to the hue
     * @param saturation added to the saturation, -255 to 255
     */
    static RgbImage hueAndSaturation(RgbImage image, float degrees, float saturation) {
        float sextants = degrees / 60;
        byte[] from = image.rgb();
        byte[] to = new byte[from.length];
        for (int i = 0; i < from.length; i += 3) {
            float r = from[i] & 0xFF;
            float g = from[i + 1] & 0xFF;
            float b = from[i + 2] & 0xFF;
            float max = Math.max(r, Math.max(g, b));
            float chroma = max - Math.min(r, Math.min(g, b));
            float hue;
            if (chroma == 0) {
                hue = 0;
            } else if (max == r) {
                hue = (g - b) / chroma;
            } else if (max == g) {
                hue = (b - r) / chroma + 2;
            } else {
                hue = (r - g) / chroma + 4;
            }
            float rotated = hue + sextants;
            rotated -= 6 * (float) Math.floor(rotated / 6);
            float newChroma = max == 0 ? 0 : max * clamp(255 * chroma / max + saturation) / 255;
            to[i] = Pixels.toByte(max - newChroma * shortfall(5 + rotated));
            to[i + 1] = Pixels.toByte(max - newChroma * shortfall(3 + rotated));
            to[i + 2] = Pixels.toByte(max - newChroma * shortfall(1 + rotated));
        }
        return new RgbImage(image.width(), image.height(), to);
    }

    /** Returns {@code max(0, min(k, 4 - k, 1))} of {@code k mod 6}: how far a channel is below the value. */
    private static float shortfall(float k) {
        float wrapped = k >= 6 ? k - 6 : k;
        return Math.max(0, Math.min(1, Math.min(wrapped, 4 - wrapped)));
    }

    private static float chromaRoom(float lightness) {
        return 255 - Math.abs(2 * lightness - 255);
    }

    private static float clamp(float value) {
        return Math.min(255, Math.max(0, value));
    }
}
