/** Trains several recipes on several sets and compares what they reach. */
@NullMarked
package io.draem.trainer.comparison;

import org.jspecify.annotations.NullMarked;
