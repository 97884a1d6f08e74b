/**
 * Runs a model over labelled images: thresholds, score ranges, ranking figures and sizes of defects. It has more than 20
 * classes because sets of images, the models that run over them and the figures share package-private parts.
 */
@NullMarked
package io.draem.trainer.evaluation;

import org.jspecify.annotations.NullMarked;
