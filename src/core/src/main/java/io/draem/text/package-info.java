/** Text helpers that several modules share: safe text for logs and responses, file names, digests, names of platforms. */
@NullMarked
package io.draem.text;

import org.jspecify.annotations.NullMarked;
