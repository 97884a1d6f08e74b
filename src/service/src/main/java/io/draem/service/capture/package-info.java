/** Keeps images of requests with their verdicts and maps, and the labels that people give them. */
@NullMarked
package io.draem.service.capture;

import org.jspecify.annotations.NullMarked;
