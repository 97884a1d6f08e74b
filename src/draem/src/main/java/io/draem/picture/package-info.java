/** Images of a result: anomaly maps and masks as PNG, and overlays. */
@NullMarked
package io.draem.picture;

import org.jspecify.annotations.NullMarked;
