/**
 * The picocli commands and their option groups, which parse, call the workflow and print: one class per command and group,
 * hence more than 20.
 */
@NullMarked
package io.draem.trainer.cli;

import org.jspecify.annotations.NullMarked;
