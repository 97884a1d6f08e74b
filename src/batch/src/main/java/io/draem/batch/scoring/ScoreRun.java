package io.draem.batch.scoring;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;

import io.draem.batch.BatchException;
import io.draem.batch.archive.Columns;
import io.draem.batch.archive.ImageList;
import io.draem.batch.archive.Packing;
import io.draem.batch.model.ModelSource;
import io.draem.batch.model.ShippedModel;
import io.draem.overlay.Pictures;
import io.draem.text.Counted;
import io.draem.text.SafeText;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code score}: scores the images of an archive that have no row of the model yet, or have changed since. */
public final class ScoreRun {

    private static final Logger log = LoggerFactory.getLogger(ScoreRun.class);

    /** Images without a score that are named where there are too many. */
    private static final int EXAMPLES = 3;

    private final SparkSession spark;
    private final Options options;

    /**
     * What to score.
     *
     * @param model as {@link ModelSource#ship} takes it
     * @param images as {@link ImageList#of} takes them
     * @param output folder of the table
     * @param pictures that are written
     * @param batchSize most inputs per run of the graph
     * @param maxErrors most images without a score after which the run continues
     * @param overwrite whether images are scored that have a row
     * @param json whether the table is written as JSON lines too
     */
    public record Options(
            String model,
            String images,
            String output,
            Pictures pictures,
            int batchSize,
            MaxErrors maxErrors,
            boolean overwrite,
            boolean json) {}

    public ScoreRun(SparkSession spark, Options options) {
        this.spark = spark;
        this.options = options;
    }

    /**
     * Scores the images.
     *
     * @throws BatchException if the options cannot be used, or there are too many errors; what was scored until then is kept,
     *     and the next run continues
     */
    public ScoreResult run() throws BatchException, IOException {
        long start = System.nanoTime();
        ShippedModel model = ModelSource.ship(spark, options.model(), options.batchSize());
        OutputFolder.requireOutside(spark.sessionState().newHadoopConf(), options.output(), options.images());
        ImageList list = list();
        try (ScoreOutput output = ScoreOutput.open(spark, options.output())) {
            return run(start, model, list, output);
        } catch (BatchException | IOException e) {
            throw e;
        } catch (Exception e) { // Spark's own are not declared
            throw new BatchException(
                    "The run ended early: " + BatchException.reason(e)
                            + ". What was scored is kept: remove the cause, and " + same() + " continues",
                    e);
        }
    }

    /** Scores what earlier runs have left, and publishes the table of all. */
    private ScoreResult run(long start, ShippedModel model, ImageList list, ScoreOutput output)
            throws BatchException, IOException {
        List<Integer> left = output.unfinished();
        int since = output.since(left, options.images());
        Dataset<Row> before = output.latest(left);
        ScoreTable.requireSameTypes(before, list.carried(), options.images());
        int run = output.next(before, left);
        RunFolder folder = output.folder(run);
        Dataset<Row> listed = listed(folder, list);
        long images = listed.count();
        Dataset<Row> missing = before == null || options.overwrite()
                ? listed
                : folder.missing(ScoreTable.missing(listed, withPictures(before), model, since));
        long count = missing == listed ? images : missing.count();
        log.info(
                "{}, {} to score with {}{}",
                Counted.of(images, "image"),
                count,
                SafeText.of(model.name()),
                model.version() == null ? "" : " version " + model.version());
        if (count > 0) {
            Dataset<Row> wanted = missing;
            if (list.hasContent()) { // the bytes are in the table alone
                wanted = missing == listed
                        ? list.rows()
                        : list.rows().join(missing.select(Columns.PATH), Columns.PATH, "left_semi");
            }
            score(output, run, wanted, list, model, options.maxErrors().of(images));
        }
        Dataset<Row> now = output.rows(run);
        requireAll(now, count);
        List<Integer> merged = Stream.concat(left.stream(), Stream.of(run)).toList();
        output.publish(ScoreTable.of(before, now, listed, list.carried()), options.json(), merged);
        Dataset<Row> table = ScoreOutput.read(spark, options.output());
        PictureFiles.deleteOthers(spark, table, options.output(), hadoop());
        Column own = col(ScoreSchema.RUN).equalTo(run);
        Row counts = table.agg(
                        count_if(own.and(col(ScoreSchema.ANOMALOUS))),
                        count_if(own.and(col(ScoreSchema.ERROR).isNotNull())),
                        count(lit(1)))
                .first();
        return new ScoreResult(
                images,
                count,
                counts.getLong(0),
                counts.getLong(1),
                counts.getLong(2),
                (System.nanoTime() - start) / 1e9);
    }

    private ImageList list() throws BatchException {
        try {
            return ImageList.of(spark, options.images(), ScoreSchema.names());
        } catch (Exception e) { // Spark's own are not declared
            throw unlisted(e);
        }
    }

    private BatchException unlisted(Exception e) {
        return e instanceof BatchException known
                ? known
                : new BatchException(
                        "--images " + options.images() + " cannot be listed: " + BatchException.reason(e), e);
    }

    /** Lists the images once: the list is read several times, and must not change meanwhile. */
    private Dataset<Row> listed(RunFolder folder, ImageList list) throws BatchException, IOException {
        try {
            folder.begin(options.overwrite() ? options.images() : null);
            Dataset<Row> listed = folder.list(list.rows().drop(Columns.CONTENT));
            if (listed.isEmpty()) {
                throw new BatchException("--images " + options.images() + " holds no image");
            }
            ImageList.requireOnce(listed, options.images());
            return listed;
        } catch (Exception e) { // Spark's own are not declared
            folder.discard();
            throw unlisted(e);
        }
    }

    private Dataset<Row> withPictures(Dataset<Row> before) {
        return PictureFiles.complete(before, options.pictures(), options.output(), hadoop());
    }

    private Broadcast<SerializableConfiguration> hadoop() {
        return SerializableConfiguration.broadcast(
                spark.sparkContext(), spark.sessionState().newHadoopConf());
    }

    private void score(ScoreOutput output, int run, Dataset<Row> wanted, ImageList list, ShippedModel model, long most)
            throws BatchException, IOException {
        LongAccumulator errors = spark.sparkContext().longAccumulator("draem errors");
        Dataset<Row> tasks = list.hasContent() ? wanted : Packing.pack(wanted);
        Scorer scorer = new Scorer(model, run, wanted.schema(), options.pictures(), options.output(), hadoop(), errors);
        StructType schema = ScoreSchema.with(list.carried());
        boolean exceeded;
        try (ErrorLimit limit = ErrorLimit.watch(spark.sparkContext(), "draem-score-" + run, errors, most)) {
            try {
                output.write(run, tasks.mapPartitions(scorer, Encoders.row(schema)));
            } catch (Exception e) { // Spark's own are not declared
                if (!limit.exceeded()) {
                    throw e;
                }
            }
            exceeded = limit.exceeded();
        }
        if (exceeded) { // now that no job is cancelled any more
            throw tooMany(errors.sum(), most, output.rows(run));
        }
    }

    /** @param rows of the tasks that have finished; null if there are none */
    private BatchException tooMany(long errors, long most, @Nullable Dataset<Row> rows) {
        return new BatchException(Counted.of(errors, "image") + " so far have no score, more than the " + most
                + " of --max-errors " + options.maxErrors() + (rows == null ? "" : examples(rows))
                + ". What was scored is kept: check model and archive, or pass a larger --max-errors, and " + same()
                + " continues");
    }

    private static String examples(Dataset<Row> rows) {
        try {
            return rows
                    .where(col(ScoreSchema.ERROR).isNotNull())
                    .select(Columns.PATH, ScoreSchema.ERROR)
                    .limit(EXAMPLES)
                    .collectAsList()
                    .stream()
                    .map(row -> SafeText.escaped(row.getString(0)) + " (" + SafeText.escaped(row.getString(1)) + ")")
                    .collect(Collectors.joining(", ", ", such as ", ""));
        } catch (Exception e) { // Spark's own are not declared; the reason of the end is another
            return "";
        }
    }

    /** Names what continues the run: with the option, it would start again. */
    private String same() {
        return "the same command" + (options.overwrite() ? " without --overwrite" : "");
    }

    /** Each image must have a row: fewer mean that another run has written to the same output meanwhile. */
    private void requireAll(@Nullable Dataset<Row> now, long count) throws BatchException {
        long written = now == null ? 0 : now.count();
        if (written != count) {
            throw new BatchException("The run has " + Counted.of(written, "row") + " for " + Counted.of(count, "image")
                    + ": another run writes to " + options.output() + ". Run one at a time");
        }
    }
}
