/** Scores images in the executors, and keeps the rows of all runs as one table. */
@NullMarked
package io.draem.batch.scoring;

import org.jspecify.annotations.NullMarked;
