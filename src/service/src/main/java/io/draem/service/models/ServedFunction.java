package io.draem.service.models;

import io.draem.service.inference.BatchFunction;
import io.draem.service.inference.DeviceTurn;
import io.draem.service.inference.ModelInput;
import io.draem.service.inference.ModelOutput;
import io.draem.service.inference.OnnxModel;
import io.draem.service.inference.Termination;
import java.time.Duration;
import java.util.List;

/**
 * Runs a graph for a queue.
 *
 * @param turn of the device that the graph runs on, which all graphs there share
 */
record ServedFunction(OnnxModel model, DeviceTurn turn) implements BatchFunction<ModelInput, ModelOutput> {

    @Override
    public List<ModelOutput> run(List<ModelInput> images, Termination termination) throws Exception {
        return model.run(images, termination);
    }

    @Override
    public void check(ModelOutput output) {
        model.check(output);
    }

    /** Returns how long an image takes beside as many others as run at a time. */
    @Override
    public Duration expected() {
        return model.runTime().multipliedBy(model.device().concurrentRuns());
    }
}
