/** Finds models in their directory, opens them and knows which one answers. */
@NullMarked
package io.draem.service.models;

import org.jspecify.annotations.NullMarked;
