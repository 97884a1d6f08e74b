/** The command line: what a person types, turned into a training or an evaluation, and errors turned into sentences. */
@NullMarked
package io.draem.trainer;

import org.jspecify.annotations.NullMarked;
