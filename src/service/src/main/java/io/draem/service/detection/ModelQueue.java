package io.draem.service.detection;

import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.service.queue.FairExecutor;
import io.draem.service.queue.InferenceException;
import io.draem.service.queue.PendingRequest;
import io.draem.service.queue.QueueWindow;
import io.draem.service.queue.RequestContext;
import io.draem.service.queue.Slot;

/** Uses the queue of a model and the threads for images, and turns their failures into {@link DetectionException}s. */
final class ModelQueue {

    private ModelQueue() {}

    /** Takes a slot for the first input of a request, which is still to be decoded. */
    static Slot<ModelInput, ModelOutput> first(QueueWindow<ModelInput, ModelOutput> window) throws DetectionException {
        try {
            return window.first();
        } catch (InferenceException e) {
            throw DetectionException.of(e);
        }
    }

    /** Announces the inputs of a tiled image, or of several, except the one that has the first slot. */
    static void announce(QueueWindow<ModelInput, ModelOutput> window, int inputs, RequestContext context)
            throws DetectionException {
        try {
            window.announce(inputs, context);
        } catch (InferenceException e) {
            throw DetectionException.of(e);
        }
    }

    /** Waits for a slot for a further input as long as the client does: what was done for the others is not lost. */
    static Slot<ModelInput, ModelOutput> next(QueueWindow<ModelInput, ModelOutput> window, RequestContext context)
            throws DetectionException {
        try {
            return window.next(context);
        } catch (InferenceException e) {
            throw DetectionException.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw DetectionException.interrupted(e);
        }
    }

    /** Submits an input in its slot. */
    static PendingRequest<ModelInput, ModelOutput> submit(
            Slot<ModelInput, ModelOutput> slot, ModelInput image, RequestContext context) throws DetectionException {
        try {
            return slot.submit(image, context);
        } catch (InferenceException e) {
            throw DetectionException.of(e);
        }
    }

    /** Runs a task on one of the threads for images. */
    static <T> T call(
            FairExecutor threads,
            String model,
            RequestContext context,
            int pixels,
            FairExecutor.Task<T, DetectionException> task)
            throws DetectionException {
        try {
            return threads.call(model, context, pixels, task);
        } catch (InferenceException e) {
            throw DetectionException.of(e);
        }
    }

    /** Waits for the result as long as the client does. */
    static PendingRequest.Result<ModelOutput> await(PendingRequest<ModelInput, ModelOutput> pending)
            throws DetectionException {
        try {
            return pending.await();
        } catch (InferenceException e) {
            throw DetectionException.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw DetectionException.interrupted(e);
        }
    }
}
