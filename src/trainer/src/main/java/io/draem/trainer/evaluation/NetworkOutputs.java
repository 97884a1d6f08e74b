package io.draem.trainer.evaluation;

import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.network.NetworkOutput;
import io.draem.trainer.network.TensorConversion;
import org.bytedeco.javacpp.PointerScope;

/**
 * What the network gives for a batch of images in evaluation mode, raw; the arrays are not copied.
 *
 * @param scores {@code [count]}
 * @param maps {@code [count, height, width]}
 * @param reconstructions {@code [count, 3, height, width]}
 */
public record NetworkOutputs(float[] scores, float[] maps, float[] reconstructions) {

    /** Copies what libtorch gave, with the image score and the smoothing of the options. */
    public static NetworkOutputs of(NetworkOutput output, NetworkOptions options) {
        try (PointerScope scope = new PointerScope()) {
            return new NetworkOutputs(
                    TensorConversion.toHeap(output.imageScore(options.imageScore()))
                            .toFloats(),
                    TensorConversion.toHeap(output.anomalyMap(options)).toFloats(),
                    TensorConversion.toHeap(output.reconstruction()).toFloats());
        }
    }
}
