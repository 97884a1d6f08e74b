package io.draem.trainer.evaluation;

import io.draem.trainer.data.LabelledImage;
import org.jspecify.annotations.Nullable;

/**
 * A labelled image, ready for the network.
 *
 * @param id what identifies it among the images of its set, readable for people; one that a set holds several times has it each
 *     time
 * @param defect defect type, {@value #GOOD} for a normal image
 * @param pixels {@code [3, height, width]} of the model's size, RGB, 0 to 1
 * @param mask true where a pixel is anomalous, {@code [height, width]}; all false for a normal image, null for an anomalous
 *     one without a mask
 */
public record EvaluationImage(String id, String defect, float[] pixels, boolean @Nullable [] mask) {

    /** What MVTec AD calls the folder of normal images. */
    public static final String GOOD = LabelledImage.GOOD;

    public EvaluationImage {
        if (mask == null && defect.equals(GOOD)) {
            throw new IllegalArgumentException("The pixels of a normal image are all normal: " + id);
        }
        if (mask != null && pixels.length != 3 * mask.length) {
            throw new IllegalArgumentException(
                    "The mask of " + id + " has " + mask.length + " pixels, the image " + pixels.length / 3);
        }
    }

    /** Returns whether it shows a defect, real or synthetic. */
    public boolean anomalous() {
        return !defect.equals(GOOD);
    }
}
