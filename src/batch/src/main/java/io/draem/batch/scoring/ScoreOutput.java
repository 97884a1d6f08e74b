package io.draem.batch.scoring;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;

import io.draem.batch.BatchException;
import io.draem.batch.archive.Columns;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.jspecify.annotations.Nullable;

/**
 * The folder that scores are written to: {@code scores} is the table of all images, each once. The rows of a run are in
 * {@code _runs/N}, a file per finished task, until it has all of them; then a new table is written and takes the place of
 * the old one. What is left of a run that has ended early is part of the next one.
 */
public final class ScoreOutput {

    /** Folder of the table. */
    public static final String TABLE = "scores";

    /** Folder of the same rows as JSON lines. */
    public static final String JSON = "json";

    private static final String RUNS = "_runs";
    private static final String NEXT = "_next";
    private static final String PREVIOUS = "_previous";
    private static final String SUCCESS = "_SUCCESS";
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

    private final SparkSession spark;
    private final FileSystem files;
    private final Path root;

    private ScoreOutput(SparkSession spark, FileSystem files, Path root) {
        this.spark = spark;
        this.files = files;
        this.root = root;
    }

    /** Opens the folder, which need not exist, and completes a change of tables that was interrupted. */
    static ScoreOutput open(SparkSession spark, String output) throws IOException {
        Path root = new Path(output);
        FileSystem files = root.getFileSystem(spark.sessionState().newHadoopConf());
        ScoreOutput opened = new ScoreOutput(spark, files, root);
        for (String table : List.of(TABLE, JSON)) {
            opened.recover(table);
        }
        return opened;
    }

    /**
     * Returns the table of an output.
     *
     * @throws BatchException if there is none
     */
    public static Dataset<Row> read(SparkSession spark, String output) throws BatchException, IOException {
        Path root = new Path(output);
        FileSystem files = root.getFileSystem(spark.sessionState().newHadoopConf());
        Path table = new Path(root, TABLE);
        if (!files.exists(new Path(table, SUCCESS))) {
            throw new BatchException(output + " has no finished scores (" + TABLE
                    + "): name the --output of a score that" + " has ended");
        }
        return spark.read().parquet(table.toString());
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

    /** Returns the newest row of each image by the table and the given runs; null if there is none. */
    @Nullable
    Dataset<Row> latest(List<Integer> runs) throws IOException {
        List<Path> folders = new ArrayList<>();
        if (files.exists(new Path(table(TABLE), SUCCESS))) {
            folders.add(table(TABLE));
        }
        for (int run : runs) {
            if (hasRows(run)) {
                folders.add(run(run));
            }
        }
        Dataset<Row> all = null;
        for (Path folder : folders) {
            Dataset<Row> rows = spark.read().parquet(folder.toString());
            all = all == null ? rows : all.unionByName(rows, true);
        }
        if (all == null || folders.size() == 1) {
            return all;
        }
        String rank = "rank";
        return all.withColumn(
                        rank,
                        row_number()
                                .over(Window.partitionBy(Columns.PATH)
                                        .orderBy(col(ScoreSchema.RUN).desc())))
                .where(col(rank).equalTo(1))
                .drop(rank);
    }

    /** Returns the number of the next run. */
    int next(@Nullable Dataset<Row> latest, List<Integer> runs) {
        OptionalInt left = runs.stream().mapToInt(Integer::intValue).max();
        Row most = latest == null
                ? null
                : latest.agg(org.apache.spark.sql.functions.max(ScoreSchema.RUN))
                        .first();
        int before = most == null || most.isNullAt(0) ? 0 : most.getInt(0);
        return Math.max(before, left.orElse(0)) + 1;
    }

    /** Writes the rows of a run: those of each task appear when it is done, and stay if the run ends early. */
    void write(int run, Dataset<Row> rows) {
        rows.write()
                .mode(SaveMode.ErrorIfExists)
                // A task moves its file to the folder itself, not the driver those of all tasks at the end.
                .option("mapreduce.fileoutputcommitter.algorithm.version", "2")
                .parquet(run(run).toString());
    }

    /** Returns the rows that a run has written. */
    @Nullable
    Dataset<Row> rows(int run) throws IOException {
        return hasRows(run) ? spark.read().parquet(run(run).toString()) : null;
    }

    /** Writes the table beside the old one, which it then replaces, and deletes the runs that it holds. */
    void publish(Dataset<Row> rows, boolean json, List<Integer> runs) throws IOException {
        Path next = new Path(root, NEXT + TABLE);
        rows.write().mode(SaveMode.Overwrite).parquet(next.toString());
        if (json) {
            Path lines = new Path(root, NEXT + JSON);
            spark.read()
                    .parquet(next.toString())
                    .write()
                    .mode(SaveMode.Overwrite)
                    .option("timestampFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX")
                    .json(lines.toString());
            replace(JSON);
        } else {
            files.delete(table(JSON), true); // would be of another run
        }
        replace(TABLE);
        for (int run : runs) {
            files.delete(run(run), true);
        }
        Path all = new Path(root, RUNS);
        if (files.exists(all) && files.listStatus(all).length == 0) {
            files.delete(all, false);
        }
    }

    private void replace(String table) throws IOException {
        Path previous = new Path(root, PREVIOUS + table);
        files.delete(previous, true);
        if (files.exists(table(table))) {
            rename(table(table), previous);
        }
        rename(new Path(root, NEXT + table), table(table));
        files.delete(previous, true);
    }

    private void recover(String table) throws IOException {
        Path next = new Path(root, NEXT + table);
        Path previous = new Path(root, PREVIOUS + table);
        if (!files.exists(table(table)) && files.exists(previous)) {
            rename(previous, table(table));
        }
        files.delete(previous, true);
        files.delete(next, true);
    }

    private void rename(Path from, Path to) throws IOException {
        if (!files.rename(from, to)) {
            throw new IOException(from + " could not be renamed to " + to + ": check the rights of the folder");
        }
    }

    private boolean hasRows(int run) throws IOException {
        return files.exists(run(run))
                && Arrays.stream(files.listStatus(run(run)))
                        .map(FileStatus::getPath)
                        .anyMatch(file -> file.getName().endsWith(".parquet"));
    }

    private Path table(String table) {
        return new Path(root, table);
    }

    private Path run(int run) {
        return new Path(new Path(root, RUNS), String.valueOf(run));
    }
}
