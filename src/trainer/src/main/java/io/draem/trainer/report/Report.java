package io.draem.trainer.report;

import io.draem.model.ModelCard;
import io.draem.runtime.detection.AnomalyDetector;
import io.draem.runtime.detection.FrameDetector;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.Scores;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The content of a report.
 *
 * @param card of the model: calibration and recipe
 * @param metrics figures on the evaluated images, and {@code lossCurve}, {@code validationCurve}, {@code parity} and
 *     {@code run} where they are known
 * @param evaluatedOn what the images are, for people: "23 test images"
 * @param evaluated what the model returned for them
 * @param validated what it said of the images that thresholds came from; null where that is not known
 * @param examples some of the evaluated images
 */
public record Report(
        ModelCard card,
        JsonNode metrics,
        String evaluatedOn,
        Scores evaluated,
        @Nullable Scores validated,
        List<Example> examples) {

    /**
     * Makes a report and has the model look again at the images that it shows.
     *
     * @param set the evaluated images
     * @param detector the model
     */
    public static Report of(
            ModelCard card,
            JsonNode metrics,
            String evaluatedOn,
            EvaluationSet set,
            Scores evaluated,
            @Nullable Scores validated,
            AnomalyDetector detector)
            throws IOException {
        FrameDetector frames = new FrameDetector(detector, card.framing().score());
        List<Example> examples = new Examples(set, frames, card.calibration()).of(evaluated);
        return new Report(card, metrics, evaluatedOn, evaluated, validated, examples);
    }

    /** Returns the page. */
    public String html() {
        return new ReportPage(this).html();
    }
}
