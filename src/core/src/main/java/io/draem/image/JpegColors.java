package io.draem.image;

import java.awt.image.DataBufferByte;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;

/**
 * The meaning of the components of a JPEG, and their conversion to RGB.
 *
 * <p>Rules and fixed-point arithmetic are those of libjpeg ({@code jdapimin.c}, {@code jdcolor.c}), those of CMYK are
 * Pillow's: samples are taken as inverted, which is how Adobe writes them.
 */
enum JpegColors {
    GRAY(1),
    RGB(3),
    YCBCR(3),
    CMYK(4),
    YCCK(4);

    private static final int SCALE_BITS = 16;
    private static final int HALF = 1 << (SCALE_BITS - 1);
    private static final int[] CR_TO_RED = new int[256];
    private static final int[] CB_TO_BLUE = new int[256];
    private static final int[] CR_TO_GREEN = new int[256];
    private static final int[] CB_TO_GREEN = new int[256];

    static {
        for (int i = 0; i < 256; i++) {
            int x = i - 128;
            CR_TO_RED[i] = (fixed(1.40200) * x + HALF) >> SCALE_BITS;
            CB_TO_BLUE[i] = (fixed(1.77200) * x + HALF) >> SCALE_BITS;
            CR_TO_GREEN[i] = -fixed(0.71414) * x;
            CB_TO_GREEN[i] = -fixed(0.34414) * x + HALF;
        }
    }

    private final int components;

    JpegColors(int components) {
        this.components = components;
    }

    /** Returns the bytes per pixel of the samples, and of the RGB where {@link #toRgb} allocates it. */
    int bytesPerPixel() {
        return this == RGB || this == YCBCR ? 3 : components + 3;
    }

    /**
     * Converts the stored samples to interleaved RGB.
     *
     * @param raster 8-bit interleaved samples
     */
    byte[] toRgb(Raster raster) throws ImageException {
        if (!(raster.getSampleModel() instanceof PixelInterleavedSampleModel model)
                || !(raster.getDataBuffer() instanceof DataBufferByte data)
                || model.getPixelStride() != components
                || model.getScanlineStride() != components * raster.getWidth()
                || data.getOffset() != 0) {
            throw ImageException.Invalid.corrupt("JPEG", "its samples are not those of its frame");
        }
        byte[] samples = data.getData();
        int pixels = raster.getWidth() * raster.getHeight();
        if (this == RGB) {
            return samples;
        }
        byte[] rgb = this == YCBCR ? samples : new byte[3 * pixels];
        for (int i = 0, in = 0, out = 0; i < pixels; i++, in += components, out += 3) {
            switch (this) {
                case GRAY -> {
                    rgb[out] = samples[in];
                    rgb[out + 1] = samples[in];
                    rgb[out + 2] = samples[in];
                }
                case CMYK -> {
                    int black = samples[in + 3] & 0xFF;
                    rgb[out] = darkened(samples[in] & 0xFF, black);
                    rgb[out + 1] = darkened(samples[in + 1] & 0xFF, black);
                    rgb[out + 2] = darkened(samples[in + 2] & 0xFF, black);
                }
                default -> {
                    int y = samples[in] & 0xFF;
                    int cb = samples[in + 1] & 0xFF;
                    int cr = samples[in + 2] & 0xFF;
                    int red = clamped(y + CR_TO_RED[cr]);
                    int green = clamped(y + ((CB_TO_GREEN[cb] + CR_TO_GREEN[cr]) >> SCALE_BITS));
                    int blue = clamped(y + CB_TO_BLUE[cb]);
                    if (this == YCCK) {
                        int black = samples[in + 3] & 0xFF;
                        rgb[out] = darkened(255 - red, black);
                        rgb[out + 1] = darkened(255 - green, black);
                        rgb[out + 2] = darkened(255 - blue, black);
                    } else {
                        rgb[out] = (byte) red;
                        rgb[out + 1] = (byte) green;
                        rgb[out + 2] = (byte) blue;
                    }
                }
            }
        }
        return rgb;
    }

    /**
     * Returns {@code (255 - ink) * (255 - black) / 255} of samples that are stored inverted, rounded as Pillow does.
     */
    private static byte darkened(int inverseInk, int inverseBlack) {
        int product = (255 - inverseInk) * inverseBlack + 128;
        return (byte) (inverseBlack - ((product + (product >> 8)) >> 8));
    }

    private static int clamped(int value) {
        return value < 0 ? 0 : Math.min(value, 255);
    }

    private static int fixed(double value) {
        return (int) (value * (1 << SCALE_BITS) + 0.5);
    }

    /** Collects the markers and component ids that determine the meaning of the components. */
    static final class Hints {

        private static final int NO_TRANSFORM = 0;
        private static final int UNKNOWN = -1;

        private boolean jfif;
        private int adobeTransform = UNKNOWN;
        private int components;
        private String ids = "";

        void application0(byte[] bytes, int start, int end) {
            jfif |= startsWith(bytes, start, end, "JFIF\0");
        }

        void application14(byte[] bytes, int start, int end) {
            if (end - start >= 12 && startsWith(bytes, start, end, "Adobe")) {
                adobeTransform = bytes[start + 11] & 0xFF;
            }
        }

        void frame(byte[] bytes, int start, int count) {
            components = count;
            StringBuilder letters = new StringBuilder();
            for (int i = 0; i < count; i++) {
                letters.append((char) (bytes[start + 3 * i] & 0xFF));
            }
            ids = letters.toString();
        }

        JpegColors colors() {
            return switch (components) {
                case 1 -> GRAY;
                case 3 -> isRgb() ? RGB : YCBCR;
                default -> adobeTransform == UNKNOWN || adobeTransform == NO_TRANSFORM ? CMYK : YCCK;
            };
        }

        private boolean isRgb() {
            if (jfif) {
                return false;
            }
            return adobeTransform == UNKNOWN ? ids.equals("RGB") : adobeTransform == NO_TRANSFORM;
        }

        private static boolean startsWith(byte[] bytes, int start, int end, String ascii) {
            if (end - start < ascii.length()) {
                return false;
            }
            for (int i = 0; i < ascii.length(); i++) {
                if (bytes[start + i] != ascii.charAt(i)) {
                    return false;
                }
            }
            return true;
        }
    }
}
