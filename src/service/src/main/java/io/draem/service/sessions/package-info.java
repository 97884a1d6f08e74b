/** Sessions of models within a budget of memory: opened at the start or by the run that needs them, and closed for others. */
@NullMarked
package io.draem.service.sessions;

import org.jspecify.annotations.NullMarked;
