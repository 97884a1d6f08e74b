/** From folders of images to batches for the training loop: what is there, whether it can be read, what comes when. */
@NullMarked
package io.draem.trainer.data;

import org.jspecify.annotations.NullMarked;
