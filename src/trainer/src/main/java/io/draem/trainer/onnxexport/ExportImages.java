package io.draem.trainer.onnxexport;

import io.draem.trainer.evaluation.EvaluationSet;
import org.jspecify.annotations.Nullable;

/**
 * The images that formats are made and compared with, as the model takes them.
 *
 * @param training normal images with and without synthetic anomalies, which int8 takes its ranges from; null without any
 * @param compared what graphs are compared on, best those that come nearest to what the model will see; null without any
 * @param calibration how many images int8 takes its ranges from
 */
public record ExportImages(
        @Nullable EvaluationSet training, @Nullable EvaluationSet compared, int calibration) {

    /** No images at all. */
    public static final ExportImages NONE = new ExportImages(null, null, 0);
}
