package io.draem.image;

import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.Arrays;

/**
 * Converts an image to the input of the network: {@code [3, height, width]} float32, RGB, 0 to 1, resized with an
 * antialiased bilinear filter, aspect ratio not kept.
 *
 * <p>The resize is that of torchvision's {@code Resize(antialias=True)} on float tensors: a filter along each
 * axis, with nothing rounded to 8 bits in between. Columns are filtered first, since adding whole rows is fastest; the
 * order changes only the float rounding.
 */
public final class ImageTensor {

    private static final int CHANNELS = 3;

    /** Bytes of heap of a row in addition to its values: header, padding and reference. */
    private static final int ROW_OVERHEAD = 32;

    private ImageTensor() {}

    /** Returns the tensor as {@code 3 * height * width} floats, channel after channel, rows from the top. */
    public static float[] of(RgbImage image, int width, int height) {
        float[] tensor = new float[Math.multiplyExact(Math.multiplyExact(width, height), CHANNELS)];
        write(image, width, height, FloatBuffer.wrap(tensor));
        return tensor;
    }

    /**
     * Writes the tensor at the buffer's position and advances the position past it.
     *
     * @throws BufferOverflowException if fewer than {@code 3 * height * width} floats remain; nothing is written then
     */
    public static void write(RgbImage image, int width, int height, FloatBuffer out) {
        if (out.remaining() < Math.multiplyExact(Math.multiplyExact(width, height), CHANNELS)) {
            throw new BufferOverflowException();
        }
        Resize resize = new Resize(image.width(), image.height(), CHANNELS, width, height, out);
        for (int y = 0; y < image.height(); y++) {
            resize.row(image.rgb(), y * CHANNELS * image.width());
        }
        out.position(out.position() + CHANNELS * width * height);
    }

    /**
     * Returns the tensor of an image that is read row by row.
     *
     * @throws ImageException as {@link PixelRows#read}
     * @throws IOException as {@link PixelRows#read}
     */
    static ResizedImage of(PixelRows rows, int sourceWidth, int sourceHeight, int width, int height)
            throws ImageException, IOException {
        float[] tensor = new float[Math.multiplyExact(Math.multiplyExact(width, height), CHANNELS)];
        Resize resize = new Resize(sourceWidth, sourceHeight, rows.channels(), width, height, FloatBuffer.wrap(tensor));
        long[] nanos = {0};
        PixelRows.Read read = rows.read(samples -> {
            long start = System.nanoTime();
            resize.row(samples, 0);
            nanos[0] += System.nanoTime() - start;
        });
        return new ResizedImage(
                sourceWidth, sourceHeight, tensor, Duration.ofNanos(nanos[0]), read.samples(), read.warnings());
    }

    /** Returns the bytes of heap of the tensor and of resizing rows with that many channels to it. */
    static long heapBytes(int sourceWidth, int sourceHeight, int channels, int width, int height) {
        long rows = ResizeAxis.taps(sourceHeight, height) + 1L;
        return rows * (ROW_OVERHEAD + (long) Float.BYTES * channels * sourceWidth)
                + (long) Float.BYTES * channels * width
                + (long) Float.BYTES * CHANNELS * width * height
                + ResizeAxis.heapBytes(sourceWidth, width)
                + ResizeAxis.heapBytes(sourceHeight, height);
    }

    /** Resizes an image row by row, from the top. */
    private static final class Resize {

        private final int channels;
        private final int width;
        private final int height;
        private final FloatBuffer out;
        private final int start;
        private final ResizeAxis columns;
        private final ResizeAxis rows;
        /** Source rows as floats: each is converted once, and kept only while a target row needs it. */
        private final float[][] ring;

        private final float[] mixed;
        private final float[] result;
        private int taken;
        private int done;

        /**
         * @param channels samples per source pixel: 3, or 1 for gray, which goes into all three channels of the tensor
         * @param out written from its position, which does not change
         */
        Resize(int sourceWidth, int sourceHeight, int channels, int width, int height, FloatBuffer out) {
            this.channels = channels;
            this.width = width;
            this.height = height;
            this.out = out;
            this.start = out.position();
            this.columns = ResizeAxis.of(sourceWidth, width, 1.0 / 255);
            this.rows = ResizeAxis.of(sourceHeight, height, 1);
            int length = channels * sourceWidth;
            this.ring = new float[rows.taps()][length];
            this.mixed = new float[length];
            this.result = new float[channels * width];
        }

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
            for (int channel = 0; channel < CHANNELS; channel++) {
                int plane = channels == 1 ? 0 : channel;
                out.put(start + (channel * height + y) * width, result, plane * width, width);
            }
        }
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
            int source = columns.first()[x] * CHANNELS;
            int weight = x * columns.taps();
            int weightEnd = weight + columns.count()[x];
            float red = 0;
            float green = 0;
            float blue = 0;
            for (; weight < weightEnd; weight++, source += CHANNELS) {
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
