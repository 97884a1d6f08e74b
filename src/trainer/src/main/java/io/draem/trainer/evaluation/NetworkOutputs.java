package io.draem.trainer.evaluation;

/**
 * What the network gives for a batch of images in evaluation mode, raw; the arrays are not copied.
 *
 * @param scores {@code [count]}
 * @param maps {@code [count, height, width]}
 * @param reconstructions {@code [count, 3, height, width]}
 */
public record NetworkOutputs(float[] scores, float[] maps, float[] reconstructions) {}
