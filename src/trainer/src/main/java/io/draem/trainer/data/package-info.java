/**
 * From folders and manifests of images to the batches of a training: layouts, checks, splits, decoded images and loading.
 * It has more than 20 classes because the readers of layouts and manifests share package-private parts with the checks, and
 * the stores with the readers of files.
 */
@NullMarked
package io.draem.trainer.data;

import org.jspecify.annotations.NullMarked;
