package io.draem.service.capture;

import io.draem.service.capture.CapturedImage.Review;
import io.draem.service.capture.files.DirectoryStore;
import io.draem.service.capture.files.FileStore;
import io.draem.service.capture.files.StoreException;
import io.draem.service.capture.files.StoredFile;
import io.draem.service.startup.StartUpException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * The captured images and their labels: files, and a database that one process has open and that is the index of them. Safe
 * for use by several threads.
 */
public final class CaptureStore implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(CaptureStore.class);

    private final CaptureFiles files;
    private final JdbcConnectionPool connections;
    private final CaptureTable table;
    private final CaptureIndex index;
    private long images;
    private long bytes;

    private CaptureStore(CaptureFiles files, JdbcConnectionPool connections) {
        this.files = files;
        this.connections = connections;
        this.table = new CaptureTable(connections);
        this.index = new CaptureIndex(connections, table, files);
    }

    /**
     * Opens the store of a directory, which is created if there is none.
     *
     * @param elsewhere where the files are; null for the directory itself. Closed with this store, and if it is not opened
     * @throws StartUpException if it cannot be used, or another process uses it. One elsewhere that cannot be reached now is
     *     used as soon as it can be
     */
    static CaptureStore open(Path directory, @Nullable FileStore elsewhere) {
        Path absolute = directory.toAbsolutePath().normalize();
        CaptureFiles files = new CaptureFiles(elsewhere == null ? new DirectoryStore(absolute) : elsewhere);
        JdbcConnectionPool connections = connect(absolute, files);
        CaptureStore store = new CaptureStore(files, connections);
        boolean opened = false;
        try {
            store.prepare(elsewhere == null);
            opened = true;
            return store;
        } catch (StoreException e) {
            throw new StartUpException(
                    "draem.capture.bucket cannot be used: " + e.getMessage(),
                    "Correct bucket, region, endpoint and credentials, name a prefix of its own, or leave the property out",
                    e);
        } catch (DataAccessException | IOException e) {
            throw CaptureDatabase.unusable(absolute, e);
        } finally {
            if (!opened) {
                connections.dispose();
                files.close();
            }
        }
    }

    private static JdbcConnectionPool connect(Path directory, CaptureFiles files) {
        try {
            return CaptureDatabase.open(directory);
        } catch (StartUpException e) {
            files.close();
            throw e;
        }
    }

    private synchronized void prepare(boolean here) throws IOException {
        try {
            index.open();
            if (here) {
                index.tidy(); // elsewhere it may take long
            }
        } catch (StoreException e) {
            if (e.wrong()) {
                throw e;
            }
            log.warn(
                    "No image is captured until the store can be used, which is tried twice a minute: {}",
                    e.getMessage());
        }
        images = table.count(CaptureFilter.ALL);
        bytes = table.bytes();
    }

    /**
     * Uses a store that could not be reached before, and deletes files of images that were not completed. No image may be
     * added meanwhile.
     */
    void tidy() throws IOException {
        index.tidy();
    }

    /**
     * Writes the files of an image, and adds it.
     *
     * @param encoded the image's file
     * @param map PNG of the raw anomaly map, null for none
     * @param mask PNG of the regions at the image's size, null for none
     */
    void add(CapturedImage image, byte[] encoded, byte @Nullable [] map, byte @Nullable [] mask) throws IOException {
        if (!index.isClaimed()) {
            throw new IOException("The store has not been reached since the start");
        }
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
                index.discard(image);
            }
        }
        count(1, image.bytes());
    }

    /**
     * Adds the reasons and the candidate's verdict to an image that is there.
     *
     * @return whether the same file is there for the same version
     */
    boolean merge(CaptureWork work, String digest) {
        return table.merge(work.verdict(), digest, work.reasons(), work.candidate());
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

    /**
     * Opens a file of an image.
     *
     * @throws NoSuchFileException if it was deleted meanwhile, or not kept
     * @throws StoreException if the files are elsewhere, and cannot be read now
     */
    public StoredFile open(CapturedImage image, CapturedFile file) throws IOException {
        return files.open(image, file);
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
            log.warn("The database of captured images was not closed in order: {}", CaptureDatabase.reason(e));
        }
        connections.dispose();
        files.close();
    }
}
