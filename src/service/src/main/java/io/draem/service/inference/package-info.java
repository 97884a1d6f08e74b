/** Runs graphs in ONNX Runtime on the provider that was proven to work, behind a bounded queue. */
@NullMarked
package io.draem.service.inference;

import org.jspecify.annotations.NullMarked;
