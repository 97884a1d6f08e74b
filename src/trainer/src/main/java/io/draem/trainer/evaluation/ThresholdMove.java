package io.draem.trainer.evaluation;

import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.trainer.evaluation.Scores.Scored;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What other thresholds of a model change on the images that they come from.
 *
 * @param before verdicts by the thresholds that the model had
 * @param after verdicts by its new ones; optimistic, since they come from the same images
 * @param crossFitted verdicts on each fifth of the images by a threshold that comes from the other four; empty with fewer than
 *     five images of a kind that the rule needs
 * @param changed images whose verdict changes, from the highest score
 */
public record ThresholdMove(Confusion before, Confusion after, Optional<CrossFit> crossFitted, List<Scored> changed) {

    private static final int FOLDS = 5;

    /** Names that follow each other have hash codes that do: this spreads them. */
    private static final int SPREAD = 0x9E3779B9;

    /**
     * Verdicts by thresholds that come from other images.
     *
     * @param min lowest of the image thresholds
     * @param max highest of them
     */
    public record CrossFit(Confusion verdicts, double min, double max) {}

    /**
     * Compares thresholds.
     *
     * @param options by which the new ones were found
     */
    public static ThresholdMove of(Scores scores, Calibration before, Calibration after, ThresholdOptions options)
            throws CalibrationException {
        List<Scored> changed = scores.images().stream()
                .filter(image -> before.isAnomalous(image.score()) != after.isAnomalous(image.score()))
                .sorted(Comparator.comparingDouble(Scored::score).reversed())
                .toList();
        return new ThresholdMove(
                Confusion.of(scores, before), Confusion.of(scores, after), crossFit(scores, after, options), changed);
    }

    private static Optional<CrossFit> crossFit(Scores scores, Calibration after, ThresholdOptions options)
            throws CalibrationException {
        ThresholdRule rule = after.rule();
        long normal = scores.images().size() - scores.anomalous();
        boolean enough = switch (rule) {
            case F1 -> normal >= FOLDS && scores.anomalous() >= FOLDS;
            case QUANTILE -> normal >= FOLDS;
            case RECALL -> scores.anomalous() >= FOLDS;
            case MANUAL -> false;
        };
        if (!enough) {
            return Optional.empty();
        }
        Map<String, Integer> folds = folds(scores);
        ThresholdOptions sameRule = new ThresholdOptions(rule, options.quantile(), options.recall(), null, null);
        Confusion verdicts = new Confusion(0, 0, 0, 0);
        double min = 1;
        double max = 0;
        for (int fold = 0; fold < FOLDS; fold++) {
            int left = fold;
            Calibration others = Calibrator.calibrate(
                    scores.ofImages(image -> folds.getOrDefault(image.id(), 0) != left), false, sameRule);
            verdicts = verdicts.plus(Confusion.of(
                    scores.ofImages(image -> folds.getOrDefault(image.id(), 0) == left), others));
            min = Math.min(min, others.imageThreshold());
            max = Math.max(max, others.imageThreshold());
        }
        return Optional.of(new CrossFit(verdicts, min, max));
    }

    /**
     * Returns the fold of each image: each fold has its share of each defect type, and the same images always the same folds.
     * Images of one part must not be in different folds; nothing tells them here.
     */
    private static Map<String, Integer> folds(Scores scores) {
        Map<String, List<Scored>> byDefect = scores.images().stream().collect(Collectors.groupingBy(Scored::defect));
        Map<String, Integer> folds = new HashMap<>();
        int next = 0;
        for (String defect : new TreeSet<>(byDefect.keySet())) {
            List<String> ids = byDefect.getOrDefault(defect, List.of()).stream()
                    .map(Scored::id)
                    .sorted(Comparator.comparingInt((String id) -> id.hashCode() * SPREAD)
                            .thenComparing(Comparator.naturalOrder()))
                    .toList();
            for (String id : ids) {
                folds.put(id, next++ % FOLDS);
            }
        }
        return folds;
    }
}
