/** Writes the lines of a prediction as a table, in CSV or Parquet, one at a time. */
@NullMarked
package io.draem.trainer.table;

import org.jspecify.annotations.NullMarked;
