/**
 * The training loop, its options, the optimizer and checkpoints; more than 20 classes because each part of a resumable
 * training has its own.
 */
@NullMarked
package io.draem.trainer.training;

import org.jspecify.annotations.NullMarked;
