package io.draem.service.detection;

import io.draem.service.inference.Answer;
import io.draem.service.inference.InferenceException;
import io.draem.service.inference.ModelInput;
import io.draem.service.inference.ModelOutput;
import io.draem.service.inference.Place;
import io.draem.service.inference.Ticket;
import io.draem.service.models.ServedModel;

/** The queue of a model, whose refusals come in the terms of an answer to the caller. */
final class ModelQueue {

    private ModelQueue() {}

    /** Takes a place for an image that is still to be decoded. */
    static Place<ModelInput, ModelOutput> reserve(ServedModel model) throws DetectionException {
        try {
            return model.reserve();
        } catch (InferenceException e) {
            throw DetectionException.of(e);
        }
    }

    /** Puts an image into its place. */
    static Ticket<ModelInput, ModelOutput> submit(Place<ModelInput, ModelOutput> place, ModelInput image, Caller caller)
            throws DetectionException {
        try {
            return place.submit(image, caller.deadline());
        } catch (InferenceException e) {
            throw DetectionException.of(e);
        }
    }

    /** Waits for the answer as long as the caller does. */
    static Answer<ModelOutput> await(Ticket<ModelInput, ModelOutput> ticket, Caller caller) throws DetectionException {
        try {
            return ticket.await(caller::isGone);
        } catch (InferenceException e) {
            throw DetectionException.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw DetectionException.cancelled(e);
        }
    }
}
