package io.draem.trainer.network;

import io.draem.trainer.network.BatchNorm.Mode;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** 3×3 convolutions, each followed by batch norm and ReLU; the unit that both sub-networks are built of. */
final class ConvolutionBlock implements Layer {

    private record Step(Convolution convolution, BatchNorm norm) {

        static Step of(Weights weights, Mode mode, String block, int position, int inputs, int outputs) {
            return new Step(
                    new Convolution(weights, block + "." + position, inputs, outputs, 3),
                    new BatchNorm(weights, mode, block + "." + (position + 1), outputs));
        }

        Tensor forward(Tensor input) {
            Tensor output = norm.forward(convolution.forward(input));
            torch.relu_(output); // what it returns is only another reference to the same native object
            return output;
        }
    }

    private final boolean upSampling;
    private final List<Step> steps;

    private ConvolutionBlock(boolean upSampling, List<Step> steps) {
        this.upSampling = upSampling;
        this.steps = steps;
    }

    /** Two convolutions, {@code inputs → middle → outputs} channels, height and width kept. */
    static ConvolutionBlock twice(Weights weights, Mode mode, String name, int inputs, int middle, int outputs) {
        return new ConvolutionBlock(
                false,
                List.of(
                        Step.of(weights, mode, name, 0, inputs, middle),
                        Step.of(weights, mode, name, 3, middle, outputs)));
    }

    /** Bilinear up-sampling to double height and width (corners aligned), then one convolution. */
    static ConvolutionBlock up(Weights weights, Mode mode, String name, int inputs, int outputs) {
        // The up-sampling itself is position 0 of the block.
        return new ConvolutionBlock(true, List.of(Step.of(weights, mode, name, 1, inputs, outputs)));
    }

    @Override
    public Tensor forward(Tensor input) {
        return Scopes.keep(() -> {
            Tensor output = upSampling ? doubled(input) : input;
            for (Step step : steps) {
                output = step.forward(output);
            }
            return output;
        });
    }

    private static Tensor doubled(Tensor input) {
        return torch.upsample_bilinear2d(input, new long[] {2 * input.size(2), 2 * input.size(3)}, true);
    }
}
