package io.draem.score;

import java.util.List;

/**
 * Scores apart by their label, each array in the order given and owned by the caller.
 *
 * @param normal scores of what is normal
 * @param anomalous scores of what is anomalous
 */
@SuppressWarnings("ArrayRecordComponent") // private to the package and never compared
record LabelledScores(float[] normal, float[] anomalous) {

    /**
     * Separates batches of scores by their labels.
     *
     * @throws IllegalArgumentException if a class is missing, the lengths differ, or a score is not a number
     */
    static LabelledScores of(List<float[]> scores, List<boolean[]> labels) {
        if (scores.size() != labels.size()) {
            throw new IllegalArgumentException(scores.size() + " sets of scores, but " + labels.size() + " of labels");
        }
        long normalCount = 0;
        long anomalousCount = 0;
        for (int i = 0; i < scores.size(); i++) {
            requireSameLength(scores.get(i).length, labels.get(i).length);
            for (boolean label : labels.get(i)) {
                anomalousCount += label ? 1 : 0;
            }
            normalCount += labels.get(i).length;
        }
        normalCount -= anomalousCount;
        requireBoth(normalCount, anomalousCount);
        float[] normal = new float[Math.toIntExact(normalCount)];
        float[] anomalous = new float[Math.toIntExact(anomalousCount)];
        int n = 0;
        int a = 0;
        for (int i = 0; i < scores.size(); i++) {
            float[] batch = scores.get(i);
            boolean[] batchLabels = labels.get(i);
            for (int j = 0; j < batch.length; j++) {
                requireNumber(batch[j]);
                if (batchLabels[j]) {
                    anomalous[a++] = batch[j];
                } else {
                    normal[n++] = batch[j];
                }
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
