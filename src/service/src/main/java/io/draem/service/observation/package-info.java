/** Metrics and health, gathered from outside so that the measured code stays free of them. */
@NullMarked
package io.draem.service.observation;

import org.jspecify.annotations.NullMarked;
