/** Measures a trained network: runs its graph in ONNX Runtime and turns its answers into figures and thresholds. */
@NullMarked
package io.draem.trainer.evaluation;

import org.jspecify.annotations.NullMarked;
