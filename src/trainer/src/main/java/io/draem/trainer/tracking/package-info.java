/** What experiment trackers, TensorBoard and MLflow, show of a training. They never slow it and never make it fail. */
@NullMarked
package io.draem.trainer.tracking;

import org.jspecify.annotations.NullMarked;
