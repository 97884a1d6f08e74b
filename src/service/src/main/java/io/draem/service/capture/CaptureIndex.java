package io.draem.service.capture;

import io.draem.service.capture.files.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
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

    /** Between listings of all files, in nanoseconds. */
    private static final long PAUSE = TimeUnit.MINUTES.toNanos(10);

    /** How much later than another image one may be captured that a process did not complete. */
    private static final Duration MOST_LATER = Duration.ofHours(1);

    private final JdbcClient database;
    private final CaptureTable table;
    private final CaptureFiles files;
    private final Deque<CapturedImage> left = new ArrayDeque<>();
    private volatile boolean claimed;
    private boolean clean;
    private boolean failing;
    private long listed;

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
        files.store().claim(place.id(), place.claimed() && table.count(CaptureFilter.ALL) > 0);
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
     * Claims the files if that was not possible before, and deletes those that no image has; what cannot be deleted is
     * reported, and tried again by later calls. No image may be added meanwhile.
     *
     * @throws IOException if the files cannot be claimed, so that no image can be added
     */
    void tidy() throws IOException {
        if (!claimed) {
            claim();
            log.info("Images are captured in {}", text(files.store().address()));
        }
        try {
            while (!left.isEmpty()) {
                files.delete(left.element());
                left.remove();
            }
            deleteUnknown();
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                failing = true;
                log.error(
                        "Files of images that were not completed stay in the store until they can be deleted: {}",
                        e.toString());
            }
        }
    }

    /** Once; after a failure, not with each call: a listing of all files is long. */
    private void deleteUnknown() throws IOException {
        if (clean || (listed != 0 && System.nanoTime() - listed < PAUSE)) {
            return;
        }
        listed = System.nanoTime();
        NavigableSet<String> known = new TreeSet<>(table.names());
        List<String> unknown = files.unknown(known);
        if (isOlderThan(unknown, known)) {
            log.error(
                    "{} files in {} have no image in the index, and it seems to be an older one that was restored: the first"
                            + " of them is {}. None is deleted. Restore the latest index; if there is no later one, delete"
                            + " these files yourself",
                    unknown.size(),
                    text(files.store().address()),
                    unknown.get(0));
        } else {
            for (String name : unknown) {
                files.store().delete(name);
            }
            if (!unknown.isEmpty()) {
                log.warn("Deleted {} files of captured images that the last process had not completed", unknown.size());
            }
        }
        clean = true;
    }

    /**
     * Returns whether the index lacks images that were captured long after the last one before that it has. A process that
     * ends leaves an image or a few, soon after another one, or one alone after a break of the line.
     */
    private static boolean isOlderThan(List<String> unknown, NavigableSet<String> known) {
        return unknown.stream()
                        .map(CaptureFiles::image)
                        .distinct()
                        .filter(image -> {
                            String before = known.floor(image);
                            return before == null
                                    || CaptureFiles.time(image)
                                            .isAfter(CaptureFiles.time(before).plus(MOST_LATER));
                        })
                        .limit(2)
                        .count()
                > 1;
    }
}
