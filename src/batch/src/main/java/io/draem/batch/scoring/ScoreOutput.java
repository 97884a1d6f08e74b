package io.draem.batch.scoring;

import io.draem.batch.BatchException;
import io.draem.text.SafeText;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * The folder that scores are written to: {@code scores} is the table of all images, each once. The rows of a run are in
 * {@code _runs/N} with the list of its images, a file per finished task, until it has all of them; then a new table is written
 * and takes the place of the old one. What is left of a run that has ended early is part of the next one.
 * A file marks the folder as an output, and another one locks it while a run has it open.
 */
public final class ScoreOutput implements AutoCloseable {

    static final String MARKER = "_draem-scores";

    /** Folder of the table. */
    public static final String TABLE = "scores";

    /** Folder of the same rows as JSON lines. */
    public static final String JSON = "json";

    private static final String RUNS = "_runs";
    private static final List<String> TABLES = List.of(JSON, TABLE); // readers of the last one find the others
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

    private final SparkSession spark;
    private final FileSystem files;
    private final Path root;
    private final OutputLock lock;
    private final PublishedTable published;
    private final String generation;

    private ScoreOutput(SparkSession spark, FileSystem files, Path root, OutputLock lock)
            throws BatchException, IOException {
        this.spark = spark;
        this.files = files;
        this.root = root;
        this.lock = lock;
        this.published = new PublishedTable(spark.sessionState().newHadoopConf(), root);
        published.recover(TABLES);
        this.generation = published.generation();
    }

    /**
     * Opens the folder, which need not exist, for this run alone, and completes a change of tables that was interrupted.
     *
     * @throws BatchException if it is not an output of this program, or another run has it open
     */
    static ScoreOutput open(SparkSession spark, String output) throws BatchException, IOException {
        Path root = new Path(output);
        Configuration hadoop = spark.sessionState().newHadoopConf();
        OutputFolder.claim(hadoop, output, MARKER);
        FileSystem files = root.getFileSystem(hadoop);
        OutputLock lock = OutputLock.acquire(files, root);
        try {
            return new ScoreOutput(spark, files, root, lock);
        } catch (BatchException | IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    /**
     * Returns the table of an output.
     *
     * @throws BatchException if there is none
     */
    public static Dataset<Row> read(SparkSession spark, String output) throws BatchException, IOException {
        return ScoreTable.read(spark, location(spark, output));
    }

    /**
     * Returns the folder of the table of an output.
     *
     * @throws BatchException if there is none
     */
    public static String location(SparkSession spark, String output) throws BatchException, IOException {
        PublishedTable published = new PublishedTable(spark.sessionState().newHadoopConf(), new Path(output));
        if (!published.isComplete(TABLE)) {
            throw new BatchException(
                    output + " has no finished scores (" + TABLE + "): name the --output of a score that has ended");
        }
        return published.folder(TABLE).toString();
    }

    /** Returns the numbers of runs that have ended early, the first of them first. */
    List<Integer> unfinished() throws IOException {
        Path runs = new Path(root, RUNS);
        if (!files.exists(runs)) {
            return List.of();
        }
        return Arrays.stream(files.listStatus(runs))
                .map(status -> status.getPath().getName())
                .filter(name -> NUMBER.matcher(name).matches())
                .map(Integer::valueOf)
                .sorted()
                .toList();
    }

    /**
     * Returns the run from which on rows count: of those that ended early the last one that scores all images; 0 for any.
     *
     * @param images what names the images of this run
     * @throws BatchException if that run scores those of another name: they would keep their old rows in the table of this
     *     run, which would count as scored
     */
    int since(List<Integer> runs, String images) throws BatchException, IOException {
        int since = 0;
        for (int run : runs) {
            String overwritten = folder(run).overwritten();
            if (overwritten != null && !overwritten.equals(images)) {
                throw new BatchException("A run with --overwrite of --images " + SafeText.escaped(overwritten)
                        + " has ended early, and --images " + SafeText.escaped(images)
                        + " is not the same. Complete it first: score --images " + SafeText.escaped(overwritten)
                        + " without --overwrite; or give it up: delete the folder " + new Path(root, RUNS));
            }
            since = overwritten == null ? since : run;
        }
        return since;
    }

    /** Returns the newest row of each image by the table and the given runs, in their order; null if there is none. */
    @Nullable
    Dataset<Row> latest(List<Integer> runs) throws BatchException, IOException {
        Dataset<Row> all = published.isComplete(TABLE)
                ? ScoreTable.read(spark, published.folder(TABLE).toString())
                : null;
        for (int run : runs) {
            if (hasRows(run)) {
                Dataset<Row> rows = ScoreTable.newest(ScoreTable.read(spark, run(run).toString()));
                all = ScoreTable.of(all, rows, rows, List.of()); // as each run would have published it
            }
        }
        return all;
    }

    /** Returns the number of the next run. */
    int next(@Nullable Dataset<Row> latest, List<Integer> runs) {
        OptionalInt left = runs.stream().mapToInt(Integer::intValue).max();
        int before = latest == null ? 0 : ScoreTable.lastRun(latest);
        return Math.max(before, left.orElse(0)) + 1;
    }

    /** Returns what a run keeps besides its rows. */
    RunFolder folder(int run) {
        return new RunFolder(spark, files, run(run));
    }

    /** Writes the rows of a run: those of each task appear when it is done, and stay if the run ends early. */
    void write(int run, Dataset<Row> rows) {
        rows.write()
                .mode(SaveMode.Append) // to the folder that has the list
                // A task moves its file to the folder itself, not the driver those of all tasks at the end.
                .option("mapreduce.fileoutputcommitter.algorithm.version", "2")
                .parquet(run(run).toString());
    }

    /** Returns the rows that a run has written. */
    @Nullable
    Dataset<Row> rows(int run) throws IOException {
        return hasRows(run) ? spark.read().parquet(run(run).toString()) : null;
    }

    /**
     * Writes a new table, which then replaces the old one, and deletes the runs that it holds.
     *
     * @throws BatchException if another run has changed the output; the table is then unchanged
     */
    void publish(Dataset<Row> rows, boolean json, List<Integer> runs) throws BatchException, IOException {
        Path next = published.next();
        String table = new Path(next, TABLE).toString();
        rows.write().mode(SaveMode.Overwrite).parquet(table);
        Dataset<Row> written = spark.read().parquet(table);
        ScoreTable.requireOnce(written);
        if (json) {
            written.write()
                    .mode(SaveMode.Overwrite)
                    .option("timestampFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX")
                    .json(new Path(next, JSON).toString());
        }
        lock.requireHeld();
        if (!published.generation().equals(generation)) {
            throw new BatchException("The table in " + root
                    + " was replaced while this run scored: run the same command again, one at a time");
        }
        published.publish(next, TABLES);
        for (int run : runs) {
            files.delete(run(run), true);
        }
        Path all = new Path(root, RUNS);
        if (files.exists(all) && files.listStatus(all).length == 0) {
            files.delete(all, false);
        }
    }

    private boolean hasRows(int run) throws IOException {
        return files.exists(run(run))
                && Arrays.stream(files.listStatus(run(run)))
                        .map(FileStatus::getPath)
                        .anyMatch(file -> file.getName().endsWith(".parquet"));
    }

    private Path run(int run) {
        return new Path(new Path(root, RUNS), String.valueOf(run));
    }
}
