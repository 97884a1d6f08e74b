/** From anomaly maps and raw scores to calibrations, verdicts and regions. */
@NullMarked
package io.draem.score;

import org.jspecify.annotations.NullMarked;
