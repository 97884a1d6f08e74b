package io.draem.batch.comparison;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.desc;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.draem.batch.BatchException;
import io.draem.batch.scoring.ScoreOutput;
import io.draem.text.Counted;
import io.draem.text.SafeText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;

/** What an output has at other thresholds, from its scores. Closing it frees what Spark keeps of them. */
public final class Sweep implements AutoCloseable {

    /** Rates of false alarms that thresholds are given for, in thousandths. */
    private static final List<Long> RATES = List.of(10L, 20L, 50L);

    private static final int MOST_MODELS = 5;

    private final SparkSession spark;
    private final Options options;
    private final Dataset<Row> scores;
    private final Dataset<Row> images;
    private final Dataset<Row> counts;
    private final Thresholds thresholds;
    private final long normal;

    /**
     * What to evaluate.
     *
     * @param scores output of a {@code score}
     * @param labels of the manifest; null without
     * @param group column of the manifest that numbers are given by; null for those of all images alone
     */
    public record Options(
            String scores,
            @Nullable Labels labels,
            @Nullable String group) {}

    private Sweep(
            SparkSession spark,
            Options options,
            Dataset<Row> scores,
            Dataset<Row> images,
            Thresholds thresholds,
            long normal) {
        this.spark = spark;
        this.options = options;
        this.scores = scores;
        this.images = images;
        this.thresholds = thresholds;
        this.normal = normal;
        this.counts = images.groupBy(
                        col("group"), thresholds.below(col("score")).as("below"))
                .agg(
                        count(lit(1)).as("images"),
                        count_if(col("isAnomalous").unary_$bang()).as("normal"),
                        count_if(col("isAnomalous")).as("anomalous"))
                .persist(StorageLevel.MEMORY_AND_DISK());
    }

    /**
     * Reads the scores and chooses the thresholds: those of the models, exact quantiles of the scores of normal images, or
     * of all without labels, and equal steps over the range of the scores.
     *
     * @throws BatchException if there are no scores, not the columns of labels and groups, or no normal image
     */
    public static Sweep of(SparkSession spark, Options options) throws BatchException, IOException {
        Dataset<Row> scores = ScoreOutput.read(spark, options.scores());
        Labels labels = options.labels();
        Column isAnomalous = labels == null
                ? lit(null).cast("boolean")
                : labels.isAnomalous(Labels.column(scores, labels.label(), options.scores()));
        Column group = options.group() == null
                ? lit("all")
                : coalesce(Labels.column(scores, options.group(), options.scores()), lit("none"));
        Dataset<Row> images = scores.where(col("score").isNotNull())
                .select(col("score"), col("threshold"), isAnomalous.as("isAnomalous"), group.as("group"))
                .persist(StorageLevel.MEMORY_AND_DISK());
        Row range = images.agg(count(lit(1)), count_if(col("isAnomalous").unary_$bang()), min("score"), max("score"))
                .first();
        if (range.getLong(0) == 0) {
            throw new BatchException(options.scores() + " has no image with a score");
        }
        if (labels != null && range.getLong(1) == 0) {
            throw new BatchException("No image of " + options.scores() + " has the label "
                    + SafeText.quoted(labels.normal()) + " in the column " + SafeText.of(labels.label())
                    + ": name the label of normal images with --normal");
        }
        Thresholds thresholds = new Thresholds();
        thresholds.addModels(images.groupBy("threshold")
                .agg(count(lit(1)).as("images"))
                .orderBy(desc("images"), col("threshold"))
                .limit(MOST_MODELS)
                .select("threshold")
                .as(Encoders.DOUBLE())
                .collectAsList());
        thresholds.addQuantiles(
                (labels == null ? images : images.where(col("isAnomalous").unary_$bang())).select("score"),
                range.getLong(labels == null ? 0 : 1));
        thresholds.addSteps(range.getDouble(2), range.getDouble(3));
        return new Sweep(spark, options, scores, images, thresholds, range.getLong(1));
    }

    /** Returns the models that have given the scores, with their thresholds. */
    public Dataset<Row> models() {
        return Models.of(scores, "scores", null)
                .drop("output", "modelThreshold", "thresholdFrom")
                .orderBy(desc("images"), col("modelDigest"));
    }

    /** Returns what to know of the models and their thresholds, in sentences. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>(Models.warnings(Models.of(scores, "output", null)));
        long all = images.select("threshold").distinct().count();
        if (all > MOST_MODELS) {
            warnings.add("The models have " + all + " thresholds, of which the " + MOST_MODELS
                    + " with the most images are evaluated");
        }
        if (options.labels() != null) {
            List<String> unseen = RATES.stream()
                    .filter(rate -> rate * normal < 1000)
                    .map(rate -> String.format(Locale.ROOT, "%.2f", rate / 1000.0))
                    .toList();
            if (!unseen.isEmpty()) {
                warnings.add(Counted.of(normal, "normal image") + " cannot show a false-alarm rate of "
                        + String.join(" or ", unseen) + ": the threshold for it is the largest of their scores");
            }
        }
        return warnings;
    }

    /** Returns how many images have a score, how many of those a label, and how many an error in place of a score. */
    public Dataset<Row> coverage() {
        return images.agg(count(lit(1)).as("images"), count("isAnomalous").as("labeled"))
                .crossJoin(scores.agg(count_if(col("score").isNull()).as("errors")));
    }

    /** Returns the images with a score: {@code score}, {@code isAnomalous} by label, and {@code group}. */
    public Dataset<Row> images() {
        return images;
    }

    /** Returns a row per threshold with the share of images above it, and {@link Figures} with labels. */
    public Dataset<Row> thresholds() {
        return evaluated(List.of()).orderBy("threshold");
    }

    /** Returns the same per group; null without groups. */
    public @Nullable Dataset<Row> groups() {
        return options.group() == null ? null : evaluated(List.of("group")).orderBy("group", "threshold");
    }

    /**
     * Returns the smallest scores as thresholds that at most 1, 2 and 5 % of the normal images are above, with {@link Figures};
     * null without labels.
     */
    public @Nullable Dataset<Row> rates() {
        if (options.labels() == null) {
            return null;
        }
        List<Row> rates = new ArrayList<>();
        for (long rate : RATES) {
            rates.add(RowFactory.create(rate / 1000.0, thresholds.quantile(rate)));
        }
        StructType schema = new StructType().add("rate", DataTypes.DoubleType).add("threshold", DataTypes.DoubleType);
        return spark.createDataFrame(rates, schema)
                .join(thresholds(), "threshold")
                .select(Stream.concat(Stream.of(col("rate"), col("threshold")), Figures.all())
                        .toArray(Column[]::new))
                .orderBy("rate");
    }

    private Dataset<Row> evaluated(List<String> by) {
        List<Column> keys = new ArrayList<>(by.stream().map(name -> col(name)).toList());
        keys.addAll(List.of(col("place"), col("threshold"), col("origin")));
        Column isAbove = Thresholds.isAbove(col("below"));
        List<Column> columns =
                new ArrayList<>(by.stream().map(name -> col(name)).toList());
        columns.addAll(List.of(
                col("threshold"),
                col("origin"),
                col("images"),
                col("above"),
                Figures.ratio(col("above").cast("double"), col("images")).as("share")));
        if (options.labels() != null) {
            Figures.all().forEach(columns::add);
        }
        return counts.crossJoin(broadcast(thresholds.table(spark)))
                .groupBy(keys.toArray(Column[]::new))
                .agg(
                        sum("images").as("images"),
                        sum(when(isAbove, col("images")).otherwise(0L)).as("above"),
                        sum("normal").as("normal"),
                        sum("anomalous").as("anomalous"),
                        sum(when(isAbove, col("anomalous")).otherwise(0L)).as("found"),
                        sum(when(isAbove, col("normal")).otherwise(0L)).as("falseAlarms"))
                .select(columns.toArray(Column[]::new));
    }

    @Override
    public void close() {
        counts.unpersist();
        images.unpersist();
    }
}
