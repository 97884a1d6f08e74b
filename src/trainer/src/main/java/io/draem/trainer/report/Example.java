package io.draem.trainer.report;

import org.jspecify.annotations.Nullable;

/**
 * An image that shows what the model does well or badly.
 *
 * @param kind what it is an example of
 * @param id of the image
 * @param score raw image score
 * @param anomalous whether it shows a defect
 * @param whole the image
 * @param part a part of it with the pixels that the model saw; null where it saw no tiles
 */
record Example(
        Kind kind,
        String id,
        float score,
        boolean anomalous,
        ExampleView whole,
        @Nullable ExampleView part) {

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
