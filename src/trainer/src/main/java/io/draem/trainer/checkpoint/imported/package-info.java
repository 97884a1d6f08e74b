/** Reads networks that anomalib or the official repository trained, out of pickles that are never run. */
@NullMarked
package io.draem.trainer.checkpoint.imported;

import org.jspecify.annotations.NullMarked;
