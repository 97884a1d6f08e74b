/** Makes training samples from normal images alone: Perlin masks, textures, augmenters and the blend of the three. */
@NullMarked
package io.draem.trainer.synthesis;

import org.jspecify.annotations.NullMarked;
