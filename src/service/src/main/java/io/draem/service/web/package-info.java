/** Filters, valves, problem documents and the context of a request: what every endpoint shares. */
@NullMarked
package io.draem.service.web;

import org.jspecify.annotations.NullMarked;
