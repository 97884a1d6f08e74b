package io.draem.trainer.export;

import io.draem.score.Calibration;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.Scores;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The images that an export looks at, all of the model's size.
 *
 * @param training normal images with and without synthetic anomalies, which int8 takes its ranges from; null without any
 * @param validation what thresholds are found on; null to keep those of the checkpoint
 * @param thresholds finds thresholds and ranges from what a graph said of {@code validation}
 * @param test what figures are reported for; null without any
 * @param calibration how many images int8 takes its ranges from
 */
public record ExportImages(
        @Nullable EvaluationSet training,
        @Nullable EvaluationSet validation,
        Thresholds thresholds,
        @Nullable EvaluationSet test,
        int calibration) {

    /** Finds thresholds and ranges. */
    @FunctionalInterface
    public interface Thresholds {

        Calibration of(Scores scores) throws IOException;
    }

    /** No images at all. */
    public static final ExportImages NONE = new ExportImages(
            null,
            null,
            scores -> {
                throw new IllegalStateException("There are no validation images");
            },
            null,
            0);

    public ExportImages {
        test = test == null || test.size() == 0 ? null : test;
        validation = validation == null || validation.size() == 0 ? null : validation;
    }

    /** Returns the images that graphs are compared on: those that come nearest to what the model will see. */
    @Nullable
    EvaluationSet compared() {
        return test != null ? test : validation != null ? validation : training;
    }
}
