package io.draem.trainer.synthesis;

/**
 * One training sample.
 *
 * @param clean the normal image, {@code [3, height, width]}, 0 to 1: the target of the reconstruction
 * @param augmented the same with the synthetic anomaly, the network's input; {@code clean} itself without one
 * @param mask {@code [height, width]}, 1 in the anomaly, otherwise 0
 * @param anomalous whether there is one; then the mask holds at least one pixel
 */
public record Sample(float[] clean, float[] augmented, float[] mask, boolean anomalous) {}
