/** Names bytes by their SHA-256. */
@NullMarked
package io.draem.digest;

import org.jspecify.annotations.NullMarked;
