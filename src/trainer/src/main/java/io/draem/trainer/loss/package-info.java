/** DRÆM's training loss and its parts. */
@NullMarked
package io.draem.trainer.loss;

import org.jspecify.annotations.NullMarked;
