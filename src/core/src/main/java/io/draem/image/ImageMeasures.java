package io.draem.image;

import io.draem.score.RowMask;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The measures of one image, taken at the model's size, where training and service see the same pixels.
 *
 * @param brightness see {@link ImageMeasure#BRIGHTNESS}
 * @param contrast see {@link ImageMeasure#CONTRAST}
 * @param sharpness see {@link ImageMeasure#SHARPNESS}
 * @param saturation see {@link ImageMeasure#SATURATION}
 * @param warmth see {@link ImageMeasure#WARMTH}
 * @param tint see {@link ImageMeasure#TINT}
 */
public record ImageMeasures(
        double brightness, double contrast, double sharpness, double saturation, double warmth, double tint) {

    private static final float WHITE = 255;

    /** About how many pixels of a large frame are measured, which takes some milliseconds. */
    private static final int SAMPLED_PIXELS = 1_000_000;

    /**
     * Measures an image.
     *
     * @param pixels {@code [3, height, width]}, RGB, 0 to 1, as {@link ImageTensor} gives them
     */
    public static ImageMeasures of(float[] pixels, int width, int height) {
        int plane = width * height;
        if (pixels.length != 3 * plane) {
            throw new IllegalArgumentException(
                    width + "x" + height + " pixels need " + 3 * plane + " values, got " + pixels.length);
        }
        Sums sums = new Sums();
        Laplacian laplacian = new Laplacian(width);
        for (int y = 0; y < height; y++) {
            float[] luma = laplacian.nextRow();
            for (int x = 0; x < width; x++) {
                int i = y * width + x;
                luma[x] = sums.add(pixels[i], pixels[plane + i], pixels[2 * plane + i]);
            }
            laplacian.endRow();
        }
        return sums.measures(laplacian.deviation());
    }

    /**
     * Measures a frame of 8-bit samples. Of a large one groups of three rows are measured, evenly spread, about a million
     * pixels in all.
     *
     * @param region the pixels that count, at the frame's size; null for all
     */
    public static ImageMeasures of(PixelBytes frame, @Nullable RowMask region) {
        long pixels = region == null ? (long) frame.width() * frame.height() : region.count();
        if (pixels == 0) {
            throw new IllegalArgumentException("No pixel of the frame counts");
        }
        int step = Laplacian.ROWS * (int) Math.max(1, pixels / SAMPLED_PIXELS);
        ImageMeasures measures = sampled(frame, region, step);
        // A region of few rows may be between the groups.
        return measures != null ? measures : Objects.requireNonNull(sampled(frame, region, Laplacian.ROWS));
    }

    private static @Nullable ImageMeasures sampled(PixelBytes frame, @Nullable RowMask region, int step) {
        Sums sums = new Sums();
        Laplacian laplacian = new Laplacian(frame.width());
        int[] bounds = region == null ? new int[] {0, frame.width()} : new int[2 * region.maxRuns()];
        for (int first = 0; first < frame.height(); first += step) {
            int end = Math.min(first + Laplacian.ROWS, frame.height());
            for (int y = first; y < end; y++) {
                fillLuma(frame, y, laplacian.rows[y - first]);
                int runs = region == null ? 1 : region.runs(y, bounds);
                for (int run = 0; run < runs; run++) {
                    addRun(frame, y, bounds[2 * run], bounds[2 * run + 1], laplacian.rows[y - first], sums);
                }
            }
            int runs = region == null ? 1 : region.runs(Math.min(first + 1, frame.height() - 1), bounds);
            for (int run = 0; run < runs && end - first == Laplacian.ROWS; run++) {
                laplacian.add(0, bounds[2 * run], bounds[2 * run + 1]);
            }
        }
        return sums.count == 0 ? null : sums.measures(laplacian.deviation());
    }

    private static void fillLuma(PixelBytes frame, int y, float[] luma) {
        int channels = frame.channels();
        byte[] samples = frame.samples();
        for (int x = 0, i = y * frame.width() * channels; x < luma.length; x++, i += channels) {
            luma[x] = luma(
                    (samples[i] & 0xFF) / WHITE,
                    (samples[i + (channels - 1) / 2] & 0xFF) / WHITE,
                    (samples[i + channels - 1] & 0xFF) / WHITE);
        }
    }

    private static void addRun(PixelBytes frame, int y, int start, int end, float[] luma, Sums sums) {
        int channels = frame.channels();
        byte[] samples = frame.samples();
        // Whole numbers in local variables are much faster than doubles in fields.
        long red = 0;
        long green = 0;
        long blue = 0;
        long chroma = 0;
        double lumaSum = 0;
        double squares = 0;
        for (int x = start, i = (y * frame.width() + start) * channels; x < end; x++, i += channels) {
            int r = samples[i] & 0xFF;
            int g = samples[i + (channels - 1) / 2] & 0xFF;
            int b = samples[i + channels - 1] & 0xFF;
            red += r;
            green += g;
            blue += b;
            chroma += Math.max(r, Math.max(g, b)) - Math.min(r, Math.min(g, b));
            double gray = luma[x];
            lumaSum += gray;
            squares += gray * gray;
        }
        sums.red += red / (double) WHITE;
        sums.green += green / (double) WHITE;
        sums.blue += blue / (double) WHITE;
        sums.chroma += chroma / (double) WHITE;
        sums.luma += lumaSum;
        sums.squares += squares;
        sums.count += end - start;
    }

    private static float luma(float red, float green, float blue) {
        return 0.299f * red + 0.587f * green + 0.114f * blue;
    }

    /** Returns one of the measures. */
    public double get(ImageMeasure measure) {
        return switch (measure) {
            case BRIGHTNESS -> brightness;
            case CONTRAST -> contrast;
            case SHARPNESS -> sharpness;
            case SATURATION -> saturation;
            case WARMTH -> warmth;
            case TINT -> tint;
        };
    }

    /** Sums over the pixels that count. */
    private static final class Sums {

        private double red;
        private double green;
        private double blue;
        private double chroma;
        private double luma;
        private double squares;
        private long count;

        /** Adds a pixel and returns its luma. */
        float add(float r, float g, float b) {
            red += r;
            green += g;
            blue += b;
            chroma += Math.max(r, Math.max(g, b)) - Math.min(r, Math.min(g, b));
            float gray = luma(r, g, b);
            luma += gray;
            squares += (double) gray * gray;
            count++;
            return gray;
        }

        ImageMeasures measures(double sharpness) {
            double mean = luma / count;
            return new ImageMeasures(
                    (0.299 * red + 0.587 * green + 0.114 * blue) / count,
                    Math.sqrt(Math.max(0, squares / count - mean * mean)),
                    sharpness,
                    chroma / count,
                    (red - blue) / count,
                    (green - (red + blue) / 2) / count);
        }
    }

    /** Filters an image row by row and keeps only three rows, so that a large image needs no second copy. */
    private static final class Laplacian {

        static final int ROWS = 3;

        private final float[][] rows;
        private int filled;
        private long count;
        private double sum;
        private double squares;

        Laplacian(int width) {
            this.rows = new float[ROWS][width];
        }

        float[] nextRow() {
            return rows[filled % ROWS];
        }

        void endRow() {
            filled++;
            if (filled >= ROWS) {
                add(filled, 0, rows[0].length);
            }
        }

        /** Adds the inner pixels of a run of the middle row; {@code above} is the number of the row above it. */
        void add(int above, int start, int end) {
            float[] upper = rows[above % ROWS];
            float[] middle = rows[(above + 1) % ROWS];
            float[] lower = rows[(above + 2) % ROWS];
            for (int x = start + 1; x < end - 1; x++) {
                float value = upper[x] + lower[x] + middle[x - 1] + middle[x + 1] - 4 * middle[x];
                sum += value;
                squares += (double) value * value;
                count++;
            }
        }

        double deviation() {
            if (count == 0) {
                return 0;
            }
            double mean = sum / count;
            return Math.sqrt(Math.max(0, squares / count - mean * mean));
        }
    }
}
