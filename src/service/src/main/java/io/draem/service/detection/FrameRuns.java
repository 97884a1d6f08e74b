package io.draem.service.detection;

import io.draem.frame.Frame;
import io.draem.frame.FrameBlender;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameResult;
import io.draem.frame.FrameScore;
import io.draem.model.ModelCard;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.service.queue.PendingRequest;
import io.draem.service.queue.QueueWindow;
import io.draem.service.queue.RequestContext;
import io.draem.service.queue.Slot;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Passes the inputs of one request's frames through the queue of a model, in order, and blends the outputs. A frame that
 * fails or is cancelled ends the request: closing cancels the inputs that have no result. Used by one thread.
 */
final class FrameRuns implements AutoCloseable {

    private final ModelCard card;
    private final int maxInFlight;
    private final QueueWindow<ModelInput, ModelOutput> window;
    private final RequestContext context;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final List<Result> results = new ArrayList<>();

    /**
     * What the model returned for a frame.
     *
     * @param queued how long its inputs waited while none of them ran
     * @param ran how long one or more of its inputs ran
     * @param inputs number of its inputs
     * @param ended {@link System#nanoTime()} when it was complete
     */
    record Result(FrameResult frame, Duration queued, Duration ran, int inputs, long ended) {}

    private record Pending(PendingRequest<ModelInput, ModelOutput> request, Blending frame, int input) {}

    /** A frame some of whose outputs are there. */
    private static final class Blending {

        private final FrameBlender blender;
        private final int inputs;
        private long submitted;
        private long ended;
        private long ran;

        Blending(FrameBlender blender, int inputs) {
            this.blender = blender;
            this.inputs = inputs;
        }

        void add(int input, PendingRequest.Result<ModelOutput> answer) {
            ModelOutput output = answer.output();
            blender.add(input, output.score(), output.map(), output.reconstruction());
            long started = answer.started();
            if (input == 0) {
                submitted = started - answer.queued().toNanos();
                ended = started;
            }
            // Inputs of one batch share a run, and runs may overlap.
            long end = started + answer.ran().toNanos();
            if (end - ended > 0) {
                ran += Math.min(end - ended, end - started);
                ended = end;
            }
        }

        Result result() {
            return new Result(
                    blender.finish(),
                    Duration.ofNanos(ended - submitted - ran),
                    Duration.ofNanos(ran),
                    inputs,
                    System.nanoTime());
        }
    }

    /**
     * @param maxInFlight most inputs of frames that are cut which wait, run, or have run and are not blended
     * @param window gets the slots of all inputs but the first of each frame
     */
    FrameRuns(ModelCard card, int maxInFlight, QueueWindow<ModelInput, ModelOutput> window, RequestContext context) {
        this.card = card;
        this.maxInFlight = maxInFlight;
        this.window = window;
        this.context = context;
    }

    /**
     * Submits all inputs of a frame. Outputs of this and earlier frames are blended meanwhile.
     *
     * @param first slot of the first input
     * @throws DetectionException if an input has failed, or no response is wanted any more
     */
    void submit(Frame frame, FrameBlender.Reconstruction reconstruction, Slot<ModelInput, ModelOutput> first)
            throws DetectionException {
        DetectionException.requireActive(context);
        FrameBlender blender = new FrameBlender(frame.plan(), score(card, frame.plan()), reconstruction);
        Blending blending = new Blending(blender, frame.inputs());
        boolean reconstruct = reconstruction != FrameBlender.Reconstruction.NONE;
        if (frame.plan().tiled()) {
            limitInFlight();
        }
        submit(blending, 0, new ModelInput(frame.input(0), reconstruct), first);
        for (int i = 1; i < frame.inputs(); i++) {
            limitInFlight();
            // Cut before there is a slot, in which the input then does not wait for it.
            ModelInput input = new ModelInput(frame.input(i), reconstruct);
            try (Slot<ModelInput, ModelOutput> slot = ModelQueue.next(window, context)) {
                // A short wait does not look whether the client is still connected.
                DetectionException.requireActive(context);
                submit(blending, i, input, slot);
            }
        }
    }

    /** Outputs are blended in order: behind an input that runs long those of a faster worker would pile up. */
    private void limitInFlight() throws DetectionException {
        while (pending.size() >= maxInFlight) {
            collect();
        }
    }

    private void submit(Blending frame, int index, ModelInput input, Slot<ModelInput, ModelOutput> slot)
            throws DetectionException {
        pending.add(new Pending(ModelQueue.submit(slot, input, context), frame, index));
        // One that has failed is noticed before more is done.
        while (!pending.isEmpty() && pending.element().request().isDone()) {
            collect();
        }
    }

    /** The score of a single tile is that of the graph: the score of its frame would need the other tiles. */
    private static FrameScore score(ModelCard card, FramePlan plan) {
        return card.framing().tiling() != null && !plan.tiled()
                ? FrameScore.GRAPH
                : card.framing().score();
    }

    /** Waits for all frames and returns their results, in order. */
    List<Result> finish() throws DetectionException {
        while (!pending.isEmpty()) {
            collect();
        }
        return results;
    }

    private void collect() throws DetectionException {
        Pending oldest = pending.remove();
        oldest.frame().add(oldest.input(), ModelQueue.await(oldest.request()));
        if (oldest.input() == oldest.frame().inputs - 1) {
            results.add(oldest.frame().result());
        }
    }

    /** Cancels the inputs that have no result. */
    @Override
    public void close() {
        pending.forEach(waiting -> waiting.request().cancel());
    }
}
