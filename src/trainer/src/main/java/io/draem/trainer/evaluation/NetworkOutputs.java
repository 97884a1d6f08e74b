package io.draem.trainer.evaluation;

import io.draem.runtime.onnx.ModelOutput;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.network.NetworkOutput;
import io.draem.trainer.network.TensorConversion;
import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;

/**
 * What the network gives for a batch of images in evaluation mode, raw; the arrays are not copied.
 *
 * @param scores {@code [count]}
 * @param maps {@code [count, height, width]}
 * @param reconstructions {@code [count, 3, height, width]}
 */
public record NetworkOutputs(float[] scores, float[] maps, float[] reconstructions) {

    /** Returns the outputs of an exported graph for a batch of at least one image, reconstructions included. */
    static NetworkOutputs of(List<ModelOutput> outputs) {
        int count = outputs.size();
        int pixels = outputs.get(0).map().values().length;
        int length = Objects.requireNonNull(outputs.get(0).reconstruction()).length;
        NetworkOutputs all = new NetworkOutputs(new float[count], new float[count * pixels], new float[count * length]);
        for (int i = 0; i < count; i++) {
            ModelOutput output = outputs.get(i);
            all.scores()[i] = output.score();
            System.arraycopy(output.map().values(), 0, all.maps(), i * pixels, pixels);
            System.arraycopy(
                    Objects.requireNonNull(output.reconstruction()), 0, all.reconstructions(), i * length, length);
        }
        return all;
    }

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
