/** Evaluates stored scores: compares those of two models or two thresholds, and says what other thresholds would give. */
@NullMarked
package io.draem.batch.comparison;

import org.jspecify.annotations.NullMarked;
