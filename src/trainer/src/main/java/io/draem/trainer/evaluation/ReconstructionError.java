package io.draem.trainer.evaluation;

import java.io.IOException;

/**
 * How far reconstructions of normal images are from the images, without grain: means over areas of 8×8 pixels are compared.
 * What a reconstruction lacks there looks like an anomaly to the discriminative network.
 *
 * @param error root mean square of the differences, in gray levels of 255
 * @param contrast the same of images in one color each, their mean: what a network without any structure reaches
 */
public record ReconstructionError(double error, double contrast) {

    /** More images hardly change the mean. */
    private static final int IMAGES = 16;

    /** Divides the sides of all inputs. */
    private static final int AREA = 8;

    private static final int LEVELS = 255;

    /** Measures one input each of images from all over a set; both are 0 of an empty set. */
    public static ReconstructionError of(EvaluationSet normal, NetworkDetector detector) throws IOException {
        int width = detector.width();
        int height = detector.height();
        double errors = 0;
        double contrasts = 0;
        int count = Math.min(IMAGES, normal.size());
        for (int i = 0; i < count; i++) {
            float[] image =
                    normal.load((int) ((long) i * normal.size() / count)).sampledInput();
            float[] reconstruction = detector.run(image, 1).reconstructions();
            errors += square(image, reconstruction, width, height);
            contrasts += square(image, meanColor(image), width, height);
        }
        return count == 0
                ? new ReconstructionError(0, 0)
                : new ReconstructionError(LEVELS * Math.sqrt(errors / count), LEVELS * Math.sqrt(contrasts / count));
    }

    /** Returns the mean square of the differences between two images' means over areas. */
    static double square(float[] image, float[] other, int width, int height) {
        int columns = width / AREA;
        double[] sums = new double[3 * columns * (height / AREA)];
        for (int i = 0; i < image.length; i++) {
            sums[i / (width * AREA) * columns + i % width / AREA] += (double) image[i] - other[i];
        }
        double squares = 0;
        for (double sum : sums) {
            squares += sum * sum;
        }
        return squares / sums.length / Math.pow(AREA, 4);
    }

    private static float[] meanColor(float[] image) {
        int pixels = image.length / 3;
        double[] sums = new double[3];
        for (int i = 0; i < image.length; i++) {
            sums[i / pixels] += image[i];
        }
        float[] mean = new float[image.length];
        for (int i = 0; i < image.length; i++) {
            mean[i] = (float) (sums[i / pixels] / pixels);
        }
        return mean;
    }
}
