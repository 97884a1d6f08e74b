package io.draem.trainer.checkpoint.imported;

import io.draem.trainer.checkpoint.Tensor;
import java.util.Map;

/**
 * Converts a network with BGR input, whose discriminative sub-network takes reconstruction before image, to RGB input and
 * image before reconstruction.
 *
 * <p>The outputs are identical: only the channels of the first convolutions' filters and of the last reconstructive one
 * are reordered. Reversing all six channels of {@code (reconstruction, image)} in BGR gives {@code (image,
 * reconstruction)} in RGB.
 */
final class ChannelOrder {

    private ChannelOrder() {}

    /** Converts the weights in place; names are anomalib's. Throws {@link IllegalArgumentException} if one is missing. */
    static void fromOfficial(Map<String, Tensor> weights) {
        replace(weights, "reconstructive_subnetwork.encoder.block1.0.weight", 1);
        replace(weights, "reconstructive_subnetwork.decoder.fin_out.0.weight", 0);
        replace(weights, "reconstructive_subnetwork.decoder.fin_out.0.bias", 0);
        replace(weights, "discriminative_subnetwork.encoder_segment.block1.0.weight", 1);
    }

    private static void replace(Map<String, Tensor> weights, String name, int axis) {
        Tensor tensor = weights.get(name);
        if (tensor == null || tensor.shape().length <= axis) {
            throw new IllegalArgumentException("There is no tensor '" + name + "'");
        }
        weights.put(name, reversed(tensor, axis));
    }

    private static Tensor reversed(Tensor tensor, int axis) {
        long[] shape = tensor.shape();
        int outer = 1;
        for (int i = 0; i < axis; i++) {
            outer *= (int) shape[i];
        }
        int sides = (int) shape[axis];
        float[] values = tensor.toFloats();
        int inner = values.length / Math.max(1, outer * sides);
        float[] reversed = new float[values.length];
        for (int o = 0; o < outer; o++) {
            for (int side = 0; side < sides; side++) {
                System.arraycopy(
                        values, (o * sides + side) * inner, reversed, (o * sides + sides - 1 - side) * inner, inner);
            }
        }
        return Tensor.of(reversed, shape);
    }
}
