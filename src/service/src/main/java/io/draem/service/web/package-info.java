/**
 * Filters, valves, problem documents and the context of a request: what every endpoint shares. It has more than 20 classes
 * because the web server's connection, body and request context share package-private state.
 */
@NullMarked
package io.draem.service.web;

import org.jspecify.annotations.NullMarked;
