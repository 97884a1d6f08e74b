/** A graph on its way from a file to the sessions of the executors. */
@NullMarked
package io.draem.batch.model;

import org.jspecify.annotations.NullMarked;
