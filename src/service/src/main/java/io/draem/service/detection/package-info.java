/**
 * From the bytes of an image to a verdict in the pixels of that image. It has more than 20 classes because admission
 * and the budgets of bytes, pixels and pictures, which every step takes part in, report the same package-private
 * failures.
 */
@NullMarked
package io.draem.service.detection;

import org.jspecify.annotations.NullMarked;
