package io.draem.trainer.evaluation;

import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.trainer.evaluation.Scores.Scored;
import io.draem.trainer.evaluation.metrics.RankingMetrics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** Warnings about what limits a trained model: each says what was measured, and which option to try next. */
public final class LimitWarnings {

    /** Scores that differ by no more are the same for a threshold. */
    private static final double SAME_SCORE = 0.01;

    /** Shares of the normal and of the anomalous images with the same highest score from which on maps have stopped there. */
    private static final double NORMAL_AT_TOP = 0.1;

    private static final double ANOMALOUS_AT_TOP = 0.2;

    /** Share of the anomalies that one normal image may hide without a warning. */
    private static final double HIDDEN = 0.1;

    /** AUROC by which synthetic anomalies are ranked better than defects without a warning. */
    private static final double GAP = 0.1;

    /** AUROC of held-out against training images from which on the latter are memorized. */
    private static final double MEMORIZED = 0.75;

    /** Share of the local contrast below which reconstructions are blurred. */
    private static final double BLURRED = 0.5;

    /** Fewer images show none of this. */
    private static final int FEW_IMAGES = 8;

    private LimitWarnings() {}

    /**
     * Returns a sentence for each limit.
     *
     * @param validated scores of the validation images
     * @param synthetic whether their anomalies are synthetic
     * @param trained scores of training images, without synthetic anomalies
     * @param tested scores of the test images, if there are any
     * @param contrast local contrast of reconstructions of normal images as a share of that of the images
     *     ({@link ReconstructionContrast}); NaN if the images have none
     */
    public static List<String> of(
            Scores validated,
            boolean synthetic,
            Scores trained,
            Scores tested,
            Calibration calibration,
            double contrast) {
        return Stream.of(
                        stopped(validated),
                        outlier(validated, calibration),
                        memorized(validated, trained),
                        synthetic ? unlike(validated, tested) : Optional.<String>empty(),
                        blurred(contrast))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<String> stopped(Scores validated) {
        double[] normal = scores(validated, false);
        double[] anomalous = scores(validated, true);
        double top = DoubleStream.concat(Arrays.stream(normal), Arrays.stream(anomalous))
                .max()
                .orElse(0);
        long normalAtTop = count(normal, top - SAME_SCORE);
        long anomalousAtTop = count(anomalous, top - SAME_SCORE);
        if (normal.length < FEW_IMAGES
                || normalAtTop < 2
                || normalAtTop < NORMAL_AT_TOP * normal.length
                || anomalousAtTop < ANOMALOUS_AT_TOP * anomalous.length) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "%d of %d normal and %d of %d anomalous validation images have nearly the same score, the highest of all"
                        + " (%.3f): maps stop there, and no threshold separates these images. Try --initialization prior",
                normalAtTop,
                normal.length,
                anomalousAtTop,
                anomalous.length,
                top));
    }

    private static Optional<String> outlier(Scores validated, Calibration calibration) {
        List<Scored> normal = new ArrayList<>(normal(validated));
        double[] anomalous = scores(validated, true);
        if (calibration.rule() != ThresholdRule.QUANTILE || normal.size() < FEW_IMAGES) {
            return Optional.empty();
        }
        normal.sort(Comparator.comparingDouble(Scored::score).reversed());
        Scored highest = normal.get(0);
        double next = normal.get(1).score();
        long hidden =
                count(anomalous, next) - count(anomalous, Math.min(highest.score(), calibration.imageThreshold()));
        if (hidden < 2 || hidden < HIDDEN * anomalous.length) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "One image sets the threshold: %s has a score of %.3f and the next normal image %.3f, and %d of %d anomalous"
                        + " validation images are between them. If it shows a defect or another product, remove it from the"
                        + " normal images and train again; otherwise hold out more images, as with --held-out 0.4",
                highest.id(),
                highest.score(),
                next,
                hidden,
                anomalous.length));
    }

    private static Optional<String> memorized(Scores validated, Scores trained) {
        double[] heldOut = scores(validated, false);
        double[] seen = scores(trained, false);
        if (heldOut.length < FEW_IMAGES || seen.length < FEW_IMAGES) {
            return Optional.empty();
        }
        double auroc = auroc(seen, heldOut);
        if (auroc < MEMORIZED) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "Normal images that were not trained on have higher scores than training images: medians %.3f and %.3f, and"
                        + " the higher score in %.0f %% of the pairs. The network has memorized its training images: add"
                        + " normal images, or try --vary-light 0.2 or fewer --steps",
                median(heldOut),
                median(seen),
                100 * auroc));
    }

    private static Optional<String> unlike(Scores validated, Scores tested) {
        double[] normal = scores(tested, false);
        double[] defects = scores(tested, true);
        if (normal.length < FEW_IMAGES
                || defects.length < FEW_IMAGES
                || !RankingMetrics.isDefined(validated.imageLabels())) {
            return Optional.empty();
        }
        double onSynthetic = auroc(scores(validated, false), scores(validated, true));
        double onDefects = auroc(normal, defects);
        if (onSynthetic - onDefects < GAP) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "Synthetic anomalies are recognized better than the defects of the test images (image AUROC %.3f and %.3f):"
                        + " they do not resemble them. See in the report what is missed, and try anomalies like it: more"
                        + " --strokes for thin lines, more --tones for stains, an --anomaly-source with textures like the"
                        + " defects",
                onSynthetic,
                onDefects));
    }

    private static Optional<String> blurred(double contrast) {
        return contrast < BLURRED
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "Reconstructions of normal images have %.0f %% of the local contrast of the images: fine structure"
                                + " is missing in them, and faint defects look like it. Try a larger --base-width or more"
                                + " --steps",
                        100 * contrast))
                : Optional.empty();
    }

    /** Returns each normal image once: in synthetic validation one comes several times. */
    private static List<Scored> normal(Scores scores) {
        return scores.distinct().stream().filter(image -> !image.anomalous()).toList();
    }

    private static double[] scores(Scores scores, boolean anomalous) {
        Stream<Scored> images =
                anomalous ? scores.images().stream().filter(Scored::anomalous) : normal(scores).stream();
        return images.mapToDouble(Scored::score).toArray();
    }

    private static long count(double[] scores, double above) {
        return Arrays.stream(scores).filter(score -> score > above).count();
    }

    private static double auroc(double[] normal, double[] anomalous) {
        double[] scores = DoubleStream.concat(Arrays.stream(normal), Arrays.stream(anomalous))
                .toArray();
        boolean[] labels = new boolean[scores.length];
        Arrays.fill(labels, normal.length, labels.length, true);
        return RankingMetrics.of(scores, labels).auroc();
    }

    private static double median(double[] scores) {
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
