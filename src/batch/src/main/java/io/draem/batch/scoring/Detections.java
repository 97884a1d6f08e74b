package io.draem.batch.scoring;

import io.draem.frame.Frame;
import io.draem.runtime.detection.FrameDetector;
import java.util.ArrayList;
import java.util.List;

/** Runs a model over images so that one that makes a run fail has a problem, and the others their results. */
final class Detections {

    private Detections() {}

    /** Returns what the model says of each frame; where the run of all fails, each is run alone. */
    static List<FrameDetector.Detection> of(FrameDetector detector, List<Frame> frames) {
        if (frames.isEmpty()) {
            return List.of();
        }
        if (frames.size() > 1) {
            try {
                return detector.detect(frames);
            } catch (RuntimeException e) {
                // Which of them it was is seen below.
            }
        }
        List<FrameDetector.Detection> detections = new ArrayList<>();
        for (Frame frame : frames) {
            try {
                detections.addAll(detector.detect(List.of(frame)));
            } catch (RuntimeException e) {
                detections.add(new FrameDetector.Detection(null, "The run of the model failed: " + problem(e)));
            }
        }
        return detections;
    }

    /** Returns the message of an exception, or its name where it has none. */
    static String problem(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
