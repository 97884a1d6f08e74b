package io.draem.batch.scoring;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;

import io.draem.batch.BatchException;
import io.draem.batch.archive.Columns;
import io.draem.batch.model.ShippedModel;
import io.draem.text.SafeText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/** What earlier rows leave to score, and how they become one table with those of a run. */
final class ScoreTable {

    private static final String DONE = Columns.INTERNAL + "done";

    /** Columns that are read of tables. */
    private static final List<String> READ =
            List.of(Columns.PATH, ScoreSchema.DIGEST, "score", "threshold", ScoreSchema.MODEL_DIGEST);

    private ScoreTable() {}

    /**
     * Reads a table.
     *
     * @throws BatchException if the file with its columns cannot be read, or it is no table of scores
     */
    static Dataset<Row> read(SparkSession spark, String folder) throws BatchException {
        Dataset<Row> rows;
        try {
            rows = spark.read().parquet(folder);
        } catch (Exception e) { // Spark's own are not declared
            throw new BatchException(
                    folder + " cannot be read: " + BatchException.reason(e)
                            + ". Check the access to it, and run the same command again; if its files are damaged, restore them",
                    e);
        }
        List<String> columns = Arrays.asList(rows.columns());
        if (!columns.containsAll(READ)) {
            throw new BatchException(folder + " is no table of scores: it lacks "
                    + READ.stream().filter(name -> !columns.contains(name)).collect(Collectors.joining(", "))
                    + ". Name the --output of a score");
        }
        return rows;
    }

    /** Returns one row per image, the one of the last run. */
    static Dataset<Row> newest(Dataset<Row> rows) {
        String rank = Columns.INTERNAL + "rank";
        Column order = row_number()
                .over(Window.partitionBy(Columns.PATH)
                        .orderBy(col(ScoreSchema.RUN).desc()));
        return rows.withColumn(rank, order).where(col(rank).equalTo(1)).drop(rank);
    }

    /** Returns the highest number of a run; 0 without rows. */
    static int lastRun(Dataset<Row> rows) {
        Row most = rows.agg(max(ScoreSchema.RUN)).first();
        return most.isNullAt(0) ? 0 : most.getInt(0);
    }

    /** Checks that each image is in a new table once. */
    static void requireOnce(Dataset<Row> table) {
        Row counts = table.agg(count(lit(1)), countDistinct(Columns.PATH)).first();
        if (counts.getLong(0) != counts.getLong(1)) {
            throw new IllegalStateException("The new table has " + counts.getLong(0) + " rows for " + counts.getLong(1)
                    + " images, and has not replaced the old one");
        }
    }

    /**
     * Requires that carried columns have the names and types of those of earlier rows, with which they become one table.
     *
     * @param images where they come from, for the message
     * @throws BatchException if one differs
     */
    static void requireSameTypes(@Nullable Dataset<Row> before, List<StructField> carried, String images)
            throws BatchException {
        StructField[] earlierFields =
                before == null ? new StructField[0] : before.schema().fields();
        for (StructField field : carried) {
            for (StructField earlier : earlierFields) {
                String type = field.dataType().catalogString();
                String had = earlier.dataType().catalogString();
                boolean isSame = field.name().equals(earlier.name()) && type.equals(had);
                if (field.name().equalsIgnoreCase(earlier.name()) && !isSame) {
                    throw new BatchException("--images " + images + " has the column " + SafeText.of(field.name())
                            + " of type " + type + ", and the rows in --output have " + SafeText.of(earlier.name())
                            + " of type " + had + ": change the column, or name another --output");
                }
            }
        }
    }

    /** Returns the images that have no score of the model by a run of at least this number, or have changed. */
    static Dataset<Row> missing(Dataset<Row> listed, Dataset<Row> before, ShippedModel model, int since) {
        Dataset<Row> done = before.where(col(ScoreSchema.ERROR)
                        .isNull()
                        .and(col(ScoreSchema.RUN).geq(since))
                        .and(col(ScoreSchema.MODEL_DIGEST).equalTo(model.digest())))
                .select(
                        col(Columns.PATH).as(DONE + "Path"),
                        col(ScoreSchema.SIZE).as(DONE + "Size"),
                        col(Columns.MODIFIED).as(DONE + "Modified"),
                        col(ScoreSchema.DIGEST).as(DONE + "Digest"));
        Column same = col(Columns.PATH)
                .equalTo(col(DONE + "Path"))
                .and(col(Columns.LENGTH).equalTo(col(DONE + "Size")))
                .and(col(Columns.MODIFIED).eqNullSafe(col(DONE + "Modified")))
                .and(col(Columns.CONTENT_DIGEST)
                        .isNull()
                        .or(col(Columns.CONTENT_DIGEST).equalTo(col(DONE + "Digest"))));
        return listed.join(done, same, "left_anti");
    }

    /**
     * Returns the rows of all images: those of this run, and the newest of the others. Carried columns are those of this
     * run's list, so that a label that was added or corrected needs no new score; those that the list does not have stay as
     * earlier rows have them.
     */
    static Dataset<Row> of(
            @Nullable Dataset<Row> before, @Nullable Dataset<Row> now, Dataset<Row> listed, List<StructField> carried) {
        if (before == null) {
            return Objects.requireNonNull(now);
        }
        Dataset<Row> kept = now == null ? before : before.join(now.select(Columns.PATH), Columns.PATH, "left_anti");
        kept = carried.isEmpty() ? kept : relabeled(kept, listed, carried);
        return now == null ? kept : kept.unionByName(labeled(now, before), true);
    }

    /** Adds the columns that earlier rows alone have to images that are scored again. */
    private static Dataset<Row> labeled(Dataset<Row> now, Dataset<Row> before) {
        List<String> had = Arrays.asList(now.columns());
        List<Column> more = new ArrayList<>(List.of(col(Columns.PATH)));
        Arrays.stream(before.columns())
                .filter(name -> !had.contains(name))
                .forEach(name -> more.add(Columns.quoted(name)));
        return more.size() == 1 ? now : now.join(before.select(more.toArray(Column[]::new)), Columns.PATH, "left");
    }

    private static Dataset<Row> relabeled(Dataset<Row> kept, Dataset<Row> listed, List<StructField> carried) {
        String prefix = Columns.INTERNAL;
        List<Column> labels = new ArrayList<>(List.of(col(Columns.PATH).as(prefix + Columns.PATH)));
        carried.forEach(field -> labels.add(Columns.quoted(field.name()).as(prefix + field.name())));
        Column isListed = Columns.quoted(prefix + Columns.PATH).isNotNull();
        List<String> names = new ArrayList<>(Arrays.asList(kept.columns()));
        carried.stream()
                .map(StructField::name)
                .filter(name -> !names.contains(name))
                .forEach(names::add);
        List<String> had = Arrays.asList(kept.columns());
        Column[] columns = names.stream()
                .map(name -> {
                    if (carried.stream().noneMatch(field -> field.name().equals(name))) {
                        return Columns.quoted(name);
                    }
                    Column own = had.contains(name) ? Columns.quoted(name) : lit(null);
                    return when(isListed, Columns.quoted(prefix + name))
                            .otherwise(own)
                            .as(name);
                })
                .toArray(Column[]::new);
        return kept.join(
                        listed.select(labels.toArray(Column[]::new)),
                        col(Columns.PATH).equalTo(Columns.quoted(prefix + Columns.PATH)),
                        "left")
                .select(columns);
    }
}
