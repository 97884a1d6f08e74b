package io.draem.batch.archive;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Timestamp;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Lists the files of folders in the executors. Spark's own sources keep the status of each file in the driver, about 1.5 GB for
 * a million; here the driver knows the upper folders alone. As with Spark, names that begin with {@code .} or {@code _} are
 * left out, also those of folders.
 */
final class FolderFiles implements FlatMapFunction<Row, Row> {

    private static final long serialVersionUID = 1L;

    /** Most folders that are divided: what the driver holds. */
    private static final int MOST_FOLDERS = 10_000;

    private static final StructType ROOT =
            new StructType().add(Columns.PATH, DataTypes.StringType).add("deep", DataTypes.BooleanType);

    private static final StructType FILE = new StructType()
            .add(Columns.PATH, DataTypes.StringType)
            .add(Columns.LENGTH, DataTypes.LongType)
            .add(Columns.MODIFIED, DataTypes.TimestampType);

    private final Broadcast<SerializableConfiguration> configuration;

    private FolderFiles(Broadcast<SerializableConfiguration> configuration) {
        this.configuration = configuration;
    }

    /**
     * Returns path, length and time of the files.
     *
     * @param found files, and folders that are searched at any depth
     * @param tasks that list at most
     * @throws IOException if an upper folder cannot be listed
     */
    static Dataset<Row> list(SparkSession spark, FileStatus[] found, int tasks) throws IOException {
        Configuration hadoop = spark.sessionState().newHadoopConf();
        List<Row> roots = new ArrayList<>();
        Deque<Path> deep = new ArrayDeque<>();
        for (FileStatus status : found) {
            if (status.isDirectory()) {
                deep.add(status.getPath());
            } else {
                roots.add(root(status.getPath(), false));
            }
        }
        // Level by level, until there is a folder for each task; a folder without folders is one task.
        while (!deep.isEmpty() && deep.size() < tasks && roots.size() < MOST_FOLDERS) {
            Path folder = deep.remove();
            roots.add(root(folder, false));
            deep.addAll(folders(folder, hadoop));
        }
        deep.forEach(folder -> roots.add(root(folder, true)));
        return spark.createDataFrame(roots, ROOT)
                .repartition(tasks)
                .flatMap(
                        new FolderFiles(SerializableConfiguration.broadcast(spark.sparkContext(), hadoop)),
                        Encoders.row(FILE));
    }

    private static Row root(Path path, boolean deep) {
        return RowFactory.create(path.toString(), deep);
    }

    private static List<Path> folders(Path folder, Configuration hadoop) throws IOException {
        List<Path> folders = new ArrayList<>();
        RemoteIterator<FileStatus> statuses = folder.getFileSystem(hadoop).listStatusIterator(folder);
        while (statuses.hasNext()) {
            FileStatus status = statuses.next();
            if (status.isDirectory() && !isHidden(status.getPath())) {
                folders.add(status.getPath());
            }
        }
        return folders;
    }

    private static boolean isHidden(Path path) {
        return path.getName().startsWith(".") || path.getName().startsWith("_");
    }

    @Override
    public Iterator<Row> call(Row root) throws IOException {
        Path path = new Path(root.getString(0));
        return new Files(
                path,
                root.getBoolean(1),
                path.getFileSystem(configuration.value().value()));
    }

    /** The files of a folder one by one; those of folders that are deleted meanwhile are left out, as they are gone. */
    private static final class Files implements Iterator<Row> {

        private final Deque<Path> folders = new ArrayDeque<>();
        private final boolean deep;
        private final FileSystem files;
        private @Nullable RemoteIterator<FileStatus> statuses;
        private @Nullable Row next;

        private Files(Path root, boolean deep, FileSystem files) {
            this.deep = deep;
            this.files = files;
            folders.add(root);
        }

        @Override
        public boolean hasNext() {
            try {
                while (next == null) {
                    if (statuses != null && statuses.hasNext()) {
                        take(statuses.next());
                    } else if (folders.isEmpty()) {
                        return false;
                    } else {
                        statuses = null;
                        statuses = files.listStatusIterator(folders.removeLast());
                    }
                }
                return true;
            } catch (FileNotFoundException e) {
                statuses = null;
                return hasNext();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void take(FileStatus status) {
            if (isHidden(status.getPath())) {
                return;
            }
            if (status.isDirectory()) {
                if (deep) {
                    folders.add(status.getPath());
                }
            } else {
                next = RowFactory.create(
                        status.getPath().toString(), status.getLen(), new Timestamp(status.getModificationTime()));
            }
        }

        @Override
        public Row next() {
            Row row = hasNext() ? next : null;
            if (row == null) {
                throw new NoSuchElementException();
            }
            next = null;
            return row;
        }
    }
}
