/** Controllers, request records and response records of {@code /v1}. */
@NullMarked
package io.draem.service.api;

import org.jspecify.annotations.NullMarked;
