package io.draem.service.detection;

/** One image that a model is asked about. */
public sealed interface PredictionInput {

    /**
     * The network's own input.
     *
     * @param values {@code [3, height, width]} at the model's size, RGB, 0 to 1; not copied
     */
    record Tensor(float[] values) implements PredictionInput {}

    /**
     * An image that is to be decoded and resized.
     *
     * @param image encoded bytes; not copied
     */
    record Encoded(byte[] image) implements PredictionInput {}
}
