/** Image bytes from anywhere, not trusted, to the float tensor that the network sees. */
@NullMarked
package io.draem.image;

import org.jspecify.annotations.NullMarked;
