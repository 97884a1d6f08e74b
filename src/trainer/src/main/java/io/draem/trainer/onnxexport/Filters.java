package io.draem.trainer.onnxexport;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.function.IntToDoubleFunction;

/**
 * Weights and bias of one convolution as the graph stores them. They are computed in double precision and narrowed
 * once, so that folding costs no accuracy.
 *
 * @param name what their initializers are called, without {@code .weight} and {@code .bias}
 * @param shape {@code [out, in, height, width]}
 * @param weight float32 in little-endian bytes
 * @param bias float32 in little-endian bytes, one for each output channel
 */
record Filters(String name, long[] shape, byte[] weight, byte[] bias) {

    /** What PyTorch's batch norm adds to the variance, and so does anomalib. */
    private static final double BATCH_NORM_EPSILON = 1e-5;

    /** Returns the weights as numbers, output channel by output channel. */
    FloatBuffer weights() {
        return ByteBuffer.wrap(weight).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    /** Returns the biases as numbers. */
    FloatBuffer biases() {
        return ByteBuffer.wrap(bias).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    /** Takes a 3x3 convolution as it is. */
    static Filters plain(NamedWeights weights, String name, int in, int out) {
        return narrow(
                name,
                new long[] {out, in, 3, 3},
                weights.values(name + ".weight", out, in, 3, 3),
                weights.values(name + ".bias", out));
    }

    /**
     * Takes a 3x3 convolution together with the batch norm that follows it: with
     * {@code s = gamma / sqrt(variance + epsilon)}, weights {@code w * s} and bias {@code (b - mean) * s + beta}.
     */
    static Filters withBatchNorm(NamedWeights weights, String name, String norm, int in, int out) {
        IntToDoubleFunction weight = weights.values(name + ".weight", out, in, 3, 3);
        IntToDoubleFunction bias = weights.values(name + ".bias", out);
        IntToDoubleFunction gamma = weights.values(norm + ".weight", out);
        IntToDoubleFunction beta = weights.values(norm + ".bias", out);
        IntToDoubleFunction mean = weights.values(norm + ".running_mean", out);
        IntToDoubleFunction variance = weights.values(norm + ".running_var", out);
        double[] scale = new double[out];
        for (int o = 0; o < out; o++) {
            scale[o] = gamma.applyAsDouble(o) / Math.sqrt(variance.applyAsDouble(o) + BATCH_NORM_EPSILON);
        }
        int filterSize = in * 9;
        return narrow(
                name,
                new long[] {out, in, 3, 3},
                i -> weight.applyAsDouble(i) * scale[i / filterSize],
                o -> (bias.applyAsDouble(o) - mean.applyAsDouble(o)) * scale[o] + beta.applyAsDouble(o));
    }

    /** Takes a 3x3 convolution with two output channels as one with their difference, the first minus the second. */
    static Filters difference(NamedWeights weights, String name, int in) {
        IntToDoubleFunction weight = weights.values(name + ".weight", 2, in, 3, 3);
        IntToDoubleFunction bias = weights.values(name + ".bias", 2);
        int filterSize = in * 9;
        return narrow(
                name,
                new long[] {1, in, 3, 3},
                i -> weight.applyAsDouble(i) - weight.applyAsDouble(filterSize + i),
                o -> bias.applyAsDouble(0) - bias.applyAsDouble(1));
    }

    /**
     * Takes the four 1x1 convolutions of a masked convolution as one 2x2 kernel: the first sees the pixel to the upper
     * left, the second to the upper right, the third to the lower left, the fourth to the lower right.
     */
    static Filters corners(NamedWeights weights, String name, int channels) {
        IntToDoubleFunction[] weight = new IntToDoubleFunction[4];
        IntToDoubleFunction[] bias = new IntToDoubleFunction[4];
        for (int corner = 0; corner < 4; corner++) {
            String convolution = name + ".masked_conv" + (corner + 1);
            weight[corner] = weights.values(convolution + ".weight", channels, channels, 1, 1);
            bias[corner] = weights.values(convolution + ".bias", channels);
        }
        return narrow(
                name + ".masked_conv",
                new long[] {channels, channels, 2, 2},
                i -> weight[i % 4].applyAsDouble(i / 4),
                o -> bias[0].applyAsDouble(o)
                        + bias[1].applyAsDouble(o)
                        + bias[2].applyAsDouble(o)
                        + bias[3].applyAsDouble(o));
    }

    /** Takes a linear layer as a 1x1 convolution. */
    static Filters linear(NamedWeights weights, String name, int in, int out) {
        return narrow(
                name,
                new long[] {out, in, 1, 1},
                weights.values(name + ".weight", out, in),
                weights.values(name + ".bias", out));
    }

    private static Filters narrow(String name, long[] shape, IntToDoubleFunction weight, IntToDoubleFunction bias) {
        int out = Math.toIntExact(shape[0]);
        int elements = Math.toIntExact(out * shape[1] * shape[2] * shape[3]);
        return new Filters(name, shape, narrow(name, elements, weight), narrow(name, out, bias));
    }

    private static byte[] narrow(String name, int elements, IntToDoubleFunction values) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(elements, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            float value = (float) values.applyAsDouble(i);
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException("The weights of '" + name + "' hold " + value
                        + ": the training has diverged, start it again with a smaller learning rate");
            }
            bytes.putFloat(value);
        }
        return bytes.array();
    }
}
