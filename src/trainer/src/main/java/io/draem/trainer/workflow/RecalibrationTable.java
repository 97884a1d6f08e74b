package io.draem.trainer.workflow;

import io.draem.model.ModelCard;
import io.draem.score.Calibration;
import io.draem.score.Proportion;
import io.draem.score.ThresholdRule;
import io.draem.text.Counted;
import io.draem.trainer.evaluation.CalibrationWarnings;
import io.draem.trainer.evaluation.Confusion;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.evaluation.Scores.Scored;
import io.draem.trainer.evaluation.ThresholdMove;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prints what new thresholds change: a row of verdicts each, and the images whose verdict is another one. */
final class RecalibrationTable {

    private static final String ROW = "%-34s %-17s %-14s %-18s %s%n";
    private static final int SHOWN = 10;

    private RecalibrationTable() {}

    /**
     * Prints.
     *
     * @param own card of the model before
     * @param after its new thresholds
     * @param scores of the labeled images
     */
    static void print(PrintWriter out, ModelCard own, Calibration after, Scores scores, ThresholdMove move) {
        Calibration before = own.calibration();
        int normal = scores.images().size() - scores.anomalous();
        out.printf(
                Locale.ROOT,
                "%s: %s, %d of them anomalous%n",
                own.model(),
                Counted.of(normal + scores.anomalous(), "labeled image"),
                scores.anomalous());
        out.printf(Locale.ROOT, ROW, "", "image threshold", "pixel", "found", "false alarms");
        row(out, "before (" + before.rule().id() + ")", number(before.imageThreshold()), before, move.before());
        row(out, "now (" + after.rule().id() + ")", number(after.imageThreshold()), after, move.after());
        move.crossFitted()
                .ifPresent(fit -> row(
                        out,
                        "each fifth by the other four",
                        number(fit.min()) + " to " + number(fit.max()),
                        null,
                        fit.verdicts()));
        if (after.rule() == ThresholdRule.MANUAL) {
            out.println("the thresholds are given: both rows show what to expect of images like these");
        } else if (move.crossFitted().isEmpty()) {
            out.println(
                    "fewer than 5 images of a kind that the rule needs: none is judged by thresholds from others, and the"
                            + " verdicts are optimistic");
        }
        Proportion expected = after.falseAlarms();
        if (expected != null) {
            out.println("expect false alarms on " + expected.intervalText()
                    + " of new normal images, if these are a fair" + " sample of them");
        }
        CalibrationWarnings.of(after).forEach(warning -> out.println("warning: " + warning));
        List<Scored> changed = move.changed();
        out.println(Counted.of(changed.size(), "verdict") + " " + Counted.verb(changed.size(), "changes", "change")
                + (changed.isEmpty() ? "" : ":"));
        changed.stream()
                .limit(SHOWN)
                .forEach(image -> out.printf(
                        Locale.ROOT,
                        "  %s (%s), score %.4f: now %s%n",
                        image.id(),
                        image.defect(),
                        image.score(),
                        after.isAnomalous(image.score()) ? "anomalous" : "normal"));
        if (changed.size() > SHOWN) {
            out.println("  and " + (changed.size() - SHOWN) + " more");
        }
        out.flush();
    }

    private static void row(
            PrintWriter out, String name, String image, @Nullable Calibration calibration, Confusion verdicts) {
        out.printf(
                Locale.ROOT,
                ROW,
                name,
                image,
                calibration == null ? "" : number(calibration.pixelThreshold()),
                verdicts.truePositives() + " of " + verdicts.anomalous(),
                verdicts.falsePositives() + " of " + verdicts.normal());
    }

    private static String number(double threshold) {
        return String.format(Locale.ROOT, "%.4f", threshold);
    }
}
