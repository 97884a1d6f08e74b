package io.draem.runtime.onnx;

import io.draem.score.AnomalyMap;
import org.jspecify.annotations.Nullable;

/**
 * What the network says of one image.
 *
 * @param score raw image score
 * @param map raw anomaly map at the model's size
 * @param reconstruction the repaired image {@code [3, height, width]}; null where it was not asked for
 */
public record ModelOutput(float score, AnomalyMap map, float @Nullable [] reconstruction) {}
