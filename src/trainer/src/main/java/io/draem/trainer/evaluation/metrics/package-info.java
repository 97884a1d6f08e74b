/** Ranking metrics of labeled scores and pixels, and the thresholds found by them. */
@NullMarked
package io.draem.trainer.evaluation.metrics;

import org.jspecify.annotations.NullMarked;
