/**
 * Decodes untrusted image bytes to RGB and to the input tensor of the network. The readers of all formats are in one
 * package, since they share headers, samples and rows that nothing else may see.
 */
@NullMarked
package io.draem.image;

import org.jspecify.annotations.NullMarked;
