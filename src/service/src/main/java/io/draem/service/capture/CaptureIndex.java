package io.draem.service.capture;

import io.draem.service.capture.files.StoreException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Keeps index and files of captured images together: the files belong to one index, which knows where they are, and files that
 * no image has are deleted. Used by the thread that adds images.
 */
final class CaptureIndex {

    private static final Logger log = LoggerFactory.getLogger(CaptureIndex.class);

    /** Images whose files could not be deleted; of more, the next start finds them. */
    private static final int MOST_LEFT = 1000;

    private final JdbcClient database;
    private final CaptureTable table;
    private final CaptureFiles files;
    private final Deque<CapturedImage> left = new ArrayDeque<>();
    private volatile boolean claimed;
    private boolean clean;

    CaptureIndex(DataSource connections, CaptureTable table, CaptureFiles files) {
        this.database = JdbcClient.create(connections);
        this.table = table;
        this.files = files;
    }

    /**
     * What the database says of its files.
     *
     * @param id names the index
     * @param address where the files are
     * @param claimed whether they have been claimed
     */
    private record Place(String id, String address, boolean claimed) {}

    /**
     * Creates the tables if there are none, and claims the files.
     *
     * @throws StoreException if the store cannot be used; {@link #tidy} tries again
     * @throws IOException if the files belong to another index, or are elsewhere
     */
    void open() throws IOException {
        database.sql("""
                CREATE TABLE IF NOT EXISTS place (
                  id VARCHAR NOT NULL, address VARCHAR NOT NULL, claimed BOOLEAN NOT NULL)""").update();
        String address = files.store().address();
        if (places().isEmpty()) {
            // An index of an earlier release has its files in its directory.
            boolean earlier = table.exists();
            database.sql("INSERT INTO place VALUES (?, ?, ?)")
                    .params(UUID.randomUUID().toString(), earlier ? "" : address, earlier)
                    .update();
        }
        table.create();
        String known = places().get(0).address();
        if (!known.equals(address)) {
            if (table.count(CaptureFilter.ALL) > 0) {
                throw new IOException("its images are in " + text(known) + ", not in " + text(address));
            }
            database.sql("UPDATE place SET address = ?, claimed = FALSE")
                    .params(address)
                    .update();
        }
        claim();
    }

    private static String text(String address) {
        return address.isEmpty() ? "the directory" : address;
    }

    private List<Place> places() {
        return database.sql("SELECT * FROM place")
                .query((row, number) ->
                        new Place(row.getString("id"), row.getString("address"), row.getBoolean("claimed")))
                .list();
    }

    /** An empty index would delete the images of another one. */
    private void claim() throws IOException {
        Place place = places().get(0);
        if (!place.claimed() && files.hasImages()) {
            throw new IOException("it is missing, but there are images in "
                    + text(files.store().address()));
        }
        files.store().claim(place.id());
        if (!place.claimed()) {
            database.sql("UPDATE place SET claimed = TRUE").update();
        }
        claimed = true;
    }

    /** Returns whether files may be written. */
    boolean isClaimed() {
        return claimed;
    }

    /** Deletes the files of an image that was not completed; those that cannot be deleted now, later. */
    void discard(CapturedImage image) {
        try {
            files.delete(image);
        } catch (IOException e) {
            if (left.size() < MOST_LEFT) {
                left.add(image);
            }
        }
    }

    /**
     * Claims the files if that was not possible before, and deletes those that no image has. No image may be added meanwhile.
     */
    void tidy() throws IOException {
        if (!claimed) {
            claim();
            log.info("Images are captured in {}", text(files.store().address()));
        }
        if (!clean) {
            int deleted = files.deleteUnknown(new HashSet<>(table.names()));
            if (deleted > 0) {
                log.warn("Deleted {} files of captured images that the last process had not completed", deleted);
            }
            clean = true;
        }
        while (!left.isEmpty()) {
            files.delete(left.element());
            left.remove();
        }
    }
}
