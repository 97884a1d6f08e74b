/**
 * Finds models in their directory, loads them and decides which version is served. It has more than 20 classes so that only
 * the repository and the models it leases are public.
 */
@NullMarked
package io.draem.service.models;

import org.jspecify.annotations.NullMarked;
