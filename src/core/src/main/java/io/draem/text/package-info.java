/** Texts and file names from outside, made safe for logs and responses. */
@NullMarked
package io.draem.text;

import org.jspecify.annotations.NullMarked;
