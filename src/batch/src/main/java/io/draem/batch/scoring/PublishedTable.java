package io.draem.batch.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.draem.batch.BatchException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Where the table of an output is, and how a new one takes its place at once. On a file system it is the folder {@code scores},
 * which a new one replaces by renames. In an object store a folder is renamed object by object, so that readers would see
 * parts of two tables: there each table has a folder of its own below {@code tables}, and the object {@code current.txt} names
 * the current one.
 */
final class PublishedTable {

    /** Object that names the folder of the current tables, in object stores. */
    static final String POINTER = "current.txt";

    private static final String NEXT = "_next";
    private static final String PREVIOUS = "_previous";
    private static final String TABLES = "tables";
    private static final String SUCCESS = "_SUCCESS";
    private static final Pattern NAME = Pattern.compile(TABLES + "/[0-9a-f-]{36}");

    private final Configuration hadoop;
    private final FileSystem files;
    private final Path root;
    private final boolean isStore;

    PublishedTable(Configuration hadoop, Path root) throws IOException {
        this.hadoop = hadoop;
        this.files = root.getFileSystem(hadoop);
        this.root = root;
        this.isStore = WholeFile.isStore(files);
    }

    /** Returns the folder of a table, which has to be looked at with {@link #isComplete}. */
    Path folder(String table) throws IOException {
        return isStore ? new Path(new Path(root, current()), table) : new Path(root, table);
    }

    /** Returns whether a table was published, and is whole. */
    boolean isComplete(String table) throws IOException {
        return files.exists(new Path(folder(table), SUCCESS));
    }

    /** Returns a text that differs from one table to the next. */
    String generation() throws IOException {
        if (isStore) {
            return current();
        }
        Path success = new Path(folder(ScoreOutput.TABLE), SUCCESS);
        return files.exists(success)
                ? String.valueOf(files.getFileStatus(success).getModificationTime())
                : "";
    }

    /**
     * Completes a change that was interrupted, or takes it back.
     *
     * @throws BatchException if an object store has a whole table and nothing that names the current one
     */
    void recover(List<String> tables) throws BatchException, IOException {
        if (isStore) {
            deleteOthers();
            return;
        }
        for (String table : tables) {
            Path previous = previous(table);
            if (!files.exists(folder(table)) && files.exists(previous)) {
                rename(previous, folder(table));
            }
            files.delete(previous, true);
        }
        files.delete(new Path(root, NEXT), true);
    }

    /** Deletes the tables that the pointer does not name; without a pointer, those that are not whole. */
    private void deleteOthers() throws BatchException, IOException {
        String current = current();
        Path all = new Path(root, TABLES);
        for (FileStatus found : files.exists(all) ? files.listStatus(all) : new FileStatus[0]) {
            String name = TABLES + "/" + found.getPath().getName();
            if (current.equals(TABLES)
                    && files.exists(new Path(new Path(found.getPath(), ScoreOutput.TABLE), SUCCESS))) {
                throw new BatchException(
                        new Path(root, POINTER) + " is missing, and " + name + " has a whole table. Write"
                                + " the text " + name + " to " + POINTER
                                + ", or that of the newest one if there are several; or"
                                + " delete the folder");
            }
            if (!current.equals(name)) {
                files.delete(found.getPath(), true);
            }
        }
    }

    /** Returns a new folder for the next tables, which {@link #publish} is given. */
    Path next() {
        return new Path(root, isStore ? TABLES + "/" + UUID.randomUUID() : NEXT);
    }

    /**
     * Makes tables the current ones. Those that were it stay in object stores until the next run, for their readers.
     *
     * @param next folder with a folder per table; one that it has not is deleted
     */
    void publish(Path next, List<String> tables) throws IOException {
        if (isStore) {
            WholeFile.write(hadoop, new Path(root, POINTER), (TABLES + "/" + next.getName()).getBytes(UTF_8));
            return;
        }
        for (String table : tables) {
            Path written = new Path(next, table);
            if (files.exists(written)) {
                replace(written, table);
            } else {
                files.delete(folder(table), true); // would be of another run
            }
        }
        files.delete(next, true);
    }

    private void replace(Path written, String table) throws IOException {
        files.delete(previous(table), true);
        if (files.exists(folder(table))) {
            rename(folder(table), previous(table));
        }
        rename(written, folder(table));
        files.delete(previous(table), true);
    }

    private Path previous(String table) {
        return new Path(root, PREVIOUS + table);
    }

    /** Returns what the pointer names; only the folder of all where there is none. */
    private String current() throws IOException {
        Path pointer = new Path(root, POINTER);
        try (FSDataInputStream in = files.open(pointer)) {
            String name = new String(in.readNBytes(100), UTF_8).strip();
            if (!NAME.matcher(name).matches()) {
                throw new IOException(pointer + " does not name a table: it was changed by another program");
            }
            return name;
        } catch (FileNotFoundException e) {
            return TABLES;
        }
    }

    private void rename(Path from, Path to) throws IOException {
        if (!files.rename(from, to)) {
            throw new IOException(from + " could not be renamed to " + to + ": check the rights of the folder");
        }
    }
}
