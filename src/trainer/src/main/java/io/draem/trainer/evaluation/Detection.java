package io.draem.trainer.evaluation;

import io.draem.score.AnomalyMap;
import org.jspecify.annotations.Nullable;

/**
 * What the graph says of one image.
 *
 * @param score raw image score, 0 to 1
 * @param map raw anomaly map at the model's size
 */
public record Detection(float score, AnomalyMap map) {

    /** Returns what is wrong with the values, for people; null where all are finite numbers. */
    public @Nullable String problem() {
        return Float.isFinite(score) && map.isFinite()
                ? null
                : "the model's score or anomaly map holds NaN or infinity: export or train the model again, in float32 if"
                        + " it is float16 or int8";
    }
}
