package io.draem.trainer.evaluation;

import io.draem.frame.Frame;
import io.draem.trainer.data.LabelledImage;
import io.draem.trainer.evaluation.metrics.MaskedDefect;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A labelled image, ready for the network.
 *
 * @param id what identifies it among the images of its set, readable for people; one that a set holds several times has it each
 *     time
 * @param defect defect type, {@value #GOOD} for a normal image
 * @param frame the image as the model takes it
 * @param mask true where a pixel of the frame is anomalous, rows from the top; all false for a normal image, null for an
 *     anomalous one without a mask
 * @param defects that the mask marks at its own size; none where it is not that of a file
 */
public record EvaluationImage(
        String id, String defect, Frame frame, boolean @Nullable [] mask, List<MaskedDefect> defects) {

    /** What MVTec AD calls the folder of normal images. */
    public static final String GOOD = LabelledImage.GOOD;

    public EvaluationImage {
        int pixels = frame.plan().frame().pixels();
        if (mask == null && defect.equals(GOOD)) {
            throw new IllegalArgumentException("The pixels of a normal image are all normal: " + id);
        }
        if (mask != null && mask.length != pixels) {
            throw new IllegalArgumentException(
                    "The mask of " + id + " has " + mask.length + " pixels, the image " + pixels);
        }
    }

    /** Makes an image whose defects are not measured. */
    public EvaluationImage(String id, String defect, Frame frame, boolean @Nullable [] mask) {
        this(id, defect, frame, mask, List.of());
    }

    /** Returns whether it shows a defect, real or synthetic. */
    public boolean anomalous() {
        return !defect.equals(GOOD);
    }

    /**
     * Returns one of the image's inputs, {@code [3, height, width]}, for what single inputs suffice for: always the same
     * of an image, but of several images inputs from all over the frame.
     */
    public float[] sampledInput() {
        return frame.input(Math.floorMod(id.hashCode(), frame.inputs()));
    }
}
