/** Who may use the service and how often: keys from a file, and a limit of requests for each. */
@NullMarked
package io.draem.service.security;

import org.jspecify.annotations.NullMarked;
