package io.draem.trainer.evaluation;

import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.ImageScore;
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

    /** Copies what libtorch gave. */
    public static NetworkOutputs of(DraemNetwork.Output output, ImageScore imageScore) {
        try (PointerScope scope = new PointerScope()) {
            return new NetworkOutputs(
                    TensorConversion.toHeap(output.imageScore(imageScore)).toFloats(),
                    TensorConversion.toHeap(output.anomalyMap()).toFloats(),
                    TensorConversion.toHeap(output.reconstruction()).toFloats());
        }
    }
}
