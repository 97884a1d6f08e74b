/** Tensor files (safetensors) read without trusting them and written so that no half file is ever seen. */
@NullMarked
package io.draem.tensor;

import org.jspecify.annotations.NullMarked;
