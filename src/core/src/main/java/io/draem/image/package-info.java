/**
 * Decodes untrusted image bytes to RGB and to the input tensor of the network. It has more than 20 classes because the readers
 * of all formats share headers, samples and rows that nothing else may see.
 */
@NullMarked
package io.draem.image;

import org.jspecify.annotations.NullMarked;
