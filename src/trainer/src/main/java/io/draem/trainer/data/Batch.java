package io.draem.trainer.data;

/**
 * The samples of one training step, one after the other.
 *
 * @param step the step that they are for, from 0
 * @param size how many samples
 * @param clean {@code [size, 3, height, width]}, 0 to 1
 * @param augmented {@code [size, 3, height, width]}, 0 to 1
 * @param mask {@code [size, 1, height, width]}, 0 or 1
 */
public record Batch(long step, int size, float[] clean, float[] augmented, float[] mask) {}
