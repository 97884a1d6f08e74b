package io.draem.trainer.synthesis;

import io.draem.image.RgbImage;

/** Sharpening and softening as {@code PIL.ImageEnhance.Sharpness}. */
final class Sharpness {

    private Sharpness() {}

    /**
     * Returns {@code smooth + factor * (image - smooth)}: 0 softens, 1 changes nothing, 2 sharpens. The smoothed image is
     * {@code PIL.ImageFilter.SMOOTH}: weights 5 in the middle and 1 around, over 13; the outermost pixels stay.
     */
    static RgbImage enhance(RgbImage image, float factor) {
        int stride = image.width() * 3;
        byte[] from = image.rgb();
        byte[] to = from.clone();
        for (int y = 1; y < image.height() - 1; y++) {
            for (int i = y * stride + 3; i < (y + 1) * stride - 3; i++) {
                int middle = from[i] & 0xFF;
                int sum = 4 * middle + row(from, i - stride) + row(from, i) + row(from, i + stride);
                float smooth = (int) (sum / 13f + 0.5f); // PIL rounds to 8 bits before it blends
                to[i] = Pixels.toByte(smooth + factor * (middle - smooth));
            }
        }
        return new RgbImage(image.width(), image.height(), to);
    }

    private static int row(byte[] rgb, int i) {
        return (rgb[i - 3] & 0xFF) + (rgb[i] & 0xFF) + (rgb[i + 3] & 0xFF);
    }
}
