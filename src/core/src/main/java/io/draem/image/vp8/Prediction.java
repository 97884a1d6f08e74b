package io.draem.image.vp8;

import java.util.Arrays;

/** Predicts blocks from the samples above and to the left of them (RFC 6386, section 12). */
final class Prediction {

    static final int DC = 0;
    static final int TRUE_MOTION = 1;
    static final int VERTICAL = 2;
    static final int HORIZONTAL = 3;
    static final int LEFT_DOWN = 4;
    static final int RIGHT_DOWN = 5;
    static final int VERTICAL_RIGHT = 6;
    static final int VERTICAL_LEFT = 7;
    static final int HORIZONTAL_DOWN = 8;
    static final int HORIZONTAL_UP = 9;

    private static final byte MIDDLE = (byte) 128;

    private Prediction() {}

    /**
     * Predicts a block of 16x16 or 8x8 samples.
     *
     * @param at index of its first sample
     * @param hasAbove whether the frame has samples above it
     * @param hasLeft whether the frame has samples to its left
     */
    static void block(Plane plane, int at, int size, int mode, boolean hasAbove, boolean hasLeft) {
        byte[] samples = plane.samples;
        int stride = plane.stride;
        switch (mode) {
            case DC -> fill(plane, at, size, average(plane, at, size, hasAbove, hasLeft));
            case TRUE_MOTION -> trueMotion(plane, at, size);
            case VERTICAL -> {
                for (int y = 0; y < size; y++) {
                    System.arraycopy(samples, at - stride, samples, at + y * stride, size);
                }
            }
            default -> {
                for (int y = 0; y < size; y++) {
                    int row = at + y * stride;
                    Arrays.fill(samples, row, row + size, samples[row - 1]);
                }
            }
        }
    }

    /**
     * Predicts a block of 4x4 samples.
     *
     * @param above the four samples above the block and the four to the right of those
     */
    static void block4(Plane plane, int at, int mode, int[] above) {
        byte[] samples = plane.samples;
        int stride = plane.stride;
        int x = samples[at - stride - 1] & 0xFF;
        int a = above[0];
        int b = above[1];
        int c = above[2];
        int d = above[3];
        int i = samples[at - 1] & 0xFF;
        int j = samples[at + stride - 1] & 0xFF;
        int k = samples[at + 2 * stride - 1] & 0xFF;
        int l = samples[at + 3 * stride - 1] & 0xFF;
        switch (mode) {
            case DC -> fill(plane, at, 4, (byte) ((a + b + c + d + i + j + k + l + 4) >> 3));
            case TRUE_MOTION -> trueMotion(plane, at, 4);
            case VERTICAL -> {
                for (int y = 0; y < 4; y++) {
                    row(plane, at, y, mean(x, a, b), mean(a, b, c), mean(b, c, d), mean(c, d, above[4]));
                }
            }
            case HORIZONTAL -> {
                fillRow(plane, at, 0, mean(x, i, j));
                fillRow(plane, at, 1, mean(i, j, k));
                fillRow(plane, at, 2, mean(j, k, l));
                fillRow(plane, at, 3, mean(k, l, l));
            }
            case RIGHT_DOWN -> {
                row(plane, at, 0, mean(a, x, i), mean(b, a, x), mean(c, b, a), mean(d, c, b));
                row(plane, at, 1, mean(x, i, j), mean(a, x, i), mean(b, a, x), mean(c, b, a));
                row(plane, at, 2, mean(i, j, k), mean(x, i, j), mean(a, x, i), mean(b, a, x));
                row(plane, at, 3, mean(j, k, l), mean(i, j, k), mean(x, i, j), mean(a, x, i));
            }
            case LEFT_DOWN -> {
                int e = above[4];
                int f = above[5];
                int g = above[6];
                int h = above[7];
                row(plane, at, 0, mean(a, b, c), mean(b, c, d), mean(c, d, e), mean(d, e, f));
                row(plane, at, 1, mean(b, c, d), mean(c, d, e), mean(d, e, f), mean(e, f, g));
                row(plane, at, 2, mean(c, d, e), mean(d, e, f), mean(e, f, g), mean(f, g, h));
                row(plane, at, 3, mean(d, e, f), mean(e, f, g), mean(f, g, h), mean(g, h, h));
            }
            case VERTICAL_RIGHT -> {
                row(plane, at, 0, mean(x, a), mean(a, b), mean(b, c), mean(c, d));
                row(plane, at, 1, mean(i, x, a), mean(x, a, b), mean(a, b, c), mean(b, c, d));
                row(plane, at, 2, mean(j, i, x), mean(x, a), mean(a, b), mean(b, c));
                row(plane, at, 3, mean(k, j, i), mean(i, x, a), mean(x, a, b), mean(a, b, c));
            }
            case VERTICAL_LEFT -> {
                int e = above[4];
                int f = above[5];
                int g = above[6];
                int h = above[7];
                row(plane, at, 0, mean(a, b), mean(b, c), mean(c, d), mean(d, e));
                row(plane, at, 1, mean(a, b, c), mean(b, c, d), mean(c, d, e), mean(d, e, f));
                row(plane, at, 2, mean(b, c), mean(c, d), mean(d, e), mean(e, f, g));
                row(plane, at, 3, mean(b, c, d), mean(c, d, e), mean(d, e, f), mean(f, g, h));
            }
            case HORIZONTAL_UP -> {
                row(plane, at, 0, mean(i, j), mean(i, j, k), mean(j, k), mean(j, k, l));
                row(plane, at, 1, mean(j, k), mean(j, k, l), mean(k, l), mean(k, l, l));
                row(plane, at, 2, mean(k, l), mean(k, l, l), l, l);
                row(plane, at, 3, l, l, l, l);
            }
            case HORIZONTAL_DOWN -> {
                row(plane, at, 0, mean(i, x), mean(i, x, a), mean(x, a, b), mean(a, b, c));
                row(plane, at, 1, mean(j, i), mean(j, i, x), mean(i, x), mean(i, x, a));
                row(plane, at, 2, mean(k, j), mean(k, j, i), mean(j, i), mean(j, i, x));
                row(plane, at, 3, mean(l, k), mean(l, k, j), mean(k, j), mean(k, j, i));
            }
            default -> throw new IllegalArgumentException("Unknown mode of a 4x4 block: " + mode);
        }
    }

    private static byte average(Plane plane, int at, int size, boolean hasAbove, boolean hasLeft) {
        if (!hasAbove && !hasLeft) {
            return MIDDLE;
        }
        int sum = 0;
        int count = 0;
        if (hasAbove) {
            for (int x = 0; x < size; x++) {
                sum += plane.samples[at - plane.stride + x] & 0xFF;
            }
            count += size;
        }
        if (hasLeft) {
            for (int y = 0; y < size; y++) {
                sum += plane.samples[at + y * plane.stride - 1] & 0xFF;
            }
            count += size;
        }
        return (byte) ((sum + count / 2) / count);
    }

    private static void trueMotion(Plane plane, int at, int size) {
        byte[] samples = plane.samples;
        int above = at - plane.stride;
        int corner = samples[above - 1] & 0xFF;
        for (int y = 0; y < size; y++) {
            int row = at + y * plane.stride;
            int change = (samples[row - 1] & 0xFF) - corner;
            for (int x = 0; x < size; x++) {
                int value = (samples[above + x] & 0xFF) + change;
                samples[row + x] = (byte) Math.max(0, Math.min(255, value));
            }
        }
    }

    private static void fill(Plane plane, int at, int size, byte value) {
        for (int y = 0; y < size; y++) {
            int row = at + y * plane.stride;
            Arrays.fill(plane.samples, row, row + size, value);
        }
    }

    private static void fillRow(Plane plane, int at, int y, int value) {
        row(plane, at, y, value, value, value, value);
    }

    private static void row(Plane plane, int at, int y, int first, int second, int third, int fourth) {
        int row = at + y * plane.stride;
        plane.samples[row] = (byte) first;
        plane.samples[row + 1] = (byte) second;
        plane.samples[row + 2] = (byte) third;
        plane.samples[row + 3] = (byte) fourth;
    }

    private static int mean(int a, int b) {
        return (a + b + 1) >> 1;
    }

    private static int mean(int a, int b, int c) {
        return (a + 2 * b + c + 2) >> 2;
    }
}
