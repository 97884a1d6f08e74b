package io.draem.trainer.evaluation;

import java.io.IOException;

/**
 * Thresholds and figures that cannot be computed, because of the images or of what the model returns for them; the message
 * names the reason and the remedy.
 */
public final class CalibrationException extends IOException {

    private static final long serialVersionUID = 1L;

    CalibrationException(String message) {
        super(message);
    }
}
