package io.draem.runtime.onnx;

/**
 * One image at the network's size.
 *
 * @param pixels {@code [3, height, width]}, RGB, 0 to 1; not copied
 * @param reconstruction whether the output should hold the reconstructed image
 */
public record ModelInput(float[] pixels, boolean reconstruction) {}
