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
 * @param device scheduler of the device that the graph runs on, shared by all graphs there
 */
record ServedFunction(OnnxModel model, DeviceScheduler device) implements BatchFunction<ModelInput, ModelOutput> {

    @Override
    public List<ModelOutput> run(List<ModelInput> images, Termination termination) throws Exception {
        return model.run(images, termination);
    }

    @Override
    public void check(ModelOutput output) {
        model.check(output);
    }

    /** Returns how long an image takes while as many others run at the same time as the device allows. */
    @Override
    public Duration expected() {
        return model.runTime().multipliedBy(model.device().concurrentRuns());
    }
}
