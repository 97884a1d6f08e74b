package io.draem.trainer.evaluation;

import java.io.IOException;

/** A threshold rule that the validation images cannot satisfy; the message names the rule and the remedy. */
public final class CalibrationException extends IOException {

    private static final long serialVersionUID = 1L;

    CalibrationException(String message) {
        super(message);
    }
}
