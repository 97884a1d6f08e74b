package io.draem.score;

import java.util.Objects;

/**
 * A raw anomaly map: one probability a pixel, rows from the top.
 *
 * @param width pixels in a row
 * @param height rows
 * @param values {@code width * height} values, row-major; not copied
 */
public record AnomalyMap(int width, int height, float[] values) {

    public AnomalyMap {
        Objects.requireNonNull(values, "values");
        if (width < 1 || height < 1 || (long) width * height != values.length) {
            throw new IllegalArgumentException(
                    "A map of " + width + "x" + height + " does not fit " + values.length + " values");
        }
    }

    /** Returns the value at column {@code x} of row {@code y}. */
    public float at(int x, int y) {
        return values[y * width + x];
    }

    /** Returns the largest value. */
    public float max() {
        float max = values[0];
        for (float value : values) {
            max = Math.max(max, value);
        }
        return max;
    }

    /** Returns whether every value is a finite number. */
    public boolean isFinite() {
        return areFinite(values);
    }

    /** Returns whether no value is NaN or infinite. */
    public static boolean areFinite(float[] values) {
        int largest = 0;
        for (float value : values) {
            // Compared as integers without the sign, NaN and infinity are larger than all numbers; this loop
            // vectorizes.
            largest = Math.max(largest, Float.floatToRawIntBits(value) & Integer.MAX_VALUE);
        }
        return largest < Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
    }

    /**
     * Returns this map at another size, by bilinear interpolation between pixel centres (no antialiasing), as
     * {@code torch.nn.functional.interpolate(mode="bilinear", align_corners=False)} gives it; this map itself where
     * the size is the same.
     */
    public AnomalyMap resized(int newWidth, int newHeight) {
        if (newWidth == width && newHeight == height) {
            return this;
        }
        float[] resized = new float[Math.multiplyExact(newWidth, newHeight)];
        int[] left = new int[newWidth];
        float[] rightWeight = new float[newWidth];
        float scaleX = (float) width / newWidth;
        for (int x = 0; x < newWidth; x++) {
            float sourceX = Math.max(0f, (x + 0.5f) * scaleX - 0.5f);
            left[x] = Math.min((int) sourceX, width - 1);
            rightWeight[x] = sourceX - left[x];
        }
        float scaleY = (float) height / newHeight;
        for (int y = 0; y < newHeight; y++) {
            float sourceY = Math.max(0f, (y + 0.5f) * scaleY - 0.5f);
            int y0 = Math.min((int) sourceY, height - 1);
            int above = y0 * width;
            int below = Math.min(y0 + 1, height - 1) * width;
            float fy = sourceY - y0;
            for (int x = 0; x < newWidth; x++) {
                int x0 = left[x];
                int x1 = Math.min(x0 + 1, width - 1);
                float fx = rightWeight[x];
                float top = values[above + x0] + fx * (values[above + x1] - values[above + x0]);
                float bottom = values[below + x0] + fx * (values[below + x1] - values[below + x0]);
                resized[y * newWidth + x] = top + fy * (bottom - top);
            }
        }
        return new AnomalyMap(newWidth, newHeight, resized);
    }
}
