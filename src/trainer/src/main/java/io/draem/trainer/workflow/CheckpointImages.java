package io.draem.trainer.workflow;

import io.draem.frame.FrameSize;
import io.draem.frame.Tiling;
import io.draem.model.ModelCard;
import io.draem.model.ModelContract;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.trainer.data.Progress;
import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.data.WhiteLevel;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.synthesis.SynthesisOptions;
import io.draem.trainer.training.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Opens images as the training of a checkpoint did: the same split, the same synthetic anomalies, the same rule. */
final class CheckpointImages {

    private static final Recipe.Validation DEFAULT_VALIDATION = new Recipe.Validation(ValidationSplit.SYNTHETIC, 0.2);
    private static final int SHOWN_DIGITS = 12;

    private CheckpointImages() {}

    /**
     * Opens the images.
     *
     * @param training options of the training, as a checkpoint holds them; missing ones have their defaults
     * @param card of the model: how it takes images
     * @param progress reports all long work on them
     */
    static ModelImages open(
            Path data,
            @Nullable Path imagesFolder,
            @Nullable Path anomalySource,
            boolean skipUnreadable,
            ObjectNode training,
            ModelCard card,
            int threads,
            Progress progress)
            throws IOException, InterruptedException, TrainerException {
        if (anomalySource == null && training.path("textures").asString("").equals("images")) {
            throw new TrainerException(
                    "The model was trained with texture images: give them as --anomaly-source, so that"
                            + " thresholds come from the same kind of synthetic anomalies");
        }
        ModelImages.Options options = new ModelImages.Options(
                card.input(),
                card.framing(),
                read(training.get("validation"), DEFAULT_VALIDATION),
                read(training.get("synthesis"), SynthesisOptions.DEFAULTS),
                training.path("seed").asLong(0),
                WhiteLevel.of(card.whiteLevel()));
        return ModelImages.open(data, imagesFolder, anomalySource, skipUnreadable, options, null, threads, progress);
    }

    /** Returns the size of the input that a training recorded; null where it did not. */
    static @Nullable FrameSize size(ObjectNode training) throws TrainerException {
        String recorded = training.path("imageSize").asString("");
        if (recorded.isEmpty()) {
            return null;
        }
        try {
            FrameSize size = FrameSize.parse("imageSize", recorded);
            ModelContract.requireInputSize("imageSize", size);
            return size;
        } catch (IllegalArgumentException e) {
            throw new TrainerException("The checkpoint's training options cannot be used: " + e.getMessage());
        }
    }

    /** Returns how a training cut its images; null where it did not. */
    static @Nullable Tiling tiling(ObjectNode training) throws TrainerException {
        JsonNode recorded = training.path("tiling");
        if (!recorded.isObject()) {
            return null;
        }
        try {
            return JsonMapper.shared().treeToValue(recorded, Tiling.class);
        } catch (JacksonException | IllegalArgumentException e) {
            throw new TrainerException("The checkpoint's training options cannot be used: " + e.getMessage());
        }
    }

    /** Says whether the images are others than the model was trained on, or cannot be known to be others. */
    static Optional<String> warning(ModelImages images, ObjectNode training) {
        if (training.has("importedFrom")) {
            return images.files().validatesOnSynthetic()
                    ? Optional.of(
                            "which images trained an imported network is not known: if those held out were among them,"
                                    + " the thresholds are too low; import it with --data to find them on labelled images")
                    : Optional.empty();
        }
        String trained = training.path("dataDigest").asString("");
        return trained.isEmpty() || trained.equals(images.files().digest())
                ? Optional.empty()
                : Optional.of("--data is not what the model was trained on (digest "
                        + shortened(images.files().digest())
                        + ", of the training " + shortened(trained)
                        + "): thresholds, figures and ranges are those of these images, and some that trained the model may"
                        + " be among those that validate it");
    }

    /**
     * Returns the rule that a checkpoint's thresholds were found by, with its value; given ones are kept, and so are those of a
     * recalibration, whose images are others. The default rule
     * where the thresholds were taken over from elsewhere, or are of other scores and maps.
     */
    static ThresholdOptions thresholds(@Nullable Calibration calibration, ObjectNode training, boolean sameValues) {
        if (calibration == null) {
            return ThresholdOptions.DEFAULTS;
        }
        if (sameValues && training.has(Recalibration.FROM)) { // other images would give others
            return new ThresholdOptions(
                    ThresholdRule.MANUAL, null, null, calibration.imageThreshold(), calibration.pixelThreshold());
        }
        Double value = calibration.ruleValue();
        return switch (calibration.rule()) {
            case F1 -> new ThresholdOptions(ThresholdRule.F1, null, null, null, null);
            case QUANTILE -> new ThresholdOptions(ThresholdRule.QUANTILE, value, null, null, null);
            case RECALL -> new ThresholdOptions(ThresholdRule.RECALL, null, value, null, null);
            case MANUAL ->
                sameValues && ManualThresholds.wereGiven(training)
                        ? new ThresholdOptions(
                                ThresholdRule.MANUAL,
                                null,
                                null,
                                calibration.imageThreshold(),
                                calibration.pixelThreshold())
                        : ThresholdOptions.DEFAULTS;
        };
    }

    private static String shortened(String digest) {
        return digest.substring(0, Math.min(SHOWN_DIGITS, digest.length())) + "…";
    }

    @SuppressWarnings("unchecked")
    private static <T> T read(@Nullable JsonNode options, T otherwise) throws TrainerException {
        if (options == null) {
            return otherwise;
        }
        try {
            return (T) JsonMapper.shared().treeToValue(options, otherwise.getClass());
        } catch (JacksonException | IllegalArgumentException e) {
            throw new TrainerException(
                    "The checkpoint's training options are of another release: export it with the trainer that wrote it");
        }
    }
}
