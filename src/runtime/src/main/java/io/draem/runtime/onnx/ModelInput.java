package io.draem.runtime.onnx;

/**
 * One image as the network sees it.
 *
 * @param pixels {@code [3, height, width]}, RGB, 0 to 1; not copied
 * @param reconstruction whether the answer needs the repaired image
 */
public record ModelInput(float[] pixels, boolean reconstruction) {}
