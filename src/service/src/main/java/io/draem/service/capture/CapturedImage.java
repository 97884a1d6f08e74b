package io.draem.service.capture;

import io.draem.frame.FrameSize;
import io.draem.image.ImageFormat;
import io.draem.score.Calibration;
import io.draem.score.Regions;
import io.draem.score.Verdict;
import io.draem.service.detection.Prediction;
import io.draem.service.models.ServedModel;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An image that was captured, without its pixels.
 *
 * @param id number in its store, higher for later images
 * @param time when its verdict was made
 * @param verdict of the version that answered
 * @param digest {@code sha256:} and the hexadecimal digest of its file
 * @param size of the upright image
 * @param reasons why it was captured
 * @param candidate the verdict of a candidate that disagreed; null for none
 * @param name name of its files in the store, without endings
 * @param hasMap whether its map and mask were kept
 * @param bytes of all its files
 */
public record CapturedImage(
        long id,
        Instant time,
        ModelVerdict verdict,
        String digest,
        ImageFormat format,
        FrameSize size,
        Set<CaptureReason> reasons,
        @Nullable CandidateVerdict candidate,
        String name,
        boolean hasMap,
        long bytes,
        Review review) {

    /**
     * The verdict of a version.
     *
     * @param modelDigest SHA-256 of the version's file
     * @param normalizedScore 0 to 1, 0.5 at the threshold
     * @param threshold raw image threshold that was applied
     * @param pixelThreshold raw threshold of the regions
     * @param regions number of regions
     */
    public record ModelVerdict(
            String model,
            int version,
            String modelDigest,
            boolean anomalous,
            double score,
            double normalizedScore,
            double threshold,
            double pixelThreshold,
            int regions) {

        static ModelVerdict of(ServedModel model, Verdict verdict) {
            return new ModelVerdict(
                    model.name(),
                    model.version(),
                    model.digest(),
                    verdict.anomalous(),
                    verdict.score(),
                    verdict.normalizedScore(),
                    verdict.threshold(),
                    verdict.regions().pixelThreshold(),
                    verdict.regions().count());
        }

        /** Returns the verdict by the model's own thresholds, whose regions are not known yet. */
        static ModelVerdict of(Prediction prediction) {
            ServedModel model = prediction.model();
            Calibration calibration = model.card().calibration();
            double threshold = calibration.imageThreshold();
            double score = prediction.score();
            return new ModelVerdict(
                    model.name(),
                    model.version(),
                    model.digest(),
                    prediction.anomalous(),
                    score,
                    Calibration.normalize(score, threshold, calibration.scoreMin(), calibration.scoreMax()),
                    threshold,
                    calibration.pixelThreshold(),
                    0);
        }

        /** Returns the verdict with regions that were found since. */
        ModelVerdict with(Regions found) {
            return new ModelVerdict(
                    model,
                    version,
                    modelDigest,
                    anomalous,
                    score,
                    normalizedScore,
                    threshold,
                    found.pixelThreshold(),
                    found.count());
        }
    }

    /**
     * The verdict of a candidate.
     *
     * @param normalizedScore 0 to 1, 0.5 at its threshold
     */
    public record CandidateVerdict(int version, boolean anomalous, double normalizedScore) {}

    /**
     * The label of a reviewer.
     *
     * @param label null for nothing
     * @param outlines the defect as a region of an image in JSON; null for the regions of the model
     * @param reviewer name of the key of the last reviewer; null without a label
     * @param time when the label was given; null without a label
     * @param revision number of labels that were given before
     */
    public record Review(
            @Nullable ReviewLabel label,
            @Nullable String outlines,
            @Nullable String reviewer,
            @Nullable Instant time,
            int revision) {

        static final Review NONE = new Review(null, null, null, null, 0);
    }
}
