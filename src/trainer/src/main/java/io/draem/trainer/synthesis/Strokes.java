package io.draem.trainer.synthesis;

import java.util.random.RandomGenerator;

/**
 * Masks of long thin structures: cracks, scratches, hairs, threads.
 *
 * <p>CutPaste's "scar" (<a href="https://arxiv.org/abs/2104.04015">arXiv 2104.04015</a>) is a thin straight rectangle; here
 * the line also bends and tapers, as cracks do.
 */
final class Strokes {

    private static final int MOST = 3;
    private static final double WANDER = 0.2; // radians per pixel, standard deviation
    private static final double THIN = 0.5; // pixels, half a width

    private Strokes() {}

    /** Returns a mask of one to three strokes of an eighth to the whole of the shorter side, one pixel to a 25th wide. */
    static float[] mask(int width, int height, RandomGenerator random) {
        float[] mask = new float[width * height];
        int side = Math.min(width, height);
        int count = random.nextInt(1, MOST + 1);
        for (int stroke = 0; stroke < count; stroke++) {
            double x = random.nextDouble(width);
            double y = random.nextDouble(height);
            double heading = random.nextDouble(2 * Math.PI);
            double wander = random.nextDouble(WANDER);
            double thickest = random.nextDouble(THIN, THIN + side / 64.0);
            double taper = random.nextDouble(); // the share of its thickness that it loses towards its start
            int length = (int) random.nextDouble(side / 8.0, side);
            for (int step = 0; step < length; step++) {
                disc(mask, width, height, x, y, Math.max(THIN, thickest * (1 - taper * (1 - (double) step / length))));
                heading += wander * random.nextGaussian();
                x += Math.cos(heading);
                y += Math.sin(heading);
            }
        }
        return mask;
    }

    /** Sets the pixels whose centers are within the radius, and the pixel that contains the center. */
    private static void disc(float[] mask, int width, int height, double x, double y, double radius) {
        for (int row = Math.max(0, (int) (y - radius)); row <= Math.min(height - 1, (int) (y + radius)); row++) {
            for (int column = Math.max(0, (int) (x - radius));
                    column <= Math.min(width - 1, (int) (x + radius));
                    column++) {
                double dx = column + 0.5 - x;
                double dy = row + 0.5 - y;
                if (dx * dx + dy * dy <= radius * radius || row == (int) y && column == (int) x) {
                    mask[row * width + column] = 1;
                }
            }
        }
    }
}
