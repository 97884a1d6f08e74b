package io.draem.image;

import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.FloatBuffer;
import java.time.Duration;

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
        Resize resize = toTensor(image.width(), image.height(), CHANNELS, width, height, out);
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
        Resize resize = toTensor(sourceWidth, sourceHeight, rows.channels(), width, height, FloatBuffer.wrap(tensor));
        long[] nanos = {0};
        PixelRows.Read read = rows.read(samples -> {
            long start = System.nanoTime();
            resize.row(samples, 0);
            nanos[0] += System.nanoTime() - start;
        });
        return new ResizedImage(
                sourceWidth, sourceHeight, tensor, Duration.ofNanos(nanos[0]), read.samples(), read.warnings());
    }

    /** Returns a resize whose rows go from the position of a buffer on, which does not change; gray into three planes. */
    private static Resize toTensor(
            int sourceWidth, int sourceHeight, int channels, int width, int height, FloatBuffer out) {
        int start = out.position();
        return new Resize(sourceWidth, sourceHeight, channels, width, height, 1.0 / 255, (y, row) -> {
            for (int channel = 0; channel < CHANNELS; channel++) {
                int plane = channels == 1 ? 0 : channel;
                out.put(start + (channel * height + y) * width, row, plane * width, width);
            }
        });
    }

    /** Returns the bytes of heap of the tensor and of resizing rows with that many channels to it. */
    static long heapBytes(int sourceWidth, int sourceHeight, int channels, int width, int height) {
        return Resize.heapBytes(sourceWidth, sourceHeight, channels, width, height)
                + (long) Float.BYTES * CHANNELS * width * height;
    }
}
