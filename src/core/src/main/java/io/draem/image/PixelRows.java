package io.draem.image;

import java.io.IOException;
import java.util.List;

/** The pixels of an image, decoded row by row, so that no more than some rows of them are in memory. */
interface PixelRows {

    /** Takes one row of samples; the array is valid until the method returns. */
    @FunctionalInterface
    interface Target {

        void row(byte[] samples) throws ImageException;
    }

    /**
     * What is known once every row has been read.
     *
     * @see DecodedImage
     */
    record Read(SampleRange samples, List<ImageWarning> warnings) {

        static final Read BYTES = new Read(SampleRange.BYTES, List.of());
    }

    /** Returns the samples per pixel: 1 for gray, 3 for RGB. */
    int channels();

    /** Returns the bytes of heap that reading takes, the file not included. */
    long heapBytes();

    /**
     * Passes every row, 8 bits per sample, interleaved, from the top as stored.
     *
     * @throws ImageException if the pixels cannot be used
     * @throws IOException if they are broken
     */
    Read read(Target target) throws ImageException, IOException;

    /** Returns all pixels in one array. */
    default DecodedImage decode(int width, int height) throws ImageException, IOException {
        byte[] rgb = new byte[3 * width * height];
        int[] out = {0};
        boolean gray = channels() == 1;
        Read read = read(samples -> {
            copyRow(samples, gray, width, rgb, out[0]);
            out[0] += 3 * width;
        });
        return new DecodedImage(new RgbImage(width, height, rgb), read.samples(), read.warnings());
    }

    /** Copies a row of samples to RGB; gray into all three channels. */
    static void copyRow(byte[] samples, boolean gray, int width, byte[] rgb, int start) {
        if (!gray) {
            System.arraycopy(samples, 0, rgb, start, 3 * width);
            return;
        }
        for (int x = 0, at = start; x < width; x++, at += 3) {
            byte sample = samples[x];
            rgb[at] = sample;
            rgb[at + 1] = sample;
            rgb[at + 2] = sample;
        }
    }
}
