package io.draem.batch.scoring;

import io.draem.text.Counted;
import java.util.Locale;

/**
 * What a run of {@code score} has done.
 *
 * @param images images of the archive
 * @param scored images that were scored, with and without an error
 * @param anomalous anomalous ones of those
 * @param errors those without a score
 * @param rows rows of the table
 * @param seconds that the run took
 */
public record ScoreResult(long images, long scored, long anomalous, long errors, long rows, double seconds) {

    /** Returns the numbers in a sentence. */
    @Override
    public String toString() {
        long others = rows - images;
        return String.format(
                Locale.ROOT,
                "%s: %d scored (%d anomalous, %d normal), %d without a score for an error, %d skipped as scored before;"
                        + " the table has %s%s; %.1f s%s",
                Counted.of(images, "image"),
                scored - errors,
                anomalous,
                scored - anomalous - errors,
                errors,
                images - scored,
                Counted.of(rows, "row"),
                others == 0 ? "" : ", " + others + " of images that are not in --images",
                seconds,
                scored == 0 ? "" : String.format(Locale.ROOT, ", %.1f images/s", scored / Math.max(seconds, 1e-3)));
    }
}
