package io.draem.trainer.network;

import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The result of a forward pass, in float32, or float64 with {@link Precision#FLOAT64}, also after bfloat16 arithmetic.
 *
 * @param reconstruction {@code [batch, 3, height, width]}, on the scale of the images, also if the network normalizes its input
 * @param logits of normal and anomalous, {@code [batch, 2, height, width]}
 * @param sspcabInput input of the SSPCAB block, if there is one
 * @param sspcabOutput output of the SSPCAB block
 */
public record NetworkOutput(
        Tensor reconstruction,
        Tensor logits,
        @Nullable Tensor sspcabInput,
        @Nullable Tensor sspcabOutput) {

    /** Returns the probability that a pixel is anomalous, {@code [batch, height, width]}. */
    public Tensor anomalyMap() {
        return torch.softmax(logits, 1).select(1, 1);
    }

    /** Returns the map as the graph returns it, {@code [batch, height, width]}: smoothed if the options say so. */
    public Tensor anomalyMap(NetworkOptions options) {
        Tensor map = anomalyMap();
        return options.mapSmoothing() == 0 ? map : new MapSmoothing(options.mapSmoothing()).of(map);
    }

    /** Returns the score of each image, {@code [batch]}. */
    public Tensor imageScore(ImageScore rule) {
        return rule.of(anomalyMap());
    }

    Stream<Tensor> tensors() {
        return Stream.of(reconstruction, logits, sspcabInput, sspcabOutput).filter(Objects::nonNull);
    }
}
