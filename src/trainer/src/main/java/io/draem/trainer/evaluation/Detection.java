package io.draem.trainer.evaluation;

import io.draem.score.AnomalyMap;

/**
 * What the graph says of one image.
 *
 * @param score raw image score, 0 to 1
 * @param map raw anomaly map at the model's size
 */
public record Detection(float score, AnomalyMap map) {}
