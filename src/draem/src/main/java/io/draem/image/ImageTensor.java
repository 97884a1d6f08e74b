package io.draem.image;

import java.nio.BufferOverflowException;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Turns an image into what the network sees: {@code [3, height, width]} float32, RGB, 0 to 1, resized with an
 * antialiased bilinear filter, aspect ratio not kept.
 *
 * <p>The resize is that of torchvision's {@code Resize(antialias=True)} on float tensors: first along rows, then along
 * columns, with nothing rounded to 8 bits in between.
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
        int rowLength = CHANNELS * width;
        // A ring of rows already filtered along x: each source row is filtered once and kept only while it is needed.
        float[][] ring = new float[rows.taps()][rowLength];
        float[] result = new float[rowLength];
        int start = out.position();
        int filtered = 0;
        for (int y = 0; y < height; y++) {
            int first = rows.first()[y];
            int end = first + rows.count()[y];
            for (filtered = Math.max(filtered, first); filtered < end; filtered++) {
                filterRow(image, filtered, columns, width, ring[filtered % ring.length]);
            }
            Arrays.fill(result, 0);
            for (int source = first; source < end; source++) {
                addScaled(ring[source % ring.length], rows.weights()[y * rows.taps() + source - first], result);
            }
            for (int channel = 0; channel < CHANNELS; channel++) {
                out.put(start + channel * plane + y * width, result, channel * width, width);
            }
        }
        out.position(start + CHANNELS * plane);
    }

    /** Filters one source row along x into {@code [3, width]}. */
    private static void filterRow(RgbImage image, int y, ResizeAxis columns, int width, float[] row) {
        byte[] rgb = image.rgb();
        float[] weights = columns.weights();
        int rowStart = y * image.width() * CHANNELS;
        for (int x = 0; x < width; x++) {
            int source = rowStart + columns.first()[x] * CHANNELS;
            int weight = x * columns.taps();
            int weightEnd = weight + columns.count()[x];
            float red = 0;
            float green = 0;
            float blue = 0;
            for (; weight < weightEnd; weight++, source += CHANNELS) {
                float w = weights[weight];
                red += w * (rgb[source] & 0xFF);
                green += w * (rgb[source + 1] & 0xFF);
                blue += w * (rgb[source + 2] & 0xFF);
            }
            row[x] = red;
            row[width + x] = green;
            row[2 * width + x] = blue;
        }
    }

    private static void addScaled(float[] row, float weight, float[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += weight * row[i];
        }
    }
}
