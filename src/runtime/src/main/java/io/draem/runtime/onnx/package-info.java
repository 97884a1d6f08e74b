/** Opens graphs in ONNX Runtime, checks their contract, chooses the execution provider and runs them. */
@NullMarked
package io.draem.runtime.onnx;

import org.jspecify.annotations.NullMarked;
