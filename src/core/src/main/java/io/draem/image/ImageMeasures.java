package io.draem.image;

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
        double red = 0;
        double green = 0;
        double blue = 0;
        double chroma = 0;
        double lumaSum = 0;
        double squares = 0;
        Laplacian laplacian = new Laplacian(width);
        for (int y = 0; y < height; y++) {
            float[] luma = laplacian.nextRow();
            for (int x = 0; x < width; x++) {
                int i = y * width + x;
                float r = pixels[i];
                float g = pixels[plane + i];
                float b = pixels[2 * plane + i];
                red += r;
                green += g;
                blue += b;
                chroma += Math.max(r, Math.max(g, b)) - Math.min(r, Math.min(g, b));
                float gray = 0.299f * r + 0.587f * g + 0.114f * b;
                luma[x] = gray;
                lumaSum += gray;
                squares += (double) gray * gray;
            }
            laplacian.endRow();
        }
        double mean = lumaSum / plane;
        return new ImageMeasures(
                (0.299 * red + 0.587 * green + 0.114 * blue) / plane,
                Math.sqrt(Math.max(0, squares / plane - mean * mean)),
                laplacian.deviation(),
                chroma / plane,
                (red - blue) / plane,
                (green - (red + blue) / 2) / plane);
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

    /** Filters an image row by row and keeps only three rows, so that a large image needs no second copy. */
    private static final class Laplacian {

        private final float[][] rows;
        private int filled;
        private long count;
        private double sum;
        private double squares;

        Laplacian(int width) {
            this.rows = new float[3][width];
        }

        float[] nextRow() {
            return rows[filled % 3];
        }

        void endRow() {
            filled++;
            if (filled < 3) {
                return;
            }
            float[] above = rows[filled % 3];
            float[] middle = rows[(filled + 1) % 3];
            float[] below = rows[(filled + 2) % 3];
            for (int x = 1; x < middle.length - 1; x++) {
                float value = above[x] + below[x] + middle[x - 1] + middle[x + 1] - 4 * middle[x];
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
