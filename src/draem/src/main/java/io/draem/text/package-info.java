/** Names as people type them, and texts from outside as logs and answers can bear them. */
@NullMarked
package io.draem.text;

import org.jspecify.annotations.NullMarked;
