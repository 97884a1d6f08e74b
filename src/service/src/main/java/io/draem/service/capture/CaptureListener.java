package io.draem.service.capture;

import java.util.Locale;

/** Is informed of the images that a rule selected. */
@FunctionalInterface
public interface CaptureListener {

    /** How the capture of an image ended. */
    enum Outcome {
        /** It was written. */
        STORED,
        /** It is there already: the same file for the same version. */
        DUPLICATE,
        /** The model has captured its most images of this minute. */
        LIMITED,
        /** Too many images wait to be written, or requests need the memory. */
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
