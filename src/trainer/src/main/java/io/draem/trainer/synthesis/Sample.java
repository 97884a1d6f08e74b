package io.draem.trainer.synthesis;

/**
 * One training sample.
 *
 * @param clean the normal image, {@code [3, height, width]}, 0 to 1: what the reconstruction should be
 * @param augmented the same with the synthetic anomaly: what the network sees; {@code clean} itself where there is none
 * @param mask {@code [height, width]}, 1 where the anomaly is, else 0
 * @param anomalous whether there is one; then the mask holds at least one pixel
 */
public record Sample(float[] clean, float[] augmented, float[] mask, boolean anomalous) {}
