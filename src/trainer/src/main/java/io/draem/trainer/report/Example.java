package io.draem.trainer.report;

import io.draem.score.Region;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image that shows what the model does well or badly.
 *
 * @param kind what it is an example of
 * @param id of the image
 * @param score raw image score
 * @param width of the pictures
 * @param height of the pictures
 * @param original the image as the model saw it, JPEG
 * @param heat the same with the anomaly map above its threshold, JPEG
 * @param found outlines of what the model found, in pixels of the pictures
 * @param anomalous whether it shows a defect
 * @param truth outlines of the true defect; null where it has no mask
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Example(
        Kind kind,
        String id,
        float score,
        int width,
        int height,
        byte[] original,
        byte[] heat,
        List<Region> found,
        boolean anomalous,
        @Nullable List<Region> truth) {

    /** Why an image is shown, in the order of the page. */
    enum Kind {
        FALSE_ALARM("False alarms", "normal images above the threshold, the highest first"),
        MISSED("Missed defects", "anomalous images at or below the threshold, the lowest first"),
        HIGHEST_NORMAL("Normal images nearest to the threshold", "none is above it"),
        LOWEST_ANOMALOUS("Hits nearest to the threshold", "anomalous images that were found with the lowest scores"),
        CLEAREST_HIT("Clearest hits", "anomalous images with the highest scores");

        private final String title;
        private final String explanation;

        Kind(String title, String explanation) {
            this.title = title;
            this.explanation = explanation;
        }

        String title() {
            return title;
        }

        String explanation() {
            return explanation;
        }
    }
}
