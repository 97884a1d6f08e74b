package io.draem.trainer.network;

import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * What a forward pass gives, in float32 (float64 in {@link Precision#FLOAT64}) whatever the arithmetic inside.
 *
 * @param reconstruction {@code [batch, 3, height, width]}, on the scale of the images whatever the network normalizes
 * @param logits of normal and anomalous, {@code [batch, 2, height, width]}
 * @param sspcabInput what goes into the SSPCAB block, where there is one
 * @param sspcabOutput what comes out of it
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

    /** Returns the map as the graph gives it, {@code [batch, height, width]}: smoothed where the options say so. */
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
