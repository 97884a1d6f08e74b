/** Describes the HTTP contract; nothing here runs for a detection. */
@NullMarked
package io.draem.service.openapi;

import org.jspecify.annotations.NullMarked;
