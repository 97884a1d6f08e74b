/** Image bytes from anywhere to the float tensor that the network sees, and pictures of the answer back to bytes. */
@NullMarked
package io.draem.image;

import org.jspecify.annotations.NullMarked;
