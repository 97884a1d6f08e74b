/** Measures the service and what it stands beside; run as programs, never by the tests. */
package io.draem.service.benchmark;
