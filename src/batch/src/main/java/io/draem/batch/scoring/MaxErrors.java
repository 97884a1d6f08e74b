package io.draem.batch.scoring;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Largest number of images without a score after which a run continues. A share is one of the whole archive: files that
 * cannot be read are tried again by each run, and would be most of the images of one that has little else to do.
 *
 * @param count most of them; not used if a share is given
 * @param percent most of them in percent of all images of the archive; null if a number is given
 */
public record MaxErrors(long count, @Nullable BigDecimal percent) {

    private static final BigDecimal ALL = BigDecimal.valueOf(100);

    private static final Pattern FORM = Pattern.compile("(\\d{1,18})|(\\d{1,3}(?:\\.\\d{1,9})?)%");

    /**
     * Reads {@code 100} or {@code 10%}.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static MaxErrors parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (form.matches() && form.group(1) != null) {
            return new MaxErrors(Long.parseLong(form.group(1)), null);
        }
        if (form.matches() && new BigDecimal(form.group(2)).compareTo(ALL) <= 0) {
            return new MaxErrors(0, new BigDecimal(form.group(2)));
        }
        throw new IllegalArgumentException("'" + text + "' is neither a number of images nor a share such as 10%");
    }

    /** Returns the largest number for so many images; a share is rounded up. */
    long of(long images) {
        return percent == null
                ? count
                : percent.multiply(BigDecimal.valueOf(images))
                        .divide(ALL, 0, RoundingMode.CEILING)
                        .longValueExact();
    }

    /** Returns the form that is read. */
    @Override
    public String toString() {
        return percent == null ? String.valueOf(count) : percent.toPlainString() + "%";
    }
}
