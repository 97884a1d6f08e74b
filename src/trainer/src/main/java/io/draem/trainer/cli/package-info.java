/** The picocli commands and their option groups: they parse, call the workflow and print. */
@NullMarked
package io.draem.trainer.cli;

import org.jspecify.annotations.NullMarked;
