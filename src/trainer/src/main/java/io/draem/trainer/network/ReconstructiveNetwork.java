package io.draem.trainer.network;

import io.draem.trainer.network.BatchNorm.Mode;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** An auto-encoder without skips that learns to reconstruct the image without its anomalies. */
final class ReconstructiveNetwork {

    /** Reconstruction {@code [batch, 3, height, width]}; with SSPCAB also what went into that block and came out. */
    record Result(
            Tensor reconstruction,
            @Nullable Tensor sspcabInput,
            @Nullable Tensor sspcabOutput) {}

    private final List<Layer> encoder;
    private final Layer bottom;
    private final List<Layer> decoder;
    private final Convolution output;

    ReconstructiveNetwork(Weights weights, Mode mode, int base, boolean sspcab) {
        String encoderName = "reconstructive_subnetwork.encoder.";
        encoder = List.of(
                ConvolutionBlock.twice(weights, mode, encoderName + "block1", 3, base, base),
                ConvolutionBlock.twice(weights, mode, encoderName + "block2", base, 2 * base, 2 * base),
                ConvolutionBlock.twice(weights, mode, encoderName + "block3", 2 * base, 4 * base, 4 * base),
                ConvolutionBlock.twice(weights, mode, encoderName + "block4", 4 * base, 8 * base, 8 * base));
        bottom = sspcab
                ? new Sspcab(weights, encoderName + "block5", 8 * base)
                : ConvolutionBlock.twice(weights, mode, encoderName + "block5", 8 * base, 8 * base, 8 * base);
        String decoderName = "reconstructive_subnetwork.decoder.";
        decoder = List.of(
                ConvolutionBlock.up(weights, mode, decoderName + "up1", 8 * base, 8 * base),
                ConvolutionBlock.twice(weights, mode, decoderName + "db1", 8 * base, 8 * base, 4 * base),
                ConvolutionBlock.up(weights, mode, decoderName + "up2", 4 * base, 4 * base),
                ConvolutionBlock.twice(weights, mode, decoderName + "db2", 4 * base, 4 * base, 2 * base),
                ConvolutionBlock.up(weights, mode, decoderName + "up3", 2 * base, 2 * base),
                ConvolutionBlock.twice(weights, mode, decoderName + "db3", 2 * base, 2 * base, base),
                ConvolutionBlock.up(weights, mode, decoderName + "up4", base, base),
                ConvolutionBlock.twice(weights, mode, decoderName + "db4", base, base, base));
        output = new Convolution(weights, decoderName + "fin_out.0", base, 3, 3);
    }

    Result forward(Tensor images) {
        Tensor features = images;
        for (Layer block : encoder) {
            Tensor input = features;
            features = Scopes.keep(() -> Layer.pooled(block.forward(input)));
        }
        Tensor sspcabInput = bottom instanceof Sspcab ? features : null;
        features = bottom.forward(features);
        Tensor sspcabOutput = bottom instanceof Sspcab ? features : null;
        for (Layer block : decoder) {
            features = block.forward(features);
        }
        return new Result(output.forward(features), sspcabInput, sspcabOutput);
    }
}
