/** The application: starts the service and ends it in an order that loses no request. */
@NullMarked
package io.draem.service;

import org.jspecify.annotations.NullMarked;
