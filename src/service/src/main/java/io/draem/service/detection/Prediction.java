package io.draem.service.detection;

import io.draem.frame.FrameSize;
import io.draem.frame.RegionOfInterest;
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
 * @param image size of the upright image; of a tensor that of the network's input
 * @param region the part of the image that counted; null for all of it
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
        FrameSize image,
        @Nullable RegionOfInterest region,
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
