/** Writes a trained network as one ONNX graph, and refuses to when the graph does not say what libtorch says. */
@NullMarked
package io.draem.trainer.onnxexport;

import org.jspecify.annotations.NullMarked;
