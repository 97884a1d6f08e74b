package io.draem.trainer.evaluation.metrics;

/**
 * Scores separated by label, each array in the given order.
 *
 * @param normal scores of normal entries
 * @param anomalous scores of anomalous entries
 */
@SuppressWarnings("ArrayRecordComponent") // private to the package and never compared
record LabelledScores(float[] normal, float[] anomalous) {

    /**
     * Separates scores by their labels.
     *
     * @throws IllegalArgumentException if a class is missing, the lengths differ, or a score is not a number
     */
    static LabelledScores of(float[] scores, boolean[] labels) {
        requireSameLength(scores.length, labels.length);
        int anomalousCount = 0;
        for (boolean label : labels) {
            anomalousCount += label ? 1 : 0;
        }
        requireBoth(scores.length - anomalousCount, anomalousCount);
        float[] normal = new float[scores.length - anomalousCount];
        float[] anomalous = new float[anomalousCount];
        int n = 0;
        int a = 0;
        for (int i = 0; i < scores.length; i++) {
            requireNumber(scores[i]);
            if (labels[i]) {
                anomalous[a++] = scores[i];
            } else {
                normal[n++] = scores[i];
            }
        }
        return new LabelledScores(normal, anomalous);
    }

    static void requireSameLength(int scores, int labels) {
        if (scores != labels) {
            throw new IllegalArgumentException(scores + " scores, but " + labels + " labels");
        }
    }

    static void requireBoth(long normal, long anomalous) {
        if (normal == 0 || anomalous == 0) {
            throw new IllegalArgumentException("Both classes are needed, but there are " + normal + " normal and "
                    + anomalous + " anomalous entries");
        }
    }

    static void requireNumber(double score) {
        if (Double.isNaN(score)) {
            throw new IllegalArgumentException("A score is not a number (NaN)");
        }
    }
}
