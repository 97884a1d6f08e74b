package io.draem.trainer.network;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Per-channel normalization of the input, {@code (x - mean) / std}, for networks that were trained with it. It is a part
 * of the network and of its graph: images go in as RGB from 0 to 1, and reconstructions come out in the same range.
 *
 * <p>It cannot be folded into the first convolution, which pads the normalized image with zeros.
 *
 * @param mean of red, green and blue, on the scale from 0 to 1
 * @param std standard deviations of the three, above 0
 */
public record InputNormalization(List<Double> mean, List<Double> std) {

    /** That of networks pretrained on ImageNet, which anomalib 0.x and 1.0 to 1.1 apply unless configured otherwise. */
    public static final InputNormalization IMAGENET =
            new InputNormalization(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));

    private static final int CHANNELS = 3;
    private static final double LARGEST = 1e4;
    private static final double SMALLEST = 1e-4;

    /** Throws {@link IllegalArgumentException} unless there are three finite means and three deviations above 0. */
    public InputNormalization {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (mean.size() != CHANNELS
                || std.size() != CHANNELS
                || !mean.stream().allMatch(value -> Math.abs(value) <= LARGEST)
                || !std.stream().allMatch(value -> value >= SMALLEST && value <= LARGEST)) {
            throw new IllegalArgumentException("An input normalization has a mean and a standard deviation from "
                    + SMALLEST + " to " + LARGEST + " for each of three channels, not " + mean + " and " + std);
        }
    }

    /** Returns what an image is multiplied by, per channel, before {@link #offset} is added. */
    public float[] scale() {
        return perChannel((center, deviation) -> 1 / deviation);
    }

    /** Returns what is added to the scaled image, per channel. */
    public float[] offset() {
        return perChannel((center, deviation) -> -center / deviation);
    }

    /** Returns what a normalized image is multiplied by, per channel, before {@link #inverseOffset} is added. */
    public float[] inverseScale() {
        return perChannel((center, deviation) -> deviation);
    }

    /** Returns what is added to give the image again, per channel. */
    public float[] inverseOffset() {
        return perChannel((center, deviation) -> center);
    }

    /** Returns normalized images, {@code [batch, 3, height, width]}, in the type and on the device of the images. */
    Tensor normalize(Tensor images) {
        return scaled(images, scale(), offset());
    }

    /** Returns the images that were normalized. */
    Tensor restore(Tensor normalized) {
        return scaled(normalized, inverseScale(), inverseOffset());
    }

    /** Returns the words after "normalized with". */
    @Override
    public String toString() {
        return equals(IMAGENET) ? "mean and deviation of ImageNet" : "mean " + mean + " and deviation " + std;
    }

    private float[] perChannel(DoubleBinaryOperator value) {
        float[] values = new float[CHANNELS];
        for (int i = 0; i < CHANNELS; i++) {
            values[i] = (float) value.applyAsDouble(mean.get(i), std.get(i));
        }
        return values;
    }

    private static Tensor scaled(Tensor images, float[] scale, float[] offset) {
        return torch.add(
                torch.mul(images, channels(scale).to(images)), channels(offset).to(images));
    }

    private static Tensor channels(float[] values) {
        return Tensor.create(values, 1, CHANNELS, 1, 1);
    }
}
