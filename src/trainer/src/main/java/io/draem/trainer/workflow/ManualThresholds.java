package io.draem.trainer.workflow;

import io.draem.model.ModelCard;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.trainer.checkpoint.imported.Statistics;
import io.draem.trainer.evaluation.CalibrationWarnings;
import io.draem.trainer.evaluation.Evaluation;
import io.draem.trainer.evaluation.ThresholdOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Thresholds that no images gave, and the source of each.
 *
 * @param imageSource source of the image threshold, to be read after "from"
 * @param pixelSource source of the pixel threshold
 */
record ManualThresholds(Calibration calibration, String imageSource, String pixelSource) {

    private static final String SOURCE = "thresholdSource";
    private static final String IMAGE_OPTION = "--threshold-image";
    private static final String PIXEL_OPTION = "--threshold-pixel";
    private static final String IMAGE_THRESHOLD = "the image threshold";
    private static final String CHECKPOINT = "the checkpoint (anomalib's, from its own validation images)";
    private static final String KEPT = "the checkpoint";
    private static final String DEFAULT = "the default, because the checkpoint holds none";

    /**
     * Takes each threshold from the options, else from the checkpoint. The defaults are 0.5 for the image, and the image
     * threshold for the pixels.
     */
    static ManualThresholds of(Optional<Statistics> statistics, @Nullable Double image, @Nullable Double pixel) {
        Statistics known = statistics.orElse(Statistics.UNKNOWN);
        double imageThreshold = image != null ? image : known.imageThreshold();
        double pixelThreshold =
                pixel != null ? pixel : statistics.isPresent() ? known.pixelThreshold() : imageThreshold;
        return new ManualThresholds(
                new Calibration(
                        ThresholdRule.MANUAL,
                        imageThreshold,
                        pixelThreshold,
                        known.imageMin(),
                        known.imageMax(),
                        known.pixelMin(),
                        known.pixelMax(),
                        0,
                        0,
                        0),
                image != null ? IMAGE_OPTION : statistics.isPresent() ? CHECKPOINT : DEFAULT,
                pixel != null ? PIXEL_OPTION : statistics.isPresent() ? CHECKPOINT : IMAGE_THRESHOLD);
    }

    /**
     * Replaces thresholds of a model with those of the options; one that is not given is kept.
     *
     * @param own card of the model; without one, the pixel threshold is the image threshold unless given
     * @param seen ranges and counts, which are kept
     * @param given of rule {@link ThresholdRule#MANUAL}
     */
    static ManualThresholds of(@Nullable ModelCard own, Calibration seen, ThresholdOptions given) {
        ThresholdOptions all = own != null ? given.orElse(own.calibration()) : given.requireImage();
        double image = Objects.requireNonNull(all.image());
        Double pixel = all.pixel();
        return new ManualThresholds(
                new Calibration(
                        ThresholdRule.MANUAL,
                        image,
                        pixel != null ? pixel : image,
                        seen.scoreMin(),
                        seen.scoreMax(),
                        seen.mapMin(),
                        seen.mapMax(),
                        seen.normalImages(),
                        seen.anomalousImages(),
                        seen.syntheticImages(),
                        seen.normalPixels(),
                        seen.anomalousPixels(),
                        seen.maskedImages(),
                        image == seen.imageThreshold() ? seen.normalAbove() : null,
                        null),
                given.image() != null ? IMAGE_OPTION : source(own, "image", KEPT),
                given.pixel() != null ? PIXEL_OPTION : own != null ? source(own, "pixel", KEPT) : IMAGE_THRESHOLD);
    }

    /** Returns the source of a kept threshold; a pixel threshold that was the image threshold may now differ from it. */
    private static String source(@Nullable ModelCard card, String threshold, String otherwise) {
        String noted = card == null
                ? otherwise
                : card.training().path(SOURCE).path(threshold).asString(otherwise);
        return noted.equals(IMAGE_THRESHOLD) ? otherwise : noted;
    }

    /** Returns a model's card with these thresholds and only those figures that do not depend on them. */
    ModelCard on(ModelCard card) {
        ObjectNode training = card.training().deepCopy();
        writeTo(training);
        ObjectNode metrics = Evaluation.atOtherThresholds(card.metrics(), calibration);
        metrics.remove("warnings");
        if (!warnings().isEmpty()) {
            warnings().forEach(metrics.putArray("warnings")::add);
        }
        return new ModelCard(
                card.model(),
                card.width(),
                card.height(),
                calibration,
                training,
                metrics,
                card.export(),
                card.images(),
                card.whiteLevel(),
                card.minRegionArea(),
                card.framing());
    }

    /**
     * Returns whether options gave one of a model's thresholds: of a training, manual ones always come from options.
     */
    static boolean wereGiven(ObjectNode training) {
        return !training.has("importedFrom")
                || training.path(SOURCE).path("image").asString("").equals(IMAGE_OPTION)
                || training.path(SOURCE).path("pixel").asString("").equals(PIXEL_OPTION);
    }

    /** Returns a model's metadata after images have given its thresholds; those of an import name their source. */
    static ObjectNode replacedByImages(ObjectNode training, ModelImages images) {
        ObjectNode replaced = training.deepCopy();
        if (replaced.has(SOURCE)) {
            noteImages(replaced, images);
        }
        return replaced;
    }

    /** Adds the images as the source of both thresholds. */
    static void noteImages(ObjectNode training, ModelImages images) {
        String source = "images of --data, " + images.options().validation().split();
        note(training, source, source, images.files().digest());
    }

    /** Adds the source of each threshold, and the digest of the images that were looked at. */
    static void note(ObjectNode training, String image, String pixel, String dataDigest) {
        training.putObject(SOURCE).put("image", image).put("pixel", pixel);
        training.put("calibrationDataDigest", dataDigest);
    }

    /** Returns reasons not to trust the thresholds, in sentences. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>(CalibrationWarnings.of(calibration));
        if (imageSource.equals(DEFAULT)) {
            warnings.add("nothing is known of this model's image threshold, so it is "
                    + String.format(Locale.ROOT, "%.1f", calibration.imageThreshold())
                    + ": give labelled images (--data), or --threshold-image and --threshold-pixel");
        }
        return warnings;
    }

    /** Adds the source of each threshold. */
    void writeTo(ObjectNode training) {
        training.putObject(SOURCE).put("image", imageSource).put("pixel", pixelSource);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "thresholds %.4f (image, from %s) and %.4f (pixel, from %s)",
                calibration.imageThreshold(),
                imageSource,
                calibration.pixelThreshold(),
                pixelSource);
    }
}
