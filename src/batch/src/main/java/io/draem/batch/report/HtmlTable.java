package io.draem.batch.report;

import io.draem.batch.comparison.Extract;
import io.draem.report.Html;
import io.draem.score.Proportion;
import io.draem.text.Counted;
import io.draem.text.SafeText;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** The first rows of a table as HTML; paths, labels and names of models are untrusted. */
final class HtmlTable {

    private HtmlTable() {}

    /** Returns the rows; the caption says where all of them are. */
    static String of(String caption, List<String> headers, Extract table, Function<Row, List<String>> cells) {
        long more = table.all() - table.rows().size();
        return Html.table(caption, headers, table.rows().stream().map(cells).toList())
                + (more == 0 ? "" : "<p>" + Counted.of(more, "more row") + ".</p>\n");
    }

    /** Returns false alarms with the exact interval of their rate; a dash without normal images. */
    static String falseAlarms(Row row) {
        long normal = row.<Long>getAs("normal");
        if (normal == 0) {
            return text(null);
        }
        long above = row.<Long>getAs("falseAlarms");
        Proportion rate = new Proportion(Math.toIntExact(above), Math.toIntExact(normal));
        return above + " of " + normal + ", " + rate.shareText() + " (" + rate.intervalText() + ")";
    }

    /** Returns found defects of all; a dash without any. */
    static String found(Row row) {
        long anomalous = row.<Long>getAs("anomalous");
        return anomalous == 0
                ? text(null)
                : row.<Long>getAs("found") + " of " + anomalous + ", " + percent(row.<Double>getAs("recall"));
    }

    /** Returns a share in percent. */
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    /** Returns a threshold with all its digits: it is often a score, which a rounded one may be on the other side of. */
    static String threshold(@Nullable Object value) {
        return value == null ? text(null) : value.toString();
    }

    /** Returns a value as the cells have it, not yet escaped for HTML. */
    static String text(@Nullable Object value) {
        if (value instanceof Double number) {
            return Html.number(number);
        }
        return value == null ? Html.number(Double.NaN) : SafeText.escaped(value.toString());
    }
}
