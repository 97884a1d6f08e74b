/** Runs a model over whole images: frames become batches of inputs, and the outputs become one map and score per frame. */
@NullMarked
package io.draem.runtime.detection;

import org.jspecify.annotations.NullMarked;
