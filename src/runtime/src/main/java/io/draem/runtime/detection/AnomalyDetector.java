package io.draem.runtime.detection;

import io.draem.runtime.onnx.ModelOutput;
import java.util.List;

/** A model in evaluation mode, be it the network in training or an exported graph. */
@FunctionalInterface
public interface AnomalyDetector {

    /**
     * Returns raw score and map of each image.
     *
     * @param images {@code [count, 3, height, width]} of the model's size, RGB, 0 to 1
     */
    List<ModelOutput> detect(float[] images, int count);
}
