package io.draem.batch.archive;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.sql.Timestamp;
import java.util.Iterator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/** Adds size and time of the file to each row of a manifest, in the executors. */
final class FileStatuses implements MapPartitionsFunction<Row, Row> {

    private static final long serialVersionUID = 1L;

    private final Broadcast<SerializableConfiguration> configuration;
    private final String folder;

    private FileStatuses(Broadcast<SerializableConfiguration> configuration, String folder) {
        this.configuration = configuration;
        this.folder = folder;
    }

    /** @param folder that relative paths start from */
    static FileStatuses of(SparkSession spark, Path folder) {
        return new FileStatuses(
                SerializableConfiguration.broadcast(
                        spark.sparkContext(), spark.sessionState().newHadoopConf()),
                folder.toString());
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        Configuration hadoop = configuration.value().value();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Row next() {
                return found(rows.next(), hadoop);
            }
        };
    }

    private Row found(Row row, Configuration hadoop) {
        String named = row.getString(0);
        try {
            Path path = new Path(new Path(folder), named);
            FileSystem files = path.getFileSystem(hadoop);
            String full = path.makeQualified(files.getUri(), files.getWorkingDirectory())
                    .toString();
            try {
                FileStatus status = files.getFileStatus(path);
                return status.isFile()
                        ? row(row, full, status, null)
                        : row(row, full, null, full + " is a folder: name an image file");
            } catch (FileNotFoundException e) {
                return row(row, full, null, "There is no file " + full);
            } catch (IOException e) {
                return row(row, full, null, full + " cannot be read: " + e.getMessage());
            }
        } catch (IOException | IllegalArgumentException e) {
            return row(row, named, null, named + " cannot be read: " + e.getMessage());
        }
    }

    private static Row row(Row manifest, String path, @Nullable FileStatus status, @Nullable String problem) {
        @Nullable Object[] values = new Object[4 + manifest.size()];
        values[0] = path;
        values[1] = status == null ? null : status.getLen();
        values[2] = status == null ? null : new Timestamp(status.getModificationTime());
        values[4] = problem;
        for (int i = 1; i < manifest.size(); i++) {
            values[4 + i] = manifest.get(i);
        }
        return RowFactory.create(values);
    }
}
