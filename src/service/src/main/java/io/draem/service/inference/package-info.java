/** Runs graphs in ONNX Runtime, on the provider that was proven to work. */
@NullMarked
package io.draem.service.inference;

import org.jspecify.annotations.NullMarked;
