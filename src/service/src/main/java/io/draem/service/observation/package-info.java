/** Metrics, traces, the log of verdicts and health, so that the measured code has none of them. */
@NullMarked
package io.draem.service.observation;

import org.jspecify.annotations.NullMarked;
