package io.draem.trainer.workflow;

import io.draem.frame.FrameSize;
import io.draem.model.ModelContract;
import io.draem.trainer.checkpoint.imported.TrainingInput;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The options of an import that describe the network's input. They have precedence over the checkpoint.
 *
 * @param imageSize of the input; null for the checkpoint's size
 * @param normalization null for the checkpoint's
 */
public record ImportInput(@Nullable FrameSize imageSize, TrainingInput.@Nullable Normalization normalization) {

    /** Side of the input if neither an option nor the checkpoint gives it. */
    public static final int DEFAULT_SIDE = 256;

    /**
     * Returns the size of the option, else the checkpoint's, else the default.
     *
     * @param recorded content of the checkpoint
     * @param warnings receives a sentence if the size may be wrong
     * @throws TrainerException if the checkpoint's size cannot be that of a graph
     */
    TrainingInput.Size size(TrainingInput recorded, List<String> warnings) throws TrainerException {
        TrainingInput.Size known = recorded.size().orElse(null);
        if (imageSize != null) {
            int width = imageSize.width();
            int height = imageSize.height();
            if (known != null && (known.width() != width || known.height() != height)) {
                warnings.add("the network was trained with images of " + known.width() + "×" + known.height() + " ("
                        + known.source() + "), and --image-size makes them " + width + "×" + height
                        + ": it sees defects at another scale, and thresholds from the checkpoint do not fit; leave"
                        + " --image-size out, or find new thresholds (--data)");
            }
            return new TrainingInput.Size(height, width, "--image-size");
        }
        if (known == null) {
            warnings.add("--image-size is not given, and the checkpoint does not say it: " + DEFAULT_SIDE
                    + " is a guess; give the size that the network was trained with");
            return new TrainingInput.Size(DEFAULT_SIDE, DEFAULT_SIDE, "a guess");
        }
        if (!ModelContract.isInputSide(known.width()) || !ModelContract.isInputSide(known.height())) {
            throw new TrainerException("The checkpoint's images have " + known.width() + "×" + known.height()
                    + " pixels (" + known.source() + "), and sides must be multiples of " + ModelContract.SIZE_MULTIPLE
                    + " up to " + ModelContract.MAX_SIDE + ": give the nearest as --image-size");
        }
        return known;
    }

    /**
     * Returns the normalization of the option, else the checkpoint's. There is no default: a wrong one gives wrong scores.
     *
     * @param recorded content of the checkpoint
     * @param warnings receives a sentence if option and checkpoint contradict each other
     * @throws TrainerException if neither has one
     */
    TrainingInput.Normalization normalization(TrainingInput recorded, List<String> warnings) throws TrainerException {
        TrainingInput.Normalization known = recorded.normalization().orElse(null);
        if (normalization == null && known == null) {
            throw new TrainerException(
                    "Whether the network was trained on normalized input, the checkpoint does not say: give"
                            + " --input-normalization imagenet (the default of anomalib 0.4 to 1.1) or"
                            + " --input-normalization none (anomalib 1.2 and later, the official repository)"
                            + recorded.notes().stream().map(note -> ". " + note).collect(Collectors.joining()));
        }
        if (normalization != null && known != null && !Objects.equals(normalization.applied(), known.applied())) {
            warnings.add("the checkpoint says that its input was "
                    + (known.applied() == null ? "not normalized" : "normalized with the " + known.applied()) + " ("
                    + known.source() + "), and --input-normalization says otherwise: scores are right only if the"
                    + " checkpoint is wrong");
        }
        return normalization != null ? normalization : Objects.requireNonNull(known);
    }
}
