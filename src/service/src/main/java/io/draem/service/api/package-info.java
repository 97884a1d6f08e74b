/**
 * Controllers, request records and response records of {@code /v1}. It has more than 20 classes because each object of the
 * contract is a record of its own.
 */
@NullMarked
package io.draem.service.api;

import org.jspecify.annotations.NullMarked;
