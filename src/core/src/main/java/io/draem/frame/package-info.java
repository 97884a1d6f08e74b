/** How an image becomes the inputs of a network, and how what the network returns for them becomes one anomaly map. */
@NullMarked
package io.draem.frame;

import org.jspecify.annotations.NullMarked;
