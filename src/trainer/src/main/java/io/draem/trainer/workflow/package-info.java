/** What a command does from start to end: training, import, export, evaluation, prediction and publishing. */
@NullMarked
package io.draem.trainer.workflow;

import org.jspecify.annotations.NullMarked;
