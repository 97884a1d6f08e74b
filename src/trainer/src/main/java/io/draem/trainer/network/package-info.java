/** DRÆM's two sub-networks in libtorch, at any widths, under the parameter names of anomalib's {@code DraemModel}. */
@NullMarked
package io.draem.trainer.network;

import org.jspecify.annotations.NullMarked;
