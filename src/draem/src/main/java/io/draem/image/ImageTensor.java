package io.draem.image;

import java.nio.BufferOverflowException;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Turns an image into what the network sees: {@code [3, height, width]} float32, RGB, 0 to 1, resized with an
 * antialiased bilinear filter, aspect ratio not kept.
 *
 * <p>The resize is that of torchvision's {@code Resize(antialias=True)} on float tensors: a filter along each
 * axis, with nothing rounded to 8 bits in between. Columns come first here, since whole rows are added up fastest; the
 * order makes no difference but for float rounding.
 */
public final class ImageTensor {

    private static final int CHANNELS = 3;

    private ImageTensor() {}

    /** Returns the tensor as {@code 3 * height * width} floats, channel after channel, rows from the top. */
    public static float[] of(RgbImage image, int width, int height) {
        float[] tensor = new float[Math.multiplyExact(Math.multiplyExact(width, height), CHANNELS)];
        write(image, width, height, FloatBuffer.wrap(tensor));
        return tensor;
    }

    /**
     * Writes the tensor at the buffer's position and moves the position behind it.
     *
     * @throws BufferOverflowException if fewer than {@code 3 * height * width} floats remain; nothing is written then
     */
    public static void write(RgbImage image, int width, int height, FloatBuffer out) {
        int plane = Math.multiplyExact(width, height);
        if (out.remaining() < Math.multiplyExact(plane, CHANNELS)) {
            throw new BufferOverflowException();
        }
        ResizeAxis columns = ResizeAxis.of(image.width(), width, 1.0 / 255);
        ResizeAxis rows = ResizeAxis.of(image.height(), height, 1);
        int sourceLength = CHANNELS * image.width();
        // A ring of source rows as floats: each is converted once, and kept only while a target row needs it.
        float[][] ring = new float[rows.taps()][sourceLength];
        float[] mixed = new float[sourceLength];
        float[] result = new float[CHANNELS * width];
        int start = out.position();
        int converted = 0;
        for (int y = 0; y < height; y++) {
            int first = rows.first()[y];
            int end = first + rows.count()[y];
            for (converted = Math.max(converted, first); converted < end; converted++) {
                toFloats(image.rgb(), converted * sourceLength, ring[converted % ring.length]);
            }
            Arrays.fill(mixed, 0);
            for (int source = first; source < end; source++) {
                addScaled(ring[source % ring.length], rows.weights()[y * rows.taps() + source - first], mixed);
            }
            filterRow(mixed, columns, width, result);
            for (int channel = 0; channel < CHANNELS; channel++) {
                out.put(start + channel * plane + y * width, result, channel * width, width);
            }
        }
        out.position(start + CHANNELS * plane);
    }

    private static void toFloats(byte[] rgb, int start, float[] row) {
        for (int i = 0; i < row.length; i++) {
            row[i] = rgb[start + i] & 0xFF;
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
}
