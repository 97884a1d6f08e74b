package io.draem.image;

import java.util.Arrays;

/** Resizes an image row by row, from the top, by an antialiased bilinear filter on floats; see {@link ImageTensor}. */
final class Resize {

    private static final int RGB = 3;

    /** Bytes of heap of a row in addition to its values: header, padding and reference. */
    private static final int ROW_OVERHEAD = 32;

    /** Takes a row of the resized image, channel after channel; the array is valid until the method returns. */
    @FunctionalInterface
    interface Target {

        void row(int y, float[] planes);
    }

    private final int channels;
    private final int width;
    private final int height;
    private final Target target;
    private final ResizeAxis columns;
    private final ResizeAxis rows;
    /** Source rows as floats: each is converted once, and kept only while a target row needs it. */
    private final float[][] ring;

    private final float[] mixed;
    private final float[] result;
    private int taken;
    private int done;

    /**
     * @param channels samples per source pixel: 3, or 1 for gray
     * @param unit what a sample is multiplied by
     */
    Resize(int sourceWidth, int sourceHeight, int channels, int width, int height, double unit, Target target) {
        this.channels = channels;
        this.width = width;
        this.height = height;
        this.target = target;
        this.columns = ResizeAxis.of(sourceWidth, width, unit);
        this.rows = ResizeAxis.of(sourceHeight, height, 1);
        int length = channels * sourceWidth;
        this.ring = new float[rows.taps()][length];
        this.mixed = new float[length];
        this.result = new float[channels * width];
    }

    /** Returns the bytes of heap of resizing rows with that many channels, without what the target keeps. */
    static long heapBytes(int sourceWidth, int sourceHeight, int channels, int width, int height) {
        long rows = ResizeAxis.taps(sourceHeight, height) + 1L;
        return rows * (ROW_OVERHEAD + (long) Float.BYTES * channels * sourceWidth)
                + (long) Float.BYTES * channels * width
                + ResizeAxis.heapBytes(sourceWidth, width)
                + ResizeAxis.heapBytes(sourceHeight, height);
    }

    /** Takes the next row of the source, interleaved samples from an index on. */
    void row(byte[] samples, int from) {
        toFloats(samples, from, ring[taken % ring.length]);
        taken++;
        while (done < height && rows.first()[done] + rows.count()[done] <= taken) {
            finish(done);
            done++;
        }
    }

    private void finish(int y) {
        int first = rows.first()[y];
        int end = first + rows.count()[y];
        Arrays.fill(mixed, 0);
        for (int source = first; source < end; source++) {
            addScaled(ring[source % ring.length], rows.weights()[y * rows.taps() + source - first], mixed);
        }
        if (channels == 1) {
            filterGrayRow(mixed, columns, width, result);
        } else {
            filterRow(mixed, columns, width, result);
        }
        target.row(y, result);
    }

    private static void toFloats(byte[] samples, int start, float[] row) {
        for (int i = 0; i < row.length; i++) {
            row[i] = samples[start + i] & 0xFF;
        }
    }

    private static void addScaled(float[] row, float weight, float[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += weight * row[i];
        }
    }

    /** Filters one row of interleaved RGB along x into {@code [3, width]}. */
    private static void filterRow(float[] rgb, ResizeAxis columns, int width, float[] row) {
        float[] weights = columns.weights();
        for (int x = 0; x < width; x++) {
            int source = columns.first()[x] * RGB;
            int weight = x * columns.taps();
            int weightEnd = weight + columns.count()[x];
            float red = 0;
            float green = 0;
            float blue = 0;
            for (; weight < weightEnd; weight++, source += RGB) {
                float w = weights[weight];
                red += w * rgb[source];
                green += w * rgb[source + 1];
                blue += w * rgb[source + 2];
            }
            row[x] = red;
            row[width + x] = green;
            row[2 * width + x] = blue;
        }
    }

    /** Filters one row of gray along x. */
    private static void filterGrayRow(float[] gray, ResizeAxis columns, int width, float[] row) {
        float[] weights = columns.weights();
        for (int x = 0; x < width; x++) {
            int source = columns.first()[x];
            int weight = x * columns.taps();
            int weightEnd = weight + columns.count()[x];
            float sum = 0;
            for (; weight < weightEnd; weight++, source++) {
                sum += weights[weight] * gray[source];
            }
            row[x] = sum;
        }
    }
}
