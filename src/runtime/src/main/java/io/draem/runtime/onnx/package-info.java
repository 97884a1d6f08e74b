/**
 * Opens graphs in ONNX Runtime, checks their contract, chooses the execution provider and runs them. It has more than 20
 * classes so that sessions, signatures and placements stay package-private.
 */
@NullMarked
package io.draem.runtime.onnx;

import org.jspecify.annotations.NullMarked;
