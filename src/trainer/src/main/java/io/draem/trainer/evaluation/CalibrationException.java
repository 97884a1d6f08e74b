package io.draem.trainer.evaluation;

import io.draem.frame.FrameResult;
import io.draem.runtime.detection.FrameDetector;
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

    /**
     * Returns the result of a frame.
     *
     * @param id of the image, for the message
     * @throws CalibrationException if there is none; the message names the image and the reason
     */
    public static FrameResult requireResult(FrameDetector.Detection detection, String id) throws CalibrationException {
        if (detection.result() == null) {
            throw new CalibrationException("Image " + id + ": " + detection.problem());
        }
        return detection.result();
    }
}
