/** Calibrations, verdicts and regions from anomaly maps and raw scores. */
@NullMarked
package io.draem.score;

import org.jspecify.annotations.NullMarked;
