package io.draem.service.models;

import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.runtime.onnx.OnnxModel;
import io.draem.runtime.onnx.Termination;
import io.draem.service.queue.BatchFunction;
import io.draem.service.queue.DeviceScheduler;
import java.time.Duration;
import java.util.List;

/**
 * Runs a graph for a queue.
 *
 * @param turn of the device that the graph runs on, which all graphs there share
 */
record ServedFunction(OnnxModel model, DeviceScheduler turn) implements BatchFunction<ModelInput, ModelOutput> {

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
