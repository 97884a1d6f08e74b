package io.draem.trainer.synthesis;

import java.util.Arrays;

/** Finds where an anomaly is visible on an image, and limits its mask to these pixels. */
final class Visibility {

    private static final int RADIUS = 2;
    private static final int APART = 8; // pixels between the regions that are compared to measure the noise
    private static final int EVERY = 3; // step in pixels in both directions for that
    private static final int LEAST_LEFT = 3; // reciprocal of the smallest share that must be left

    private final float[] clean;
    private final int width;
    private final int height;
    private final float leastChange;
    private final float leastShift;
    private final int leastShare;

    private Visibility(float[] clean, int width, int height, float leastChange, float leastShift, int leastShare) {
        this.clean = clean;
        this.width = width;
        this.height = height;
        this.leastChange = leastChange;
        this.leastShift = leastShift;
        this.leastShare = leastShare;
    }

    /**
     * Measures an image.
     *
     * @param clean {@code [3, height, width]}
     * @param contrast smallest visible change, 0 to 1
     * @param overGrain multiple of the image's own noise that a visible change exceeds; 0 ignores the noise
     */
    static Visibility on(float[] clean, int width, int height, double contrast, double overGrain) {
        if (overGrain == 0) {
            return new Visibility(clean, width, height, (float) contrast, Float.POSITIVE_INFINITY, 0);
        }
        return new Visibility(
                clean,
                width,
                height,
                (float) Math.max(contrast, overGrain * grain(clean, width, height, 0)),
                (float) Math.max(contrast, overGrain * grain(clean, width, height, RADIUS)),
                LEAST_LEFT);
    }

    /**
     * Removes pixels from the mask that are not visible. Visibility is measured, averaged over the mask's pixels within
     * 5×5, by the absolute change in the channel where it is largest and by the signed change in each channel; the latter
     * is small where noise replaces noise.
     *
     * @param opacity weight of the texture in the anomaly
     * @return whether enough is left: any pixel, and a third of them if noise is considered
     */
    boolean cut(float[] mask, float[] texture, float opacity) {
        int area = mask.length;
        float[] change = new float[3 * area];
        float[] size = new float[area];
        for (int i = 0; i < area; i++) {
            for (int at = i; mask[i] > 0 && at < 3 * area; at += area) {
                change[at] = opacity * (texture[at] - clean[at]);
                size[i] = Math.max(size[i], Math.abs(change[at]));
            }
        }
        float[] whole = mask.clone();
        int before = 0;
        int left = 0;
        for (int i = 0; i < area; i++) {
            if (whole[i] == 0) {
                continue;
            }
            before++;
            boolean visible = mean(size, 0, i, whole) >= leastChange;
            for (int plane = 0; !visible && leastShift < Float.POSITIVE_INFINITY && plane < 3 * area; plane += area) {
                visible = Math.abs(mean(change, plane, i, whole)) >= leastShift;
            }
            left += visible ? 1 : 0;
            mask[i] = visible ? 1 : 0;
        }
        return left > 0 && left * leastShare >= before * Math.min(1, leastShare);
    }

    /** Returns the mean within 5×5 of a pixel, of values that are 0 outside the mask. */
    private float mean(float[] values, int plane, int pixel, float[] mask) {
        int column = pixel % width;
        int row = pixel / width;
        float sum = 0;
        float count = 0;
        for (int y = Math.max(0, row - RADIUS); y <= Math.min(height - 1, row + RADIUS); y++) {
            for (int x = Math.max(0, column - RADIUS); x <= Math.min(width - 1, column + RADIUS); x++) {
                sum += values[plane + y * width + x];
                count += mask[y * width + x];
            }
        }
        return sum / count;
    }

    /**
     * Returns the median difference, in the channel where it is largest, between the means of two squares 8 pixels apart.
     *
     * @param radius of the squares, whose sides are {@code 2 · radius + 1}
     */
    static float grain(float[] image, int width, int height, int radius) {
        int area = width * height;
        float[] differences = new float[area];
        int count = 0;
        for (int y = radius; y < height - radius - APART; y += EVERY) {
            for (int x = radius; x < width - radius - APART; x += EVERY) {
                int onwards = (x + y) % 2 == 0 ? APART : APART * width;
                float largest = 0;
                for (int plane = 0; plane < 3 * area; plane += area) {
                    int at = plane + y * width + x;
                    float difference = square(image, at, width, radius) - square(image, at + onwards, width, radius);
                    largest = Math.max(largest, Math.abs(difference));
                }
                differences[count++] = largest;
            }
        }
        Arrays.sort(differences, 0, count);
        return count == 0 ? 0 : differences[count / 2];
    }

    private static float square(float[] image, int centre, int width, int radius) {
        float sum = 0;
        for (int dy = -radius; dy <= radius; dy++) {
            for (int dx = -radius; dx <= radius; dx++) {
                sum += image[centre + dy * width + dx];
            }
        }
        int side = 2 * radius + 1;
        return sum / (side * side);
    }
}
