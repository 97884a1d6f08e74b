/** Runs a model over labelled images: thresholds, score ranges and ranking figures. */
@NullMarked
package io.draem.trainer.evaluation;

import org.jspecify.annotations.NullMarked;
