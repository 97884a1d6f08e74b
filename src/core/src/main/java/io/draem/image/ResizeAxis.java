package io.draem.image;

/**
 * The source samples and weights of each target sample along one axis: a triangle filter, widened by the scale where it
 * shrinks.
 *
 * <p>The window and the weights are those of PyTorch's {@code _upsample_bilinear2d_aa} (and Pillow's
 * {@code BILINEAR}): center {@code scale * (i + 0.5)}, support {@code max(scale, 1)}, weights normalized to 1.
 *
 * @param first first source sample of each target sample
 * @param count number of source samples of each target sample
 * @param weights {@code taps} weights for each target sample, of which the first {@code count} are used
 * @param taps largest count
 */
@SuppressWarnings("ArrayRecordComponent") // private to the package and never compared
record ResizeAxis(int[] first, int[] count, float[] weights, int taps) {

    /** Returns the largest number of source samples of a target sample. */
    static int taps(int source, int target) {
        return (int) Math.ceil(Math.max((double) source / target, 1)) * 2 + 1;
    }

    /** Returns the bytes of heap that an axis takes while it is computed. */
    static long heapBytes(int source, int target) {
        long taps = taps(source, target);
        return target * (2L * Integer.BYTES + Float.BYTES * taps) + Double.BYTES * taps;
    }

    /** Computes an axis; the weights sum to {@code sum} rather than 1, so that a unit change costs nothing extra. */
    static ResizeAxis of(int source, int target, double sum) {
        double scale = (double) source / target;
        double support = Math.max(scale, 1);
        int taps = taps(source, target);
        int[] first = new int[target];
        int[] count = new int[target];
        float[] weights = new float[Math.multiplyExact(target, taps)];
        double[] window = new double[taps];
        for (int i = 0; i < target; i++) {
            double center = scale * (i + 0.5);
            int from = Math.max((int) (center - support + 0.5), 0);
            int to = Math.min((int) (center + support + 0.5), source);
            double total = 0;
            for (int j = from; j < to; j++) {
                double weight = Math.max(0, 1 - Math.abs((j - center + 0.5) / support));
                window[j - from] = weight;
                total += weight;
            }
            first[i] = from;
            count[i] = to - from;
            for (int j = 0; j < to - from; j++) {
                weights[i * taps + j] = (float) (window[j] / total * sum);
            }
        }
        return new ResizeAxis(first, count, weights, taps);
    }
}
