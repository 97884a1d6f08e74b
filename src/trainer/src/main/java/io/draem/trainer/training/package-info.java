/** Training: the loop, its options, the optimizer and checkpoints. */
@NullMarked
package io.draem.trainer.training;

import org.jspecify.annotations.NullMarked;
