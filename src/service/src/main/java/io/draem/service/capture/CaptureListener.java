package io.draem.service.capture;

import java.util.Locale;

/** Is informed of what became of the images that a rule selected. */
@FunctionalInterface
public interface CaptureListener {

    /** What became of one image. */
    enum Outcome {
        /** It was written. */
        STORED,
        /** It was there already: the same file for the same model. */
        KNOWN,
        /** The model had its share of this minute. */
        LIMITED,
        /** Too many images wait to be written, or the service needs the memory. */
        DROPPED,
        /** It could not be written. */
        FAILED;

        /** Returns the name in metrics. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Called once for each image that a rule selected. */
    void ended(String model, Outcome outcome);
}
