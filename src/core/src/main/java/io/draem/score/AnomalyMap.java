package io.draem.score;

import java.util.Objects;

/**
 * A raw anomaly map: one probability per pixel, rows from the top.
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
     * Returns this map at another size, by bilinear interpolation between pixel centers (no antialiasing), as
     * {@code torch.nn.functional.interpolate(mode="bilinear", align_corners=False)} gives it; this map itself where
     * the size is the same.
     */
    public AnomalyMap resized(int newWidth, int newHeight) {
        if (newWidth == width && newHeight == height) {
            return this;
        }
        float[] resized = new float[Math.multiplyExact(newWidth, newHeight)];
        ScaledMap.Rows rows = new ScaledMap(this, newWidth, newHeight).rows();
        for (int y = 0; y < newHeight; y++) {
            System.arraycopy(rows.read(y), 0, resized, y * newWidth, newWidth);
        }
        return new AnomalyMap(newWidth, newHeight, resized);
    }
}
