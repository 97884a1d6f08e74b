/** Writes comparisons and sweeps as HTML pages, from the first rows of tables and counts per bin. */
@NullMarked
package io.draem.batch.report;

import org.jspecify.annotations.NullMarked;
