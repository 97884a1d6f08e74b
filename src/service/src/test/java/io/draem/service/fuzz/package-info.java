/** Throws broken input at the service, the same for the same seed. */
package io.draem.service.fuzz;
