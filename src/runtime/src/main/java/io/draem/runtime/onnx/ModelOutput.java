package io.draem.runtime.onnx;

import io.draem.score.AnomalyMap;
import io.draem.score.ScoreRange;
import org.jspecify.annotations.Nullable;

/**
 * What the network returns for one image.
 *
 * @param score raw image score
 * @param map raw anomaly map at the size that the graph returns
 * @param reconstruction the reconstructed image {@code [3, height, width]}; null if it was not requested
 */
public record ModelOutput(float score, AnomalyMap map, float @Nullable [] reconstruction) {

    private static final String REMEDY =
            ": export the model again, in float32 if it is float16 or int8, and so that it ends in probabilities";

    /**
     * Returns the first value that is not usable, and the remedy: score and map must be 0 to 1, the reconstruction finite.
     * Null if all are usable.
     */
    public @Nullable String problem() {
        if (!ScoreRange.contains(score)) {
            return "The graph's score is " + score + ", not 0 to 1" + REMEDY;
        }
        float[] values = map.values();
        if (!ScoreRange.containsAll(values)) {
            return "The graph's anomaly map holds " + ScoreRange.firstOutside(values)
                    + ", not 0 to 1, with an image score of " + score + REMEDY;
        }
        if (reconstruction != null && !AnomalyMap.areFinite(reconstruction)) {
            return "The graph's reconstruction holds NaN or infinity" + REMEDY;
        }
        return null;
    }
}
