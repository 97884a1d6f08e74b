/** The doors: HTTP in, JSON, pictures and problem documents out. */
@NullMarked
package io.draem.service.api;

import org.jspecify.annotations.NullMarked;
