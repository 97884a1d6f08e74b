/** Names as people type them. */
@NullMarked
package io.draem.text;

import org.jspecify.annotations.NullMarked;
