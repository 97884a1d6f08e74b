/** Writes what is known of a model as one HTML page that needs nothing beside it. */
@NullMarked
package io.draem.trainer.report;

import org.jspecify.annotations.NullMarked;
