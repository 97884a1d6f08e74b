package io.draem.service.detection;

import io.draem.frame.FrameSize;
import io.draem.image.ImageWarning;
import io.draem.model.InputCheck;
import io.draem.score.AnomalyMap;
import io.draem.service.models.ServedModel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outputs of a model's network for one image.
 *
 * @param model the model that ran
 * @param score raw image score
 * @param map raw anomaly map, at the size that the network gives it
 * @param frame size of what the network saw, and of the reconstruction: that of its input unless an image was cut
 * @param reconstruction the reconstruction {@code [3, height, width]} of the frame; null where it was not requested
 * @param input whether the image looks like the model's training images
 * @param warnings what the decoder noticed about the image; none for a tensor
 * @param timing where the time went
 */
public record Prediction(
        ServedModel model,
        double score,
        AnomalyMap map,
        FrameSize frame,
        float @Nullable [] reconstruction,
        InputCheck input,
        List<ImageWarning> warnings,
        Timing timing) {

    /** Returns whether the score is above the model's own threshold. */
    public boolean anomalous() {
        return score > model.card().calibration().imageThreshold();
    }

    /** Returns how many bytes map and reconstruction have. */
    long bytes() {
        return (long) Float.BYTES * (map.values().length + (reconstruction == null ? 0 : reconstruction.length));
    }
}
