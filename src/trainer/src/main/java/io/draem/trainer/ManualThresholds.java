package io.draem.trainer;

import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.trainer.evaluation.CalibrationWarnings;
import io.draem.trainer.imported.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Thresholds of an import that no images gave, and where each of the two is from.
 *
 * @param imageSource where the image threshold is from, to be read after "from"
 * @param pixelSource where the pixel threshold is from
 */
record ManualThresholds(Calibration calibration, String imageSource, String pixelSource) {

    private static final String SOURCE = "thresholdSource";
    private static final String IMAGE_OPTION = "--threshold-image";
    private static final String CHECKPOINT =
            "the checkpoint's post-processor (anomalib's, from its own validation images)";
    private static final String NOWHERE = "nowhere: a default";

    /**
     * Takes each threshold from the command line, else from the checkpoint; what neither has is 0.5 for the image, and the
     * image threshold for the pixels.
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
                image != null ? IMAGE_OPTION : statistics.isPresent() ? CHECKPOINT : NOWHERE,
                pixel != null ? "--threshold-pixel" : statistics.isPresent() ? CHECKPOINT : "the image threshold");
    }

    /** Says of a model's metadata whether its image threshold was a person's choice: a training's manual one always is. */
    static boolean wereGiven(ObjectNode training) {
        return !training.has("importedFrom")
                || training.path(SOURCE).path("image").asString("").equals(IMAGE_OPTION);
    }

    /** Returns a model's metadata where images have given its thresholds since: an import's say where they are from. */
    static ObjectNode replacedByImages(ObjectNode training, ModelImages images) {
        ObjectNode replaced = training.deepCopy();
        if (replaced.has(SOURCE)) {
            noteImages(replaced, images);
        }
        return replaced;
    }

    /** Notes that images gave both thresholds, and which. */
    static void noteImages(ObjectNode training, ModelImages images) {
        String source = "images of --data, " + images.options().validation().split();
        training.putObject(SOURCE).put("image", source).put("pixel", source);
        training.put("calibrationDataDigest", images.digest());
    }

    /** Returns reasons not to trust the thresholds, in sentences. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>(CalibrationWarnings.of(calibration));
        if (imageSource.equals(NOWHERE)) {
            warnings.add("nothing is known of this model's image threshold, so it is "
                    + String.format(Locale.ROOT, "%.1f", calibration.imageThreshold())
                    + ": give labelled images (--data), or --threshold-image and --threshold-pixel");
        }
        return warnings;
    }

    /** Notes where each threshold is from. */
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
