/** From raw anomaly maps and scores to thresholds, verdicts, regions and ranking metrics. */
@NullMarked
package io.draem.score;

import org.jspecify.annotations.NullMarked;
