package io.draem.trainer.workflow;

import io.draem.score.ThresholdRule;
import io.draem.trainer.evaluation.ReconstructionError;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.evaluation.metrics.RankingMetrics;
import io.draem.trainer.network.Initialization;
import io.draem.trainer.training.Recipe;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * What limits a trained model, measured: warnings with the option to try next, as far as the recipe does not have it yet.
 *
 * @param started whether the training started from trained weights, pretrained ones or those of a file
 * @param trained scores of training images, without synthetic anomalies; may be none
 * @param error of reconstructions of training images
 */
record ModelLimits(
        Recipe recipe, boolean started, ModelEvaluation evaluation, Scores trained, ReconstructionError error) {

    /** Where the biases alone leave a map: about 0.5, or below it. */
    private static final double LEAST_SATURATION = 0.4;

    private static final double MOST_SATURATION = 0.51;

    /** Scores that differ by no more are taken for the same. */
    private static final double SAME_SCORE = 0.01;

    /** Shares of the normal and of the anomalous images with the same score from which on maps are saturated. */
    private static final double NORMAL_SATURATED = 0.1;

    private static final double ANOMALOUS_SATURATED = 0.2;

    /** Share of the anomalies between the highest score of a normal image and the next. */
    private static final double BELOW_ONE_IMAGE = 0.1;

    /** By how much the AUROC against normal images falls from training to other images, or from one anomaly to another. */
    private static final double OVERFIT_LOSS = 0.02;

    private static final double UNLIKE_LOSS = 0.1;

    /** AUROC of held-out images against training images, both normal, from which on the network distinguishes them. */
    private static final double OVERFIT = 0.75;

    private static final int FEW_IMAGES = 8;
    private static final int FEW_DEFECTS = 20;

    /** Returns a sentence for each limit. */
    List<String> warnings() {
        return Stream.of(saturated(), outlier(), overfit(), unlike(), poorReconstruction())
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<String> saturated() {
        double[] normal = evaluation.validated().normalScores();
        double[] anomalous = evaluation.validated().anomalousScores();
        double level = DoubleStream.concat(Arrays.stream(normal), Arrays.stream(anomalous))
                .filter(score -> score >= LEAST_SATURATION && score <= MOST_SATURATION)
                .boxed()
                .max(Comparator.comparingLong(score -> within(normal, score) + within(anomalous, score)))
                .orElse(0.0);
        long normalThere = within(normal, level);
        long anomalousThere = within(anomalous, level);
        if (normalThere < 2
                || anomalousThere < 2
                || normalThere < NORMAL_SATURATED * normal.length
                || anomalousThere < ANOMALOUS_SATURATED * anomalous.length) {
            return Optional.empty();
        }
        boolean prior = started || recipe.initialization() == Initialization.PRIOR;
        return Optional.of(String.format(
                Locale.ROOT,
                "Anomaly maps saturate near 0.5: %d of %d normal and %d of %d anomalous validation images have scores from"
                        + " %.3f to %.3f, which say nothing about these images. Try %s",
                normalThere,
                normal.length,
                anomalousThere,
                anomalous.length,
                level - SAME_SCORE,
                level,
                prior ? "a longer training" : "--initialization prior"));
    }

    private Optional<String> outlier() {
        List<Scores.Scored> normal = evaluation.validated().distinct().stream()
                .filter(image -> !image.anomalous())
                .sorted(Comparator.comparingDouble(Scores.Scored::score).reversed())
                .toList();
        if (!evaluation.synthetic()
                || evaluation.calibration().rule() != ThresholdRule.QUANTILE
                || normal.size() < FEW_IMAGES) {
            return Optional.empty();
        }
        Scores.Scored highest = normal.get(0);
        double next = normal.get(1).score();
        double threshold = evaluation.calibration().imageThreshold();
        double[] anomalous = evaluation.validated().anomalousScores();
        long between = Arrays.stream(anomalous)
                .filter(score -> score > next && score <= threshold)
                .count();
        if (between < 2 || between < BELOW_ONE_IMAGE * anomalous.length) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "One image determines the threshold: %s has a score of %.3f and the next normal image %.3f, and %d of %d"
                        + " synthetic anomalies are between them. If it shows a defect or another product, remove it from"
                        + " the normal images and train again; otherwise --threshold-quantile %.2f finds those too, at about"
                        + " %.0f false alarms in 100 normal images",
                highest.id(),
                highest.score(),
                next,
                between,
                anomalous.length,
                Math.floor(100.0 * (normal.size() - 2) / (normal.size() - 1)) / 100,
                200.0 / (normal.size() + 1)));
    }

    private Optional<String> overfit() {
        double[] heldOut = evaluation.validated().normalScores();
        double[] seen = trained.normalScores();
        double[] anomalous = evaluation.validated().anomalousScores();
        if (!areComparable() || seen.length < FEW_IMAGES) {
            return Optional.empty();
        }
        double apart = auroc(seen, heldOut);
        double againstSeen = auroc(seen, anomalous);
        double againstHeldOut = auroc(heldOut, anomalous);
        if (apart < OVERFIT || againstSeen - againstHeldOut < OVERFIT_LOSS) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "The network overfits its training images: in %.0f %% of the pairs a held-out normal image has a higher"
                        + " score than a training image, and image AUROC of synthetic anomalies is %.3f against training"
                        + " images and %.3f against held-out ones. Add normal images%s",
                100 * apart,
                againstSeen,
                againstHeldOut,
                recipe.synthesis().normals().light() > 0 ? "" : ", or try --vary-light 0.2"));
    }

    private Optional<String> unlike() {
        double[] heldOut = evaluation.validated().normalScores();
        double[] synthetic = evaluation.validated().anomalousScores();
        double[] defects = evaluation.tested().anomalousScores();
        if (!areComparable() || defects.length < FEW_DEFECTS) {
            return Optional.empty();
        }
        double ofSynthetic = auroc(heldOut, synthetic);
        double ofDefects = auroc(heldOut, defects);
        if (ofSynthetic - ofDefects < UNLIKE_LOSS) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "The defects of the test images are harder to recognize than the synthetic anomalies, or unlike them: image"
                        + " AUROC against held-out normal images is %.3f and %.3f. See in the report what is missed, and try"
                        + " anomalies like it: more --strokes for thin lines, more --tones for stains, an --anomaly-source"
                        + " with textures like the defects",
                ofDefects,
                ofSynthetic));
    }

    private Optional<String> poorReconstruction() {
        return error.error() <= error.contrast() || error.error() < 1
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "Reconstructions of training images differ from them by %.1f gray levels in areas of 8x8 pixels, more"
                                + " than one color for each image would (%.1f). Try %s",
                        error.error(),
                        error.contrast(),
                        remedyOfReconstruction()));
    }

    private String remedyOfReconstruction() {
        if (recipe.initialization() == Initialization.PRETRAINED) {
            return "a longer training; or --center-input or a larger --base-width, which start from random weights, with"
                    + " --steps 1500 --learning-rate 8e-4";
        }
        return (recipe.network().centered() ? "" : "--center-input, ") + "a longer training or a larger --base-width";
    }

    /** Returns whether there are enough held-out images, without and with synthetic anomalies, to compare others with. */
    private boolean areComparable() {
        return evaluation.synthetic()
                && evaluation.validated().normalScores().length >= FEW_IMAGES
                && evaluation.validated().anomalousScores().length >= FEW_IMAGES;
    }

    private static long within(double[] scores, double level) {
        return Arrays.stream(scores)
                .filter(score -> score <= level && score >= level - SAME_SCORE)
                .count();
    }

    private static double auroc(double[] normal, double[] anomalous) {
        double[] scores = DoubleStream.concat(Arrays.stream(normal), Arrays.stream(anomalous))
                .toArray();
        boolean[] labels = new boolean[scores.length];
        Arrays.fill(labels, normal.length, labels.length, true);
        return RankingMetrics.of(scores, labels).auroc();
    }
}
