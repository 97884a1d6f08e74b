/** The command line of the batch application: parses, calls and prints. */
@NullMarked
package io.draem.batch.cli;

import org.jspecify.annotations.NullMarked;
