package io.draem.trainer.network;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A Gaussian over the anomaly map, as SPADE has it (arXiv 2005.02357) and anomalib's PaDiM and PatchCore (standard
 * deviation 4 of 224 or 256 pixels). Neighbouring pixels of a defect confirm each other, and lone pixels count for less.
 *
 * <p>It is separable: the kernel is applied along rows and then along columns, on a map whose outermost pixels are repeated
 * outwards. What rounding lifts above 1 is cut to 1, so that the map stays one of probabilities.
 */
public final class MapSmoothing {

    /** The kernel ends that many standard deviations from its middle, where it has fallen to 0.0003. */
    private static final int REACH = 4;

    private final float[] kernel;

    /** Makes the Gaussian of a standard deviation above 0, in pixels of the map. */
    public MapSmoothing(double sigma) {
        int radius = (int) Math.ceil(REACH * sigma);
        double[] weights = new double[2 * radius + 1];
        for (int i = 0; i < weights.length; i++) {
            double distance = (i - radius) / sigma;
            weights[i] = Math.exp(-distance * distance / 2);
        }
        double sum = Arrays.stream(weights).sum();
        kernel = new float[weights.length];
        for (int i = 0; i < weights.length; i++) {
            kernel[i] = (float) (weights[i] / sum);
        }
    }

    /** Returns the odd number of weights along one axis, which sum up to 1; not copied. */
    public float[] kernel() {
        return kernel;
    }

    /** Returns maps {@code [batch, height, width]} smoothed, in the type and on the device of the maps. */
    Tensor of(Tensor maps) {
        int radius = kernel.length / 2;
        Tensor padded = torch.replication_pad2d(maps.unsqueeze(1), radius, radius, radius, radius);
        Tensor along = torch.conv2d(padded, weights(1, kernel.length).to(maps));
        Tensor both = torch.conv2d(along, weights(kernel.length, 1).to(maps));
        return torch.minimum(both, torch.ones_like(both)).squeeze(1);
    }

    private Tensor weights(int height, int width) {
        return Tensor.create(kernel, 1, 1, height, width);
    }
}
