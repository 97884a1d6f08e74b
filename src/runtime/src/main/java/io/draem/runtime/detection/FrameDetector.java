package io.draem.runtime.detection;

import io.draem.frame.Frame;
import io.draem.frame.FrameBlender;
import io.draem.frame.FrameResult;
import io.draem.frame.FrameScore;
import io.draem.runtime.onnx.ModelOutput;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs a model over frames: packs their inputs into batches, and joins the outputs of each. Used by one thread at a time. */
public final class FrameDetector {

    /** Inputs per run of a model where no number is given. */
    public static final int BATCH = 8;

    private final AnomalyDetector model;
    private final FrameScore score;
    private final int batchSize;

    /**
     * What the model returned for a frame.
     *
     * @param result null if a value is not usable
     * @param problem that value, in a sentence; null if there is none
     */
    public record Detection(
            @Nullable FrameResult result, @Nullable String problem) {}

    /**
     * Runs {@value #BATCH} inputs at a time.
     *
     * @param score where the score of an image comes from
     */
    public FrameDetector(AnomalyDetector model, FrameScore score) {
        this(model, score, BATCH);
    }

    /** Runs at most {@code batchSize} inputs at a time. */
    public FrameDetector(AnomalyDetector model, FrameScore score, int batchSize) {
        this.model = model;
        this.score = score;
        this.batchSize = batchSize;
    }

    /**
     * Returns what the model says of each frame. A batch may hold inputs of several frames.
     *
     * @param frames with inputs of one size
     */
    public List<Detection> detect(List<Frame> frames) {
        List<Running> running =
                frames.stream().map(frame -> new Running(frame, score)).toList();
        int left = frames.stream().mapToInt(Frame::inputs).sum();
        List<Running> batch = new ArrayList<>(batchSize);
        float[] values = {};
        for (Running one : running) {
            int length = 3 * one.frame.plan().input().pixels();
            for (int input = 0; input < one.frame.inputs(); input++) {
                if (batch.isEmpty()) {
                    values = new float[Math.min(batchSize, left) * length];
                }
                one.frame.write(input, values, batch.size() * length);
                batch.add(one);
                if (batch.size() * length == values.length) {
                    List<ModelOutput> outputs = model.detect(values, batch.size());
                    for (int i = 0; i < outputs.size(); i++) {
                        batch.get(i).add(outputs.get(i));
                    }
                    left -= batch.size();
                    batch.clear();
                }
            }
        }
        return running.stream().map(Running::detection).toList();
    }

    /** A frame of which some inputs have run. */
    private static final class Running {

        private final Frame frame;
        private final FrameBlender blender;
        private int added;
        private @Nullable String problem;

        Running(Frame frame, FrameScore score) {
            this.frame = frame;
            this.blender = new FrameBlender(frame.plan(), score, FrameBlender.Reconstruction.NONE);
        }

        void add(ModelOutput output) {
            if (problem == null) {
                problem = output.problem();
            }
            if (problem == null) {
                blender.add(added++, output.score(), output.map(), null);
            }
        }

        Detection detection() {
            return problem == null ? new Detection(blender.finish(), null) : new Detection(null, problem);
        }
    }
}
