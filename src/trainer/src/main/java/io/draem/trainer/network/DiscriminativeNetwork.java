package io.draem.trainer.network;

import io.draem.trainer.network.BatchNorm.Mode;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** A U-net that compares an image with its reconstruction and separates normal from anomalous pixels. */
final class DiscriminativeNetwork {

    private static final String DECODER = "discriminative_subnetwork.decoder_segment.";
    private static final String OUTPUT = "fin_out.0";

    private final List<Layer> encoder;
    private final List<Stage> decoder;
    private final Convolution output;

    /** One step of the decoder: up-sample, put the encoder's features of that size behind, convolve. */
    private record Stage(Layer up, Layer block) {

        Tensor forward(Tensor features, Tensor skip) {
            return Scopes.keep(() -> block.forward(torch.cat(new TensorVector(up.forward(features), skip), 1)));
        }
    }

    DiscriminativeNetwork(Weights weights, Mode mode, int base) {
        String encoderName = "discriminative_subnetwork.encoder_segment.";
        encoder = List.of(
                ConvolutionBlock.twice(weights, mode, encoderName + "block1", 6, base, base),
                ConvolutionBlock.twice(weights, mode, encoderName + "block2", base, 2 * base, 2 * base),
                ConvolutionBlock.twice(weights, mode, encoderName + "block3", 2 * base, 4 * base, 4 * base),
                ConvolutionBlock.twice(weights, mode, encoderName + "block4", 4 * base, 8 * base, 8 * base),
                ConvolutionBlock.twice(weights, mode, encoderName + "block5", 8 * base, 8 * base, 8 * base),
                ConvolutionBlock.twice(weights, mode, encoderName + "block6", 8 * base, 8 * base, 8 * base));
        decoder = List.of(
                stage(weights, mode, DECODER, "_b", 8 * base, 8 * base, 8 * base),
                stage(weights, mode, DECODER, "1", 8 * base, 4 * base, 8 * base),
                stage(weights, mode, DECODER, "2", 4 * base, 2 * base, 4 * base),
                stage(weights, mode, DECODER, "3", 2 * base, base, 2 * base),
                stage(weights, mode, DECODER, "4", base, base, base));
        output = new Convolution(weights, DECODER + OUTPUT, base, 2, 3);
    }

    /** Returns the same tensors, but biases of the logits with which a pixel is anomalous with that probability. */
    static TensorSource withPrior(TensorSource source, double anomalous) {
        return (name, role, shape) -> Scopes.keep(() -> {
            Tensor tensor = source.take(name, role, shape);
            if (name.equals(DECODER + OUTPUT + ".bias")) {
                double margin = Math.log((1 - anomalous) / anomalous);
                tensor.select(0, 0).fill_(new Scalar(margin / 2));
                tensor.select(0, 1).fill_(new Scalar(-margin / 2));
            }
            return tensor;
        });
    }

    private static Stage stage(
            Weights weights, Mode mode, String decoder, String suffix, int inputs, int outputs, int skipped) {
        return new Stage(
                ConvolutionBlock.up(weights, mode, decoder + "up" + suffix, inputs, outputs),
                ConvolutionBlock.twice(weights, mode, decoder + "db" + suffix, outputs + skipped, outputs, outputs));
    }

    /** Returns the logits of normal and anomalous, {@code [batch, 2, height, width]}. */
    Tensor forward(Tensor images, Tensor reconstruction) {
        Tensor features = torch.cat(new TensorVector(images, reconstruction), 1);
        List<Tensor> skips = new ArrayList<>();
        for (int i = 0; i < encoder.size(); i++) {
            features = encoder.get(i).forward(i == 0 ? features : Layer.pooled(features));
            skips.add(features);
        }
        int skip = skips.size() - 1; // the last block's features start the decoder
        for (Stage stage : decoder) {
            features = stage.forward(features, skips.get(--skip));
        }
        return output.forward(features);
    }
}
