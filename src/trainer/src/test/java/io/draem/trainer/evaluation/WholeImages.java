package io.draem.trainer.evaluation;

import io.draem.frame.Frame;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.runtime.detection.AnomalyDetector;
import io.draem.runtime.detection.FrameDetector;
import org.jspecify.annotations.Nullable;

/** Images that are one input each and count as a whole, and models of such. */
public final class WholeImages {

    private WholeImages() {}

    /** Returns an image. */
    public static EvaluationImage image(
            String id, String defect, int width, int height, float[] pixels, boolean @Nullable [] mask) {
        FramePlan plan = FramePlan.of(Framing.WHOLE, new FrameSize(width, height), width, height, null);
        return new EvaluationImage(id, defect, Frame.whole(plan, pixels), mask);
    }

    /** Returns the model of a network. */
    public static FrameDetector detector(AnomalyDetector network) {
        return new FrameDetector(network, FrameScore.GRAPH);
    }
}
