/**
 * Reads networks of anomalib and of the official repository from pickles that are never executed. It has more than 20 small
 * classes, all but six package-private, so that nothing else reads untrusted pickles.
 */
@NullMarked
package io.draem.trainer.checkpoint.imported;

import org.jspecify.annotations.NullMarked;
