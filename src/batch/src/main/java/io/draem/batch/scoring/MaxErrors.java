package io.draem.batch.scoring;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Largest number of images without a score after which a run continues. A share is one of the whole archive: files that
 * cannot be read are tried again by each run, and would be most of the images of one that has little else to do.
 *
 * @param count most of them; negative if a share is given
 * @param share most of them as a share of all images of the archive
 */
public record MaxErrors(long count, double share) {

    private static final Pattern FORM = Pattern.compile("(\\d{1,18})|(\\d{1,3}(?:\\.\\d{1,9})?)%");

    /**
     * Reads {@code 100} or {@code 10%}.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static MaxErrors parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (form.matches() && form.group(1) != null) {
            return new MaxErrors(Long.parseLong(form.group(1)), 0);
        }
        if (form.matches() && Double.parseDouble(form.group(2)) <= 100) {
            return new MaxErrors(-1, Double.parseDouble(form.group(2)) / 100);
        }
        throw new IllegalArgumentException("'" + text + "' is neither a number of images nor a share such as 10%");
    }

    /** Returns the largest number for so many images. */
    long of(long images) {
        return count >= 0 ? count : (long) Math.ceil(share * images);
    }

    /** Returns the form that is read. */
    @Override
    public String toString() {
        return count >= 0
                ? String.valueOf(count)
                : String.format(
                        Locale.ROOT, "%s%%", Double.toString(share * 100).replaceAll("\\.0$", ""));
    }
}
