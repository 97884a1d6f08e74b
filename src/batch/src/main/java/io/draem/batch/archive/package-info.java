/** Finds the images of an archive, and divides them into tasks of about the same size. */
@NullMarked
package io.draem.batch.archive;

import org.jspecify.annotations.NullMarked;
