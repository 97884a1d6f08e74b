package io.draem.frame;

import io.draem.image.RgbImage;
import io.draem.score.AnomalyMap;
import org.jspecify.annotations.Nullable;

/**
 * What the network returned for a frame.
 *
 * @param score raw image score
 * @param map raw anomaly map of the frame, or at the graph's own size where the image is one input; 0 outside the region
 *     of interest
 * @param picture the reconstruction of the frame; null if it was not requested as a picture
 * @param planes the reconstruction of the frame, {@code [3, height, width]}; null if it was not requested so
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record FrameResult(
        float score, AnomalyMap map, @Nullable RgbImage picture, float @Nullable [] planes) {}
