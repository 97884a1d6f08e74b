/**
 * Writes a trained network as one ONNX graph, and refuses to if the graph does not return what libtorch returns. It has more
 * than 20 classes because the writers of float32, float16 and int8 graphs share package-private operators.
 */
@NullMarked
package io.draem.trainer.onnxexport;

import org.jspecify.annotations.NullMarked;
