/** Draws anomaly maps, masks and overlays, and writes them as PNG. */
@NullMarked
package io.draem.overlay;

import org.jspecify.annotations.NullMarked;
