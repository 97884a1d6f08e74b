package io.draem.batch.comparison;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.percentile_approx;
import static org.apache.spark.sql.functions.stddev;
import static org.apache.spark.sql.functions.when;

import io.draem.batch.BatchException;
import io.draem.batch.archive.Columns;
import io.draem.batch.scoring.ScoreOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
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
     * @param labels columns of the manifest; null without
     */
    public record Options(
            String first,
            String second,
            @Nullable Double firstThreshold,
            @Nullable Double secondThreshold,
            @Nullable Labels labels) {}

    /**
     * Columns of a manifest.
     *
     * @param label column with the label of an image
     * @param normal its value of normal images; every other one is anomalous, and none at all no label
     * @param group column that figures are given by; null for all images together
     */
    public record Labels(
            String label, String normal, @Nullable String group) {}

    private Comparison(Dataset<Row> joined, Dataset<Row> models, @Nullable Labels labels) {
        this.joined = joined;
        this.images = joined.where(bothScores().and(col("firstDigest").eqNullSafe(col("secondDigest"))));
        this.models = models;
        this.labels = labels;
    }

    /**
     * Joins two outputs.
     *
     * @throws BatchException if one has no scores, or not the columns of the labels
     */
    public static Comparison of(SparkSession spark, Options options) throws BatchException, IOException {
        Labels labels = options.labels();
        Dataset<Row> first = side(spark, options.first(), "first", options.firstThreshold(), labels);
        Dataset<Row> second = side(spark, options.second(), "second", options.secondThreshold(), labels);
        Dataset<Row> joined = first.join(second, Columns.PATH, "full_outer");
        if (labels != null) {
            // The second output has them too if both were made with a manifest.
            joined = joined.withColumn("label", coalesce(col("firstLabel"), col("secondLabel")))
                    .withColumn("group", coalesce(col("firstGroup"), col("secondGroup"), lit("none")))
                    .drop("firstLabel", "secondLabel", "firstGroup", "secondGroup");
        }
        Dataset<Row> models =
                models(spark, options.first(), "first").unionByName(models(spark, options.second(), "second"));
        return new Comparison(
                joined.persist(StorageLevel.MEMORY_AND_DISK()), models.orderBy("output", "modelDigest"), labels);
    }

    private static Dataset<Row> models(SparkSession spark, String output, String side)
            throws BatchException, IOException {
        return ScoreOutput.read(spark, output)
                .where(col("score").isNotNull())
                .groupBy("model", "modelVersion", "modelDigest")
                .agg(count(lit(1)).as("images"))
                .withColumn("output", lit(side))
                .select("output", "model", "modelVersion", "modelDigest", "images");
    }

    /** Returns the models that have given the scores of each output, of which there are several after a change of model. */
    public Dataset<Row> models() {
        return models;
    }

    private static Dataset<Row> side(
            SparkSession spark, String output, String side, @Nullable Double threshold, @Nullable Labels labels)
            throws BatchException, IOException {
        Dataset<Row> scores = ScoreOutput.read(spark, output);
        Column at = threshold == null ? col("threshold") : lit(threshold);
        Dataset<Row> columns = scores.select(
                col(Columns.PATH),
                col("digest").as(side + "Digest"),
                col("score").as(side + "Score"),
                at.as(side + "Threshold"),
                col("score").gt(at).as(side + "Anomalous"),
                labels == null
                        ? lit(null).as("label")
                        : column(scores, labels.label(), output).as(side + "Label"),
                labels == null || labels.group() == null
                        ? lit("all").as(side + "Group")
                        : column(scores, labels.group(), output).as(side + "Group"));
        return labels == null ? columns.drop("label", side + "Group") : columns;
    }

    private static Column column(Dataset<Row> scores, String name, String output) throws BatchException {
        if (!Arrays.asList(scores.columns()).contains(name)) {
            throw new BatchException(
                    output + " has no column " + name + ": score it with a manifest that has it as --images;"
                            + " images that have not changed are not scored again");
        }
        return col("`" + name.replace("`", "``") + "`").cast("string");
    }

    /**
     * Returns how many images have a score in both outputs, and how many in one alone. Those whose content differs are not
     * compared, and are counted on their own.
     */
    public Dataset<Row> coverage() {
        Column first = col("firstScore").isNotNull();
        Column second = col("secondScore").isNotNull();
        Column same = col("firstDigest").eqNullSafe(col("secondDigest"));
        return joined.agg(
                count_if(first.and(second).and(same)).as("both"),
                count_if(first.and(second).and(same.unary_$bang())).as("differentContent"),
                count_if(first.and(second.unary_$bang())).as("firstOnly"),
                count_if(second.and(first.unary_$bang())).as("secondOnly"),
                count_if(first.or(second).unary_$bang()).as("neither"));
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
                .drop("firstDigest", "secondDigest")
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
     * Returns a row per group and output with AUROC, F1, recall and share of false alarms at the thresholds; of images with a
     * label and both scores. Figures that a group has no images for are null. Without labels there are no rows.
     */
    public @Nullable Dataset<Row> figures() {
        if (labels == null) {
            return null;
        }
        Dataset<Row> labelled = images.where(col("label").isNotNull())
                .withColumn("isAnomalous", col("label").notEqual(labels.normal()));
        return figures(labelled, "first")
                .unionByName(figures(labelled, "second"))
                .orderBy("group", "output");
    }

    private static Dataset<Row> figures(Dataset<Row> labelled, String side) {
        Dataset<Row> verdicts = labelled.groupBy("group")
                .agg(
                        count_if(col("isAnomalous").unary_$bang()).as("normal"),
                        count_if(col("isAnomalous")).as("anomalous"),
                        count_if(col("isAnomalous").and(col(side + "Anomalous")))
                                .as("found"),
                        count_if(col("isAnomalous").unary_$bang().and(col(side + "Anomalous")))
                                .as("falseAlarms"));
        Column found = col("found").cast("double");
        return verdicts.join(Auroc.of(labelled, "group", side + "Score", "isAnomalous"), "group")
                .select(
                        col("group"),
                        lit(side).as("output"),
                        col("normal"),
                        col("anomalous"),
                        col("auroc"),
                        ratio(found.multiply(2), found.plus(col("falseAlarms")).plus(col("anomalous")))
                                .as("f1"),
                        ratio(found, col("anomalous")).as("recall"),
                        ratio(col("falseAlarms").cast("double"), col("normal")).as("falseAlarmRate"));
    }

    /** Null where there is nothing to divide by. */
    static Column ratio(Column part, Column all) {
        return when(all.gt(0), part.divide(all));
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
