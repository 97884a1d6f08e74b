/** Decodes untrusted image bytes to RGB and to the input tensor of the network. */
@NullMarked
package io.draem.image;

import org.jspecify.annotations.NullMarked;
