/**
 * Text from outside the process: escapes for logs and responses, the encoding of file names, and the distance of names.
 */
@NullMarked
package io.draem.text;

import org.jspecify.annotations.NullMarked;
