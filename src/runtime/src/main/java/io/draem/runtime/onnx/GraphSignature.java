package io.draem.runtime.onnx;

import io.draem.model.ModelCard;

/**
 * What a graph takes and gives.
 *
 * @param card size of its input, thresholds and ranges
 * @param scoresNormalized whether score and map come normalized out of the graph, 0.5 at the threshold: the raw values are
 *     not known then
 * @param fixedBatch the only batch size that it takes; 0 for any
 */
record GraphSignature(ModelCard card, boolean scoresNormalized, int fixedBatch) {

    /** Returns the largest batch to run, where so many are allowed. */
    int maxBatchSize(int allowed) {
        return fixedBatch > 0 ? fixedBatch : allowed;
    }
}
