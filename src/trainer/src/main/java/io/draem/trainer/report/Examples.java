package io.draem.trainer.report;

import io.draem.frame.FrameResult;
import io.draem.runtime.detection.FrameDetector;
import io.draem.score.Calibration;
import io.draem.trainer.evaluation.CalibrationException;
import io.draem.trainer.evaluation.EvaluationImage;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.evaluation.Scores.Scored;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Chooses the images of a report, has the model look at them again, and draws them. */
final class Examples {

    private static final int MOST_OF_A_KIND = 4;

    private final EvaluationSet set;
    private final FrameDetector detector;
    private final Calibration calibration;

    Examples(EvaluationSet set, FrameDetector detector, Calibration calibration) {
        this.set = set;
        this.detector = detector;
        this.calibration = calibration;
    }

    /** Returns at most four images of each kind. */
    List<Example> of(Scores scores) throws IOException {
        Predicate<Scored> above = image -> calibration.isAnomalous(image.score());
        Predicate<Scored> anomalous = Scored::anomalous;
        Comparator<Scored> lowest = Comparator.comparingDouble(Scored::score);
        Set<String> shown = new HashSet<>();
        List<Example> examples = new ArrayList<>();
        draw(Example.Kind.FALSE_ALARM, scores, above.and(anomalous.negate()), lowest.reversed(), shown, examples);
        draw(Example.Kind.MISSED, scores, anomalous.and(above.negate()), lowest, shown, examples);
        draw(Example.Kind.CLEAREST_HIT, scores, anomalous.and(above), lowest.reversed(), shown, examples);
        if (has(examples, Example.Kind.CLEAREST_HIT)) {
            draw(Example.Kind.LOWEST_ANOMALOUS, scores, anomalous.and(above), lowest, shown, examples);
        }
        if (!has(examples, Example.Kind.FALSE_ALARM)) {
            draw(Example.Kind.HIGHEST_NORMAL, scores, anomalous.negate(), lowest.reversed(), shown, examples);
        }
        examples.sort(Comparator.comparing(Example::kind));
        return examples;
    }

    private static boolean has(List<Example> examples, Example.Kind kind) {
        return examples.stream().anyMatch(example -> example.kind() == kind);
    }

    private void draw(
            Example.Kind kind,
            Scores scores,
            Predicate<Scored> wanted,
            Comparator<Scored> order,
            Set<String> shown,
            List<Example> examples)
            throws IOException {
        List<Scored> chosen = scores.images().stream()
                .filter(wanted)
                .sorted(order.thenComparing(Scored::id))
                .filter(image -> shown.add(image.id())) // a held-out image comes several times
                .limit(MOST_OF_A_KIND)
                .toList();
        for (Scored image : chosen) {
            examples.add(draw(kind, image));
        }
    }

    private Example draw(Example.Kind kind, Scored scored) throws IOException {
        EvaluationImage image = set.load(scored.index());
        FrameResult result = CalibrationException.requireResult(
                detector.detect(List.of(image.frame())).get(0), image.id());
        return new Example(
                kind,
                image.id(),
                result.score(),
                image.anomalous(),
                ExampleView.whole(image, result, calibration),
                ExampleView.part(image, result, calibration));
    }
}
