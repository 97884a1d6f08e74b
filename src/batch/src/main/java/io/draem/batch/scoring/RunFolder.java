package io.draem.batch.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * What the folder of a run holds before its rows, in names that Spark does not read with them: the list of its images, those
 * that it scores, and whether these are all of them.
 *
 * @param path of the folder
 */
record RunFolder(SparkSession spark, FileSystem files, Path path) {

    private static final String OVERWRITE = "_overwrite";
    // Spark warns of a table whose own name it would not read
    private static final String LIST = "_list/images";
    private static final String MISSING = "_missing/images";
    private static final int LARGEST = 1 << 16;

    /**
     * Makes the folder of a run that has scored nothing.
     *
     * @param overwritten what names the images of a run that scores all of them, also those that have a score; null for
     *     another run
     */
    void begin(@Nullable String overwritten) throws IOException {
        files.mkdirs(path);
        if (overwritten != null) {
            WholeFile.write(
                    spark.sessionState().newHadoopConf(), new Path(path, OVERWRITE), overwritten.getBytes(UTF_8));
        }
    }

    /** Returns what names the images of a run that scores all of them; null for another run. */
    @Nullable
    String overwritten() throws IOException {
        try (FSDataInputStream in = files.open(new Path(path, OVERWRITE))) {
            return new String(in.readNBytes(LARGEST), UTF_8);
        } catch (FileNotFoundException e) {
            return null;
        }
    }

    /**
     * Writes the list of the images, and returns it as it was written: it stays the same when files of the archive change or
     * executors are lost.
     */
    Dataset<Row> list(Dataset<Row> images) {
        return written(images, LIST);
    }

    /**
     * Writes those images of the list that the run scores, and returns them likewise: they follow from pictures and rows that
     * the run changes.
     */
    Dataset<Row> missing(Dataset<Row> images) {
        return written(images, MISSING);
    }

    private Dataset<Row> written(Dataset<Row> images, String name) {
        String list = new Path(path, name).toString();
        images.write().mode(SaveMode.ErrorIfExists).parquet(list);
        return spark.read().schema(images.schema()).parquet(list);
    }

    /** Deletes the folder of a run that has scored nothing. */
    void discard() throws IOException {
        files.delete(path, true);
    }
}
