package io.draem.batch.scoring;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.draem.batch.archive.Columns;
import io.draem.batch.model.ShippedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/** What earlier rows leave to score, and how they become one table with those of a run. */
final class ScoreTable {

    private ScoreTable() {}

    /** Returns the images that have no score of the model, or have changed. */
    static Dataset<Row> missing(Dataset<Row> listed, Dataset<Row> before, ShippedModel model) {
        Dataset<Row> done = before.where(col(ScoreSchema.ERROR)
                        .isNull()
                        .and(col(ScoreSchema.MODEL_DIGEST).equalTo(model.digest())))
                .select(
                        col(Columns.PATH).as("donePath"),
                        col(ScoreSchema.SIZE).as("doneSize"),
                        col(Columns.MODIFIED).as("doneModified"),
                        col(ScoreSchema.DIGEST).as("doneDigest"));
        Column same = col(Columns.PATH)
                .equalTo(col("donePath"))
                .and(col(Columns.LENGTH).equalTo(col("doneSize")))
                .and(col(Columns.MODIFIED).eqNullSafe(col("doneModified")))
                .and(col(Columns.CONTENT_DIGEST)
                        .isNull()
                        .or(col(Columns.CONTENT_DIGEST).equalTo(col("doneDigest"))));
        return listed.join(done, same, "left_anti");
    }

    /**
     * Returns the rows of all images: those of this run, and the newest of the others. Carried columns are those of this
     * run's list, so that a label that was added or corrected needs no new score.
     */
    static Dataset<Row> of(
            @Nullable Dataset<Row> before, @Nullable Dataset<Row> now, Dataset<Row> listed, List<StructField> carried) {
        if (before == null) {
            return Objects.requireNonNull(now);
        }
        Dataset<Row> kept = now == null ? before : before.join(now.select(Columns.PATH), Columns.PATH, "left_anti");
        kept = carried.isEmpty() ? kept : relabeled(kept, listed, carried);
        return now == null ? kept : kept.unionByName(now, true);
    }

    private static Dataset<Row> relabeled(Dataset<Row> kept, Dataset<Row> listed, List<StructField> carried) {
        String prefix = "listed ";
        List<Column> labels = new ArrayList<>(List.of(col(Columns.PATH).as(prefix + Columns.PATH)));
        carried.forEach(field -> labels.add(quoted(field.name()).as(prefix + field.name())));
        Column isListed = quoted(prefix + Columns.PATH).isNotNull();
        List<String> names = new ArrayList<>(Arrays.asList(kept.columns()));
        carried.stream()
                .map(StructField::name)
                .filter(name -> !names.contains(name))
                .forEach(names::add);
        List<String> had = Arrays.asList(kept.columns());
        Column[] columns = names.stream()
                .map(name -> {
                    if (carried.stream().noneMatch(field -> field.name().equals(name))) {
                        return quoted(name);
                    }
                    Column own = had.contains(name) ? quoted(name) : lit(null);
                    return when(isListed, quoted(prefix + name)).otherwise(own).as(name);
                })
                .toArray(Column[]::new);
        return kept.join(
                        listed.select(labels.toArray(Column[]::new)),
                        col(Columns.PATH).equalTo(quoted(prefix + Columns.PATH)),
                        "left")
                .select(columns);
    }

    private static Column quoted(String name) {
        return col("`" + name.replace("`", "``") + "`");
    }
}
