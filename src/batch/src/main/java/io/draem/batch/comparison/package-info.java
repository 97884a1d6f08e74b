/** Compares the scores of two models, or of two thresholds, image by image and by label. */
@NullMarked
package io.draem.batch.comparison;

import org.jspecify.annotations.NullMarked;
