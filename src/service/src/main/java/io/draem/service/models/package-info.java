/**
 * Finds models in their directory, loads them and decides which version answers. It has more than 20 classes so that only
 * the repository and the models it lends are public.
 */
@NullMarked
package io.draem.service.models;

import org.jspecify.annotations.NullMarked;
