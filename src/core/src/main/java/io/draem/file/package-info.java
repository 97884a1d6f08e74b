/** Changes of files that survive a power failure. */
@NullMarked
package io.draem.file;

import org.jspecify.annotations.NullMarked;
