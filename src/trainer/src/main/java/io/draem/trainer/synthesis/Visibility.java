package io.draem.trainer.synthesis;

/** Cuts an anomaly to where it can be seen. */
final class Visibility {

    private static final int RADIUS = 2;

    private Visibility() {}

    /**
     * Takes those pixels out of the sample's mask, and gives them the clean image back, where the largest change of a
     * channel, averaged over the mask's pixels within 5×5, lies below {@code contrast}.
     *
     * @return whether any pixel is left
     */
    static boolean cut(Sample sample, int width, int height, float contrast) {
        float[] mask = sample.mask();
        int area = mask.length;
        float[] change = new float[area];
        for (int i = 0; i < area; i++) {
            for (int at = i; mask[i] > 0 && at < 3 * area; at += area) {
                change[i] = Math.max(change[i], Math.abs(sample.augmented()[at] - sample.clean()[at]));
            }
        }
        float[] whole = mask.clone();
        boolean anyLeft = false;
        for (int i = 0; i < area; i++) {
            if (mask[i] == 0) {
                continue;
            }
            if (meanAround(i, change, whole, width, height) >= contrast) {
                anyLeft = true;
                continue;
            }
            mask[i] = 0;
            for (int at = i; at < 3 * area; at += area) {
                sample.augmented()[at] = sample.clean()[at];
            }
        }
        return anyLeft;
    }

    private static float meanAround(int pixel, float[] values, float[] mask, int width, int height) {
        int column = pixel % width;
        int row = pixel / width;
        float sum = 0;
        float count = 0;
        for (int y = Math.max(0, row - RADIUS); y <= Math.min(height - 1, row + RADIUS); y++) {
            for (int x = Math.max(0, column - RADIUS); x <= Math.min(width - 1, column + RADIUS); x++) {
                sum += values[y * width + x]; // 0 outside the mask
                count += mask[y * width + x];
            }
        }
        return sum / count;
    }
}
