package io.draem.batch.scoring;

import java.io.IOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * What the folder of a run holds before its rows, in names that Spark does not read with them: the list of its images, and
 * whether it scores all of them.
 *
 * @param path of the folder
 */
record RunFolder(SparkSession spark, FileSystem files, Path path) {

    private static final String OVERWRITE = "_overwrite";
    private static final String LIST = "_list/images"; // Spark warns of a table whose own name it would not read

    /** Makes the folder of a run that has scored nothing. */
    void begin(boolean overwrite) throws IOException {
        files.mkdirs(path);
        if (overwrite) {
            files.create(new Path(path, OVERWRITE), false).close();
        }
    }

    /** Returns whether the run scores all images, also those that have a score. */
    boolean overwrites() throws IOException {
        return files.exists(new Path(path, OVERWRITE));
    }

    /**
     * Writes the list of the images, and returns it as it was written: it stays the same when files of the archive change or
     * executors are lost.
     */
    Dataset<Row> list(Dataset<Row> images) {
        String list = new Path(path, LIST).toString();
        images.write().mode(SaveMode.ErrorIfExists).parquet(list);
        return spark.read().schema(images.schema()).parquet(list);
    }

    /** Deletes the folder of a run that has scored nothing. */
    void discard() throws IOException {
        files.delete(path, true);
    }
}
