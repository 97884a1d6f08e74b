package io.draem.image;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An image at the size of a frame, as 8-bit samples.
 *
 * @param width pixels in a row of the upright image
 * @param height rows of the upright image
 * @param scaled the image at the size of the frame: antialiased bilinear, {@link Math#round(float) rounded}; at the
 *     image's own size its samples. Of one channel where the image is stored as gray, or decoded at once and gray
 *     everywhere
 * @param image the image at its own size; null if it was not to be kept. It may share its samples with {@code scaled}
 * @param resizing the part of the decoding time that resizing took
 * @param samples the samples as stored, and how they became 8 bits
 * @param warnings conditions that may make the pixels other than intended, in the order found
 */
public record ScaledImage(
        int width,
        int height,
        PixelBytes scaled,
        @Nullable RgbImage image,
        Duration resizing,
        SampleRange samples,
        List<ImageWarning> warnings) {

    private static final int RGB = 3;

    public ScaledImage {
        Objects.requireNonNull(scaled, "scaled");
        Objects.requireNonNull(samples, "samples");
        warnings = List.copyOf(warnings);
    }

    /**
     * Returns an image that is read row by row; only the rows that the filter needs are in memory.
     *
     * @param keep whether the image at its own size is kept too
     * @throws ImageException as {@link PixelRows#read}
     * @throws IOException as {@link PixelRows#read}
     */
    static ScaledImage of(PixelRows rows, int sourceWidth, int sourceHeight, int width, int height, boolean keep)
            throws ImageException, IOException {
        boolean sameSize = sourceWidth == width && sourceHeight == height;
        boolean gray = rows.channels() == 1;
        Scaling scaling = new Scaling(sourceWidth, sourceHeight, rows.channels(), width, height);
        byte[] rgb = keep && !sameSize ? new byte[RGB * sourceWidth * sourceHeight] : null;
        int[] at = {0};
        long[] nanos = {0};
        PixelRows.Read read = rows.read(samples -> {
            long start = System.nanoTime();
            scaling.row(samples, 0);
            nanos[0] += System.nanoTime() - start;
            if (rgb != null) {
                PixelRows.copyRow(samples, gray, sourceWidth, rgb, at[0]);
                at[0] += RGB * sourceWidth;
            }
        });
        PixelBytes scaled = scaling.pixels();
        RgbImage kept = rgb != null ? new RgbImage(sourceWidth, sourceHeight, rgb) : keep ? scaled.toRgb() : null;
        return new ScaledImage(
                sourceWidth, sourceHeight, scaled, kept, Duration.ofNanos(nanos[0]), read.samples(), read.warnings());
    }

    /** Returns an image that is decoded already. */
    static ScaledImage of(DecodedImage decoded, int width, int height, boolean keep) {
        RgbImage image = decoded.image();
        long start = System.nanoTime();
        boolean gray = isGray(image.rgb());
        boolean sameSize = image.width() == width && image.height() == height;
        PixelBytes scaled;
        if (sameSize && !gray) {
            scaled = PixelBytes.of(image);
        } else {
            Scaling scaling = new Scaling(image.width(), image.height(), gray ? 1 : RGB, width, height);
            byte[] row = new byte[gray ? image.width() : 0];
            for (int y = 0; y < image.height(); y++) {
                int from = RGB * y * image.width();
                for (int x = 0; x < row.length; x++) {
                    row[x] = image.rgb()[from + RGB * x];
                }
                scaling.row(gray ? row : image.rgb(), gray ? 0 : from);
            }
            scaled = scaling.pixels();
        }
        return new ScaledImage(
                image.width(),
                image.height(),
                scaled,
                keep ? image : null,
                Duration.ofNanos(System.nanoTime() - start),
                decoded.samples(),
                decoded.warnings());
    }

    private static boolean isGray(byte[] rgb) {
        for (int i = 0; i < rgb.length; i += RGB) {
            if (rgb[i] != rgb[i + 1] || rgb[i] != rgb[i + 2]) {
                return false;
            }
        }
        return true;
    }

    /** Collects the samples of an image at another size, or at its own without a filter. */
    static final class Scaling {

        private final int channels;
        private final int width;
        private final int height;
        private final int rowSamples;
        private final byte[] samples;
        private final @Nullable Resize resize;
        private int copied;

        Scaling(int sourceWidth, int sourceHeight, int channels, int width, int height) {
            this.channels = channels;
            this.width = width;
            this.height = height;
            this.rowSamples = channels * width;
            this.samples = new byte[Math.multiplyExact(Math.multiplyExact(width, height), channels)];
            this.resize = sourceWidth == width && sourceHeight == height
                    ? null
                    : new Resize(sourceWidth, sourceHeight, channels, width, height, 1, this::round);
        }

        void row(byte[] source, int from) {
            if (resize != null) {
                resize.row(source, from);
            } else {
                System.arraycopy(source, from, samples, copied, rowSamples);
                copied += rowSamples;
            }
        }

        private void round(int y, float[] planes) {
            for (int channel = 0; channel < channels; channel++) {
                int plane = channel * width;
                int out = y * rowSamples + channel;
                for (int x = 0; x < width; x++) {
                    samples[out + x * channels] = (byte) Math.round(planes[plane + x]);
                }
            }
        }

        PixelBytes pixels() {
            return new PixelBytes(width, height, channels, samples);
        }
    }
}
