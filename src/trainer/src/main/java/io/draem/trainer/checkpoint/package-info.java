/** Tensor files (safetensors), read without trusting them and written atomically. */
@NullMarked
package io.draem.trainer.checkpoint;

import org.jspecify.annotations.NullMarked;
