/** Pictures of the answer: anomaly maps and masks as PNG, and overlays to look at. */
@NullMarked
package io.draem.picture;

import org.jspecify.annotations.NullMarked;
