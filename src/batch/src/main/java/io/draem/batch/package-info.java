/** What all parts of the batch application use. */
@NullMarked
package io.draem.batch;

import org.jspecify.annotations.NullMarked;
