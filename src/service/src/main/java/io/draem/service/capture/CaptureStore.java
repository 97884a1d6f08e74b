package io.draem.service.capture;

import io.draem.service.capture.CapturedImage.Review;
import io.draem.service.startup.StartUpException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * The captured images and their labels: files, and a database that one process has open. Safe for use by several
 * threads.
 */
public final class CaptureStore implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(CaptureStore.class);

    private static final String DATABASE = "captures";
    /** A label that was answered is on the disk; no file grows outside of the limits. */
    private static final String SETTINGS = ";DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0;TRACE_LEVEL_FILE=0";

    /** An interrupt of a thread that reads closes no file. */
    private static final String URL = "jdbc:h2:async:";

    private final CaptureFiles files;
    private final JdbcConnectionPool connections;
    private final CaptureTable table;
    private long images;
    private long bytes;

    private CaptureStore(CaptureFiles files, JdbcConnectionPool connections) {
        this.files = files;
        this.connections = connections;
        this.table = new CaptureTable(connections);
    }

    /**
     * Opens the store of a directory, which is created if there is none.
     *
     * @throws StartUpException if it cannot be used, or another process uses it
     */
    static CaptureStore open(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        if (absolute.toString().indexOf(';') >= 0) {
            throw new StartUpException(
                    "draem.capture.directory has a semicolon in its name: " + absolute, "Use another directory");
        }
        try {
            create(absolute);
            if (!Files.isWritable(absolute)) {
                throw new IOException("it is not writable");
            }
        } catch (IOException e) {
            throw new StartUpException(
                    "draem.capture.directory cannot be used: " + absolute + ": " + e,
                    "Name a directory that the service may write to, or leave the property out to capture nothing",
                    e);
        }
        JdbcConnectionPool connections = JdbcConnectionPool.create(URL + absolute.resolve(DATABASE) + SETTINGS, "", "");
        CaptureStore store = new CaptureStore(new CaptureFiles(absolute), connections);
        try {
            store.prepare();
        } catch (DataAccessException | IOException e) {
            connections.dispose();
            throw new StartUpException(
                    "The database " + absolute.resolve(DATABASE)
                            + ".mv.db of draem.capture.directory cannot be opened: " + reason(e),
                    "Stop the process that uses this directory, or give this one another. If the database is"
                            + " damaged, restore it, or name another directory: the files in this one stay",
                    e);
        }
        return store;
    }

    /** Only for the user of the service, where the file system knows users: the images show products. */
    private static void create(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            PosixFileAttributeView view = Files.getFileAttributeView(directory, PosixFileAttributeView.class);
            if (view != null) {
                view.setPermissions(PosixFilePermissions.fromString("rwx------"));
            }
        }
    }

    private static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    private synchronized void prepare() throws IOException {
        if (!table.exists() && files.hasImages()) {
            throw new IOException("it is missing, but there are images");
        }
        table.create();
        int deleted = files.deleteUnknown(new HashSet<>(table.names()));
        if (deleted > 0) {
            log.warn("Deleted {} files of captured images that the last process had not completed", deleted);
        }
        images = table.count(CaptureFilter.ALL);
        bytes = table.bytes();
    }

    /**
     * Writes the files of an image, and adds it.
     *
     * @param encoded the image's file
     * @param map PNG of the raw anomaly map, null for none
     * @param mask PNG of the regions at the image's size, null for none
     */
    void add(CapturedImage image, byte[] encoded, byte @Nullable [] map, byte @Nullable [] mask) throws IOException {
        boolean added = false;
        try {
            files.write(image.name(), CaptureFiles.ending(image.format()), encoded);
            if (map != null && mask != null) {
                files.write(image.name(), CaptureFiles.MAP, map);
                files.write(image.name(), CaptureFiles.MASK, mask);
            }
            table.add(image);
            added = true;
        } finally {
            if (!added) {
                files.delete(image);
            }
        }
        count(1, image.bytes());
    }

    /**
     * Adds the reasons and the candidate's verdict to an image that is there.
     *
     * @return whether the same file is there for the same version
     */
    boolean merge(CaptureWork work) {
        return table.merge(work.verdict(), work.digest(), work.reasons(), work.candidate());
    }

    /** Returns an image; null if there is none of that number. */
    public @Nullable CapturedImage find(long id) {
        return table.find(id);
    }

    /**
     * Returns images, the latest first.
     *
     * @param before number above those of all images that are returned
     */
    public List<CapturedImage> list(CaptureFilter filter, long before, int limit) {
        return table.list(filter, before, limit);
    }

    /** Returns how many images there are. */
    public long count(CaptureFilter filter) {
        return table.count(filter);
    }

    /** Returns how many images have each label; those without one are not counted. */
    public Map<ReviewLabel, Long> labels(CaptureFilter filter) {
        return table.labels(filter);
    }

    /**
     * Sets the label of an image if nobody has set another one meanwhile.
     *
     * @param review with the revision that the reviewer has seen
     * @return whether it was set
     */
    public boolean label(long id, Review review) {
        return table.label(id, review);
    }

    /** Returns a file of an image, which is not there if it was deleted meanwhile or not kept. */
    public Path file(CapturedImage image, CapturedFile file) {
        return files.path(image.name(), file.ending(image));
    }

    /** Returns the names of the models of all images, in order. */
    public List<String> models() {
        return table.models();
    }

    /** Deletes an image with its files; does nothing if it is gone. */
    public void delete(CapturedImage image) throws IOException {
        files.delete(image); // an image without files is deleted later, a file without an image would stay
        if (table.delete(image.id())) {
            count(-1, -image.bytes());
        }
    }

    private synchronized void count(int image, long size) {
        images += image;
        bytes += size;
    }

    /** Returns how many images there are. */
    public synchronized long images() {
        return images;
    }

    /** Returns the bytes of the files of all images. */
    public synchronized long bytes() {
        return bytes;
    }

    /** Returns images that were captured before a time, the oldest first. */
    List<CapturedImage> olderThan(Instant time, int limit) {
        return table.olderThan(time, limit);
    }

    /** Returns the oldest images without a label; if there are none, those with one. */
    List<CapturedImage> expendable(int limit) {
        return table.expendable(limit);
    }

    @Override
    public void close() {
        try {
            table.shutDown();
        } catch (DataAccessException e) {
            log.warn("The database of captured images was not closed in order: {}", reason(e));
        }
        connections.dispose();
    }
}
