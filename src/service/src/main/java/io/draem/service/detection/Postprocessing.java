package io.draem.service.detection;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameResult;
import io.draem.image.RgbImage;
import io.draem.model.ModelCard;
import io.draem.score.Calibration;
import io.draem.score.ScaledMap;
import io.draem.score.Verdict;
import io.draem.text.Sha256;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the verdict on an image, and the pictures of it, from what the model returned. */
final class Postprocessing {

    private final int minRegionArea;

    /**
     * @param minRegionArea fewest pixels of a region where neither request nor model sets them
     */
    Postprocessing(int minRegionArea) {
        this.minRegionArea = minRegionArea;
    }

    /**
     * The end of an examination.
     *
     * @param digest {@code sha256:} and the hexadecimal digest of the encoded image
     * @param took how long this took
     */
    record Finding(String digest, Verdict verdict, Map<Include, Detection.Picture> pictures, Duration took) {}

    /**
     * Returns what was found in an image.
     *
     * @param image the image at its own size, which is drawn on; null where no overlay is requested
     */
    Finding find(
            DetectionRequest request, ModelCard card, FramePlan plan, @Nullable RgbImage image, FrameResult result) {
        Timing.Stopwatch stopwatch = new Timing.Stopwatch(System.nanoTime());
        int width = plan.image().width();
        int height = plan.image().height();
        ScaledMap map = new ScaledMap(result.map(), width, height, plan.region(width, height));
        Verdict verdict = verdict(card, result.score(), map, request);
        ResponsePictures pictures = new ResponsePictures(request, plan, card.calibration(), result);
        return new Finding(Sha256.of(request.image()), verdict, pictures.draw(image, map, verdict), stopwatch.lap());
    }

    private Verdict verdict(ModelCard card, double score, ScaledMap map, DetectionRequest request) {
        Calibration calibration = card.calibration();
        double threshold = request.threshold() != null ? request.threshold() : calibration.imageThreshold();
        double pixelThreshold =
                request.pixelThreshold() != null ? request.pixelThreshold() : calibration.pixelThreshold();
        int area = card.minRegionArea(request.minRegionArea(), minRegionArea);
        boolean outlines =
                request.include().contains(Include.POLYGON) || request.include().contains(Include.OVERLAY);
        return Verdict.of(score, map, calibration, threshold, pixelThreshold, area, outlines);
    }
}
