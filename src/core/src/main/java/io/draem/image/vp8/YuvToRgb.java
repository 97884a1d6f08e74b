package io.draem.image.vp8;

/**
 * Converts limited-range BT.601 with halved chroma to RGB, with libwebp's interpolation of chroma ("fancy upsampling":
 * weights 9, 3, 3 and 1 of the four nearest samples) and its fixed-point arithmetic.
 */
final class YuvToRgb {

    private final Plane luma;
    private final Plane blue;
    private final Plane red;
    private final int width;
    private final byte[] rgb;

    private YuvToRgb(Plane luma, Plane blue, Plane red, int width, int height) {
        this.luma = luma;
        this.blue = blue;
        this.red = red;
        this.width = width;
        this.rgb = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
    }

    static byte[] convert(Plane luma, Plane blue, Plane red, int width, int height) {
        YuvToRgb conversion = new YuvToRgb(luma, blue, red, width, height);
        for (int y = 0; y < height; y++) {
            int near = y / 2;
            int far = y % 2 == 0 ? near - 1 : near + 1; // chroma rows are halfway between rows
            int last = (height - 1) / 2;
            conversion.row(y, near, Math.max(0, Math.min(last, far)));
        }
        return conversion.rgb;
    }

    private void row(int y, int near, int far) {
        int nearRow = blue.at(0, near);
        int farRow = blue.at(0, far);
        int out = 3 * y * width;
        int in = luma.at(0, y);
        for (int x = 0; x < width; x++, out += 3) {
            int sample = x / 2;
            int u;
            int v;
            if (x == 0 || (x == width - 1 && x % 2 == 1)) {
                u = mixed(blue.samples, nearRow + sample, farRow + sample);
                v = mixed(red.samples, nearRow + sample, farRow + sample);
            } else {
                int side = x % 2 == 0 ? -1 : 1;
                u = mixed(blue.samples, nearRow + sample, farRow + sample, side);
                v = mixed(red.samples, nearRow + sample, farRow + sample, side);
            }
            pixel(luma.samples[in + x] & 0xFF, u, v, out);
        }
    }

    private static int mixed(byte[] samples, int near, int far) {
        return (3 * (samples[near] & 0xFF) + (samples[far] & 0xFF) + 2) >> 2;
    }

    /** Rounds twice, as libwebp does. */
    private static int mixed(byte[] samples, int near, int far, int side) {
        int nearest = samples[near] & 0xFF;
        int horizontal = samples[near + side] & 0xFF;
        int vertical = samples[far] & 0xFF;
        int opposite = samples[far + side] & 0xFF;
        int diagonal = (nearest + horizontal + vertical + opposite + 8 + 2 * (horizontal + vertical)) >> 3;
        return (diagonal + nearest) >> 1;
    }

    private void pixel(int y, int u, int v, int out) {
        int light = (y * 19077) >> 8;
        rgb[out] = clipped(light + ((v * 26149) >> 8) - 14234);
        rgb[out + 1] = clipped(light - ((u * 6419) >> 8) - ((v * 13320) >> 8) + 8708);
        rgb[out + 2] = clipped(light + ((u * 33050) >> 8) - 17685);
    }

    private static byte clipped(int value) {
        return (byte) (value < 0 ? 0 : Math.min(255, value >> 6));
    }
}
