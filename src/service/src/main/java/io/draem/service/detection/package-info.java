/** From the bytes of an image to a verdict in the pixels of that image. */
@NullMarked
package io.draem.service.detection;

import org.jspecify.annotations.NullMarked;
