package io.draem.image.vp8;

import java.util.Arrays;

/**
 * One plane of a frame, a whole number of macroblocks large, with a border of one row above and one column to the left
 * that holds what prediction assumes outside the frame: 127 above, 129 to the left.
 */
final class Plane {

    private static final int ABOVE = 127;
    private static final int LEFT = 129;

    final byte[] samples;
    final int stride;

    Plane(int width, int height) {
        this.stride = width + 1;
        this.samples = new byte[Math.multiplyExact(stride, height + 1)];
        Arrays.fill(samples, 0, stride, (byte) ABOVE);
        for (int row = 1; row <= height; row++) {
            samples[row * stride] = (byte) LEFT;
        }
    }

    /** Returns the index of a sample; -1 is the border. */
    int at(int x, int y) {
        return (y + 1) * stride + x + 1;
    }
}
