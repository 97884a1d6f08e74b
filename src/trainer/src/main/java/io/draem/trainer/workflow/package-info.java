/**
 * What a command does from start to end: training, import, export, evaluation, prediction and publishing. It has more than 20
 * classes because the commands share images, thresholds and publishing, which stay package-private.
 */
@NullMarked
package io.draem.trainer.workflow;

import org.jspecify.annotations.NullMarked;
