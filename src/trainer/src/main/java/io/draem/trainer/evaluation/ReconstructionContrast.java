package io.draem.trainer.evaluation;

import java.io.IOException;

/**
 * Local contrast of reconstructions of normal images as a share of that of the images: 1 where the reconstructive network
 * shows all fine structure, towards 0 where it shows none. Local contrast is the standard deviation of the gray image less
 * its mean over 3×3 pixels.
 */
public final class ReconstructionContrast {

    /** More images hardly change the mean. */
    private static final int IMAGES = 16;

    /** Less than one gray level of 8 bits is no structure but rounding. */
    private static final double LEAST = 1 / 255.0;

    private ReconstructionContrast() {}

    /**
     * Returns the share over the first normal images of the set, one input of each; NaN if they have no local contrast.
     *
     */
    public static double of(EvaluationSet normal, NetworkDetector detector) throws IOException {
        double images = 0;
        double reconstructions = 0;
        int count = Math.min(IMAGES, normal.size());
        for (int i = 0; i < count; i++) {
            float[] image = normal.load(i).sampledInput();
            images += variance(image, detector.width(), detector.height());
            reconstructions += variance(detector.run(image, 1).reconstructions(), detector.width(), detector.height());
        }
        return Math.sqrt(images / count) < LEAST ? Double.NaN : Math.sqrt(reconstructions / images);
    }

    static double variance(float[] planes, int width, int height) {
        int area = width * height;
        double[] gray = new double[area];
        for (int i = 0; i < 3 * area; i++) {
            gray[i % area] += planes[i] / 3.0;
        }
        double sum = 0;
        for (int y = 1; y < height - 1; y++) {
            for (int x = 1; x < width - 1; x++) {
                double mean = 0;
                for (int dy = -1; dy <= 1; dy++) {
                    for (int dx = -1; dx <= 1; dx++) {
                        mean += gray[(y + dy) * width + x + dx] / 9;
                    }
                }
                double difference = gray[y * width + x] - mean;
                sum += difference * difference;
            }
        }
        return sum / ((height - 2) * (width - 2));
    }
}
