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
 * a million; here the driver lists upper folders alone, to a bounded number of files, and keeps no file. As with Spark, names
 * that begin with {@code .} or {@code _} are left out, also those of folders.
 */
final class FolderFiles implements FlatMapFunction<Row, Row> {

    private static final long serialVersionUID = 1L;

    /** Most levels of folders that the driver lists, to divide them into tasks. */
    private static final int MOST_LEVELS = 3;

    /** Most files that it finds in doing so, which tasks list again; a folder where it finds more is one task. */
    private static final int MOST_FILES = 10_000;

    /** Most folders that it finds: what the driver holds. */
    private static final int MOST_FOLDERS = 100_000;

    private static final StructType ROOT =
            new StructType().add(Columns.PATH, DataTypes.StringType).add("deep", DataTypes.BooleanType);

    private static final StructType FILE = new StructType()
            .add(Columns.PATH, DataTypes.StringType)
            .add(Columns.LENGTH, DataTypes.LongType)
            .add(Columns.MODIFIED, DataTypes.TimestampType)
            .add(Columns.PROBLEM, DataTypes.StringType);

    private final Broadcast<SerializableConfiguration> configuration;

    private FolderFiles(Broadcast<SerializableConfiguration> configuration) {
        this.configuration = configuration;
    }

    /**
     * Returns path, length, time and problem of the files: of a local one that cannot be named, or a link to none, the problem
     * is why.
     *
     * @param found files, and folders that are searched at any depth
     * @param tasks that list at most
     * @throws IOException if an upper folder cannot be listed
     */
    static Dataset<Row> list(SparkSession spark, FileStatus[] found, int tasks) throws IOException {
        return list(spark, found, tasks, MOST_FILES);
    }

    /** @param mostFiles that the driver finds */
    static Dataset<Row> list(SparkSession spark, FileStatus[] found, int tasks, int mostFiles) throws IOException {
        Configuration hadoop = spark.sessionState().newHadoopConf();
        List<Row> roots = new ArrayList<>();
        List<Path> deep = new ArrayList<>();
        for (FileStatus status : found) {
            if (status.isDirectory()) {
                deep.add(status.getPath());
            } else {
                roots.add(root(status.getPath(), false));
            }
        }
        // Until there is a folder for each task; a folder without folders is one task.
        Upper upper = new Upper(hadoop, mostFiles);
        for (int level = 0; level < MOST_LEVELS && deep.size() < tasks; level++) {
            List<Path> below = new ArrayList<>();
            for (Path folder : deep) {
                List<Path> folders = upper.folders(folder);
                roots.add(root(folder, folders == null));
                below.addAll(folders == null ? List.of() : folders);
            }
            deep = below;
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

    /** What the driver lists. */
    private static final class Upper {

        private final Configuration hadoop;
        private int filesLeft;
        private int foldersLeft = MOST_FOLDERS;

        private Upper(Configuration hadoop, int filesLeft) {
            this.hadoop = hadoop;
            this.filesLeft = filesLeft;
        }

        /** Returns the folders of a folder; null if that takes more than what is left to list. */
        private @Nullable List<Path> folders(Path folder) throws IOException {
            List<Path> folders = new ArrayList<>();
            if (filesLeft < 0 || foldersLeft < 0) {
                return null;
            }
            FileSystem files = folder.getFileSystem(hadoop);
            RemoteIterator<FileStatus> statuses = files.listStatusIterator(folder);
            while (statuses.hasNext()) {
                FileStatus status = statuses.next();
                if (!status.isDirectory()) {
                    filesLeft--;
                } else if (!isHidden(status.getPath())) {
                    LocalFolder.requireNoLoop(files, status.getPath());
                    foldersLeft--;
                    folders.add(status.getPath());
                }
                if (filesLeft < 0 || foldersLeft < 0) {
                    return null;
                }
            }
            return folders;
        }
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
        private final Deque<Row> rows = new ArrayDeque<>();
        private @Nullable RemoteIterator<FileStatus> statuses;
        private @Nullable Path folder;
        private int found;

        private Files(Path root, boolean deep, FileSystem files) {
            this.deep = deep;
            this.files = files;
            folders.add(root);
        }

        @Override
        public boolean hasNext() {
            try {
                while (rows.isEmpty()) {
                    if (statuses != null && statuses.hasNext()) {
                        found++;
                        take(statuses.next());
                    } else if (folder != null) {
                        addProblems(LocalFolder.leftOut(files, folder, found));
                        folder = null;
                    } else if (folders.isEmpty()) {
                        return false;
                    } else {
                        statuses = null;
                        Path next = folders.removeLast();
                        statuses = files.listStatusIterator(next);
                        folder = next;
                        found = 0;
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

        private void take(FileStatus status) throws IOException {
            if (isHidden(status.getPath())) {
                return;
            }
            if (status.isDirectory()) {
                if (deep) {
                    LocalFolder.requireNoLoop(files, status.getPath());
                    folders.add(status.getPath());
                }
            } else {
                rows.add(RowFactory.create(
                        status.getPath().toString(),
                        status.getLen(),
                        new Timestamp(status.getModificationTime()),
                        null));
            }
        }

        private void addProblems(List<LocalFolder.LeftOut> entries) {
            for (LocalFolder.LeftOut entry : entries) {
                if (!isHidden(entry.path())) {
                    rows.add(RowFactory.create(entry.path().toString(), null, null, entry.problem()));
                }
            }
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return rows.remove();
        }
    }
}
