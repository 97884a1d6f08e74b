/**
 * DRÆM's two sub-networks in libtorch, at any widths, with the parameter names of anomalib's {@code DraemModel}. It has more
 * than 20 classes so that layers and weights stay package-private.
 */
@NullMarked
package io.draem.trainer.network;

import org.jspecify.annotations.NullMarked;
