package io.draem.trainer.network;

import io.draem.trainer.network.TensorSource.Role;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** A convolution with bias, stride 1, padded so that a 3×3 kernel keeps height and width. */
final class Convolution {

    private static final long[] ONE = {1, 1};

    private final Tensor weight;
    private final Tensor bias;
    private final long[] padding;

    Convolution(Weights weights, String name, int inputs, int outputs, int kernel) {
        weight = weights.add(name + ".weight", Role.CONVOLUTION_WEIGHT, outputs, inputs, kernel, kernel);
        bias = weights.add(name + ".bias", Role.BIAS, outputs);
        padding = new long[] {kernel / 2, kernel / 2};
    }

    Tensor forward(Tensor input) {
        return torch.conv2d(input, weight, new TensorOptional(bias), ONE, padding, ONE, 1);
    }
}
