package io.draem.trainer.network;

import io.draem.trainer.network.TensorSource.Role;
import java.util.List;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Predicts each position from the four that are two rows and two columns away, then weights the channels (arXiv
 * 2111.09099).
 *
 * <p>As in anomalib, no ReLU follows the sum of the four convolutions.
 */
final class Sspcab implements Layer {

    private static final int DISTANCE = 2; // kernel 1, dilation 1
    private static final int REDUCTION = 8;

    private final List<Convolution> corners;
    private final Linear squeeze;
    private final Linear excite;

    Sspcab(Weights weights, String name, int channels) {
        corners = List.of(
                new Convolution(weights, name + ".masked_conv1", channels, channels, 1),
                new Convolution(weights, name + ".masked_conv2", channels, channels, 1),
                new Convolution(weights, name + ".masked_conv3", channels, channels, 1),
                new Convolution(weights, name + ".masked_conv4", channels, channels, 1));
        squeeze = new Linear(weights, name + ".attention_module.fc1", channels, channels / REDUCTION);
        excite = new Linear(weights, name + ".attention_module.fc2", channels / REDUCTION, channels);
    }

    @Override
    public Tensor forward(Tensor input) {
        return Scopes.keep(() -> {
            Tensor padded = torch.pad(input, DISTANCE, DISTANCE, DISTANCE, DISTANCE);
            Tensor sum = predicted(padded, 0)
                    .add(predicted(padded, 1))
                    .add(predicted(padded, 2))
                    .add(predicted(padded, 3));
            return sum.mul(attention(sum));
        });
    }

    /** Returns what the corner (row by row) of the input's size says of the position in the middle. */
    private Tensor predicted(Tensor padded, int corner) {
        int span = 2 * DISTANCE;
        Tensor rows = padded.narrow(2, corner / 2 * span, padded.size(2) - span);
        return corners.get(corner).forward(rows.narrow(3, corner % 2 * span, padded.size(3) - span));
    }

    /** Returns a weight from 0 to 1 for each channel: {@code [batch, channels, 1, 1]}. */
    private Tensor attention(Tensor features) {
        Tensor mean = features.mean(new long[] {2, 3}, false, new ScalarTypeOptional());
        Tensor weight = excite.forward(torch.relu(squeeze.forward(mean))).sigmoid();
        return weight.reshape(features.size(0), features.size(1), 1, 1);
    }

    private record Linear(Tensor weight, Tensor bias) {

        Linear(Weights weights, String name, int inputs, int outputs) {
            this(
                    weights.add(name + ".weight", Role.LINEAR_WEIGHT, outputs, inputs),
                    weights.add(name + ".bias", Role.BIAS, outputs));
        }

        Tensor forward(Tensor input) {
            return torch.linear(input, weight, new TensorOptional(bias));
        }
    }
}
