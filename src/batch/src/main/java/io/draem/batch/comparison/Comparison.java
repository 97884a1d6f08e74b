package io.draem.batch.comparison;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.percentile_approx;
import static org.apache.spark.sql.functions.stddev;

import io.draem.batch.BatchException;
import io.draem.batch.archive.Columns;
import io.draem.batch.scoring.ScoreOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;

/**
 * The images that two outputs have in common: of the same path and content. Closing it frees what Spark keeps of them.
 */
public final class Comparison implements AutoCloseable {

    private static final double[] QUANTILES = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};
    private static final int ACCURACY = 10_000;

    private final Dataset<Row> joined;

    /** Those with two scores of the same content. */
    private final Dataset<Row> images;

    private final Dataset<Row> models;

    private final @Nullable Labels labels;

    /**
     * What to compare.
     *
     * @param first output of a {@code score}
     * @param second another one, or the same
     * @param firstThreshold raw image threshold in place of that of the first output's rows; null for those
     * @param secondThreshold likewise
     * @param labels of the manifest; null without
     * @param group column of the manifest that figures by label are given by; null for all images together
     */
    public record Options(
            String first,
            String second,
            @Nullable Double firstThreshold,
            @Nullable Double secondThreshold,
            @Nullable Labels labels,
            @Nullable String group) {}

    private Comparison(Dataset<Row> joined, Dataset<Row> models, @Nullable Labels labels) {
        this.joined = joined;
        this.images = joined.where(bothScores().and(col("firstDigest").eqNullSafe(col("secondDigest"))));
        this.models = models;
        this.labels = labels;
    }

    /**
     * Joins two outputs.
     *
     * @throws BatchException if one has no scores, or not the columns of labels and groups
     */
    public static Comparison of(SparkSession spark, Options options) throws BatchException, IOException {
        Labels labels = options.labels();
        Dataset<Row> first = ScoreOutput.read(spark, options.first());
        Dataset<Row> second = ScoreOutput.read(spark, options.second());
        Dataset<Row> joined = side(first, options.first(), "first", options.firstThreshold(), options)
                .join(
                        side(second, options.second(), "second", options.secondThreshold(), options),
                        Columns.PATH,
                        "full_outer");
        if (labels != null) {
            // The second output has them too if both were made with a manifest.
            joined = joined.withColumn("label", coalesce(col("firstLabel"), col("secondLabel")))
                    .withColumn("group", coalesce(col("firstGroup"), col("secondGroup"), lit("none")))
                    .drop("firstLabel", "secondLabel", "firstGroup", "secondGroup");
        }
        Dataset<Row> models = Models.of(first, "first", options.firstThreshold())
                .unionByName(Models.of(second, "second", options.secondThreshold()));
        return new Comparison(
                joined.persist(StorageLevel.MEMORY_AND_DISK()), models.orderBy("output", "modelDigest"), labels);
    }

    private static Dataset<Row> side(
            Dataset<Row> scores, String output, String side, @Nullable Double threshold, Options options)
            throws BatchException {
        Column at = threshold == null ? col("threshold") : lit(threshold);
        Labels labels = options.labels();
        Stream<Column> own = Stream.of(
                col(Columns.PATH),
                lit(true).as(side + "Here"),
                col("digest").as(side + "Digest"),
                col("score").as(side + "Score"),
                at.as(side + "Threshold"),
                col("score").gt(at).as(side + "Anomalous"));
        if (labels == null) {
            return scores.select(own.toArray(Column[]::new));
        }
        Column label = Labels.column(scores, labels.label(), output).as(side + "Label");
        Column group = options.group() == null ? lit("all") : Labels.column(scores, options.group(), output);
        return scores.select(
                Stream.concat(own, Stream.of(label, group.as(side + "Group"))).toArray(Column[]::new));
    }

    /** Returns the models that have given the scores of each output, with the thresholds that are compared. */
    public Dataset<Row> models() {
        return models;
    }

    /** Returns what to know of the models, in sentences. */
    public List<String> warnings() {
        return Models.warnings(models.withColumn("output", concat(col("output"), lit(" output"))));
    }

    /** Returns the images that are compared, with {@code firstScore}, {@code secondScore} and their {@code difference}. */
    public Dataset<Row> images() {
        return images.withColumn("difference", difference());
    }

    /**
     * Returns how many images are compared, and how many are not: those whose content differs, that are in one output only, or
     * that have an error in place of a score.
     */
    public Dataset<Row> coverage() {
        Column first = col("firstScore").isNotNull();
        Column second = col("secondScore").isNotNull();
        Column same = col("firstDigest").eqNullSafe(col("secondDigest"));
        Column both = col("firstHere").and(col("secondHere"));
        return joined.agg(
                count_if(first.and(second).and(same)).as("compared"),
                count_if(first.and(second).and(same.unary_$bang())).as("differentContent"),
                count_if(col("secondHere").isNull()).as("onlyInFirst"),
                count_if(col("firstHere").isNull()).as("onlyInSecond"),
                count_if(both.and(first.unary_$bang()).and(second)).as("errorInFirst"),
                count_if(both.and(first).and(second.unary_$bang())).as("errorInSecond"),
                count_if(both.and(first.or(second).unary_$bang())).as("errorInBoth"));
    }

    /** Returns how many images have which two verdicts. */
    public Dataset<Row> agreement() {
        return images.groupBy("firstAnomalous", "secondAnomalous")
                .agg(count(lit(1)).as("images"))
                .orderBy("firstAnomalous", "secondAnomalous");
    }

    /** Returns the images with two verdicts, the largest difference of scores first. */
    public Dataset<Row> changed() {
        return images.where(col("firstAnomalous").notEqual(col("secondAnomalous")))
                .drop("firstDigest", "secondDigest", "firstHere", "secondHere")
                .withColumn("difference", difference())
                .orderBy(abs(col("difference")).desc(), col(Columns.PATH));
    }

    /** Returns how the scores differ, the second less the first. */
    public Dataset<Row> differences() {
        Column difference = difference();
        return images.agg(
                count(lit(1)).as("images"),
                avg(difference).as("mean"),
                stddev(difference).as("deviation"),
                min(difference).as("min"),
                max(difference).as("max"),
                percentile_approx(difference, lit(QUANTILES), lit(ACCURACY)).as("quantiles"));
    }

    /** Returns the quantiles of {@link #differences}. */
    public static List<Double> quantiles() {
        return Arrays.stream(QUANTILES).boxed().toList();
    }

    /**
     * Returns a row per group and output with AUROC, and {@link Figures} at the thresholds, of the images with a label that are
     * compared; null without labels.
     */
    public @Nullable Dataset<Row> figures() {
        if (labels == null) {
            return null;
        }
        Dataset<Row> labelled =
                images.where(col("label").isNotNull()).withColumn("isAnomalous", labels.isAnomalous(col("label")));
        return figures(labelled, "first")
                .unionByName(figures(labelled, "second"))
                .orderBy("group", "output");
    }

    private static Dataset<Row> figures(Dataset<Row> labelled, String side) {
        Column above = col(side + "Anomalous");
        Dataset<Row> verdicts = labelled.groupBy("group")
                .agg(
                        count_if(col("isAnomalous").unary_$bang()).as("normal"),
                        count_if(col("isAnomalous")).as("anomalous"),
                        count_if(col("isAnomalous").and(above)).as("found"),
                        count_if(col("isAnomalous").unary_$bang().and(above)).as("falseAlarms"));
        return verdicts.join(Auroc.of(labelled, "group", side + "Score", "isAnomalous"), "group")
                .select(Stream.concat(Stream.of(col("group"), lit(side).as("output"), col("auroc")), Figures.all())
                        .toArray(Column[]::new));
    }

    private static Column bothScores() {
        return col("firstScore").isNotNull().and(col("secondScore").isNotNull());
    }

    private static Column difference() {
        return col("secondScore").minus(col("firstScore"));
    }

    @Override
    public void close() {
        joined.unpersist();
    }
}
