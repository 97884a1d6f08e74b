package io.draem.service.capture;

import io.draem.service.capture.CapturedImage.CandidateVerdict;
import io.draem.service.capture.CapturedImage.ModelVerdict;
import io.draem.service.capture.CapturedImage.Review;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table of captured images and their labels. */
final class CaptureTable {

    private static final String COLUMNS = "captured, model, version, model_digest, anomalous, score, normalized_score,"
            + " threshold, pixel_threshold, regions, digest, format, width, height, reasons, candidate_version,"
            + " candidate_anomalous, candidate_score, name, has_map, bytes";

    private static final CaptureRows ROWS = new CaptureRows();

    private final JdbcClient database;

    CaptureTable(DataSource connections) {
        this.database = JdbcClient.create(connections);
    }

    /** Creates the table if there is none. */
    void create() {
        database.sql("""
                CREATE TABLE IF NOT EXISTS image (
                  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                  captured BIGINT NOT NULL,
                  model VARCHAR NOT NULL, version INT NOT NULL, model_digest VARCHAR NOT NULL,
                  anomalous BOOLEAN NOT NULL, score DOUBLE PRECISION NOT NULL,
                  normalized_score DOUBLE PRECISION NOT NULL, threshold DOUBLE PRECISION NOT NULL,
                  pixel_threshold DOUBLE PRECISION NOT NULL, regions INT NOT NULL,
                  digest VARCHAR NOT NULL, format VARCHAR NOT NULL, width INT NOT NULL, height INT NOT NULL,
                  reasons VARCHAR NOT NULL,
                  candidate_version INT, candidate_anomalous BOOLEAN, candidate_score DOUBLE PRECISION,
                  name VARCHAR NOT NULL, has_map BOOLEAN NOT NULL, bytes BIGINT NOT NULL,
                  label VARCHAR, outlines VARCHAR, reviewer VARCHAR, reviewed BIGINT,
                  revision INT DEFAULT 0 NOT NULL,
                  UNIQUE (model, model_digest, digest))""").update();
        database.sql("CREATE INDEX IF NOT EXISTS image_captured ON image (captured)")
                .update();
    }

    /** Adds an image; its number is set here. */
    void add(CapturedImage image) {
        ModelVerdict verdict = image.verdict();
        CandidateVerdict candidate = image.candidate();
        List<@Nullable Object> values = Arrays.asList(
                image.time().toEpochMilli(),
                verdict.model(),
                verdict.version(),
                verdict.modelDigest(),
                verdict.anomalous(),
                verdict.score(),
                verdict.normalizedScore(),
                verdict.threshold(),
                verdict.pixelThreshold(),
                verdict.regions(),
                image.digest(),
                image.format().name(),
                image.size().width(),
                image.size().height(),
                text(image.reasons()),
                candidate == null ? null : candidate.version(),
                candidate == null ? null : candidate.anomalous(),
                candidate == null ? null : candidate.normalizedScore(),
                image.name(),
                image.hasMap(),
                image.bytes());
        String marks = values.stream().map(value -> "?").collect(Collectors.joining(", "));
        database.sql("INSERT INTO image (" + COLUMNS + ") VALUES (" + marks + ")")
                .params(values)
                .update();
    }

    /**
     * Adds the reasons and the candidate's verdict to an image that is there.
     *
     * @return whether the same file is there for the same version
     */
    boolean merge(
            ModelVerdict verdict, String digest, Set<CaptureReason> reasons, @Nullable CandidateVerdict candidate) {
        List<CapturedImage> found = database.sql(
                        "SELECT * FROM image WHERE model = ? AND model_digest = ? AND digest = ?")
                .params(verdict.model(), verdict.modelDigest(), digest)
                .query(ROWS)
                .list();
        if (found.isEmpty()) {
            return false;
        }
        Set<CaptureReason> all = EnumSet.copyOf(reasons);
        all.addAll(found.get(0).reasons());
        long id = found.get(0).id();
        database.sql("UPDATE image SET reasons = ? WHERE id = ?")
                .params(text(all), id)
                .update();
        if (candidate != null) {
            database.sql(
                            "UPDATE image SET candidate_version = ?, candidate_anomalous = ?, candidate_score = ? WHERE id = ?")
                    .params(candidate.version(), candidate.anomalous(), candidate.normalizedScore(), id)
                    .update();
        }
        return true;
    }

    /** Returns an image; null if there is none of that number. */
    @Nullable
    CapturedImage find(long id) {
        return database.sql("SELECT * FROM image WHERE id = ?")
                .params(id)
                .query(ROWS)
                .optional()
                .orElse(null);
    }

    /**
     * Returns images, the latest first.
     *
     * @param before number above those of all images that are returned
     */
    List<CapturedImage> list(CaptureFilter filter, long before, int limit) {
        List<Object> values = new ArrayList<>(filter.values());
        values.addAll(List.of(before, limit));
        return database.sql("SELECT * FROM image WHERE " + filter.condition() + " AND id < ? ORDER BY id DESC LIMIT ?")
                .params(values)
                .query(ROWS)
                .list();
    }

    /** Returns how many images have each label; those without one are not counted. */
    Map<ReviewLabel, Long> labels(CaptureFilter filter) {
        Map<ReviewLabel, Long> counts = new EnumMap<>(ReviewLabel.class);
        database.sql("SELECT label, COUNT(*) FROM image WHERE " + filter.condition()
                        + " AND label IS NOT NULL GROUP BY label")
                .params(filter.values())
                .query(row -> {
                    counts.put(ReviewLabel.valueOf(row.getString(1)), row.getLong(2));
                });
        return counts;
    }

    /** Returns how many images there are. */
    long count(CaptureFilter filter) {
        return database.sql("SELECT COUNT(*) FROM image WHERE " + filter.condition())
                .params(filter.values())
                .query(Long.class)
                .single();
    }

    /** Returns the bytes of the files of all images. */
    long bytes() {
        return database.sql("SELECT COALESCE(SUM(bytes), 0) FROM image")
                .query(Long.class)
                .single();
    }

    /**
     * Sets the label of an image if nobody has set another one meanwhile.
     *
     * @param review with the revision that the reviewer has seen
     * @return whether it was set
     */
    boolean label(long id, Review review) {
        ReviewLabel label = review.label();
        Instant time = review.time();
        return database.sql(
                                "UPDATE image SET label = ?, outlines = ?, reviewer = ?, reviewed = ?, revision = revision + 1"
                                        + " WHERE id = ? AND revision = ?")
                        .params(Arrays.asList(
                                label == null ? null : label.name(),
                                review.outlines(),
                                review.reviewer(),
                                time == null ? null : time.toEpochMilli(),
                                id,
                                review.revision()))
                        .update()
                == 1;
    }

    /** Deletes an image; returns whether it was there. */
    boolean delete(long id) {
        return database.sql("DELETE FROM image WHERE id = ?").params(id).update() == 1;
    }

    /** Returns the names of the files of all images. */
    List<String> names() {
        return database.sql("SELECT name FROM image").query(String.class).list();
    }

    /** Returns images that were captured before a time, the oldest first. */
    List<CapturedImage> olderThan(Instant time, int limit) {
        return database.sql("SELECT * FROM image WHERE captured < ? ORDER BY captured LIMIT ?")
                .params(time.toEpochMilli(), limit)
                .query(ROWS)
                .list();
    }

    /** Returns the oldest images without a label; if there are none, those with one. */
    List<CapturedImage> expendable(int limit) {
        List<CapturedImage> unlabeled = expendable("label IS NULL", limit);
        return unlabeled.isEmpty() ? expendable("label IS NOT NULL", limit) : unlabeled;
    }

    private List<CapturedImage> expendable(String condition, int limit) {
        return database.sql("SELECT * FROM image WHERE " + condition + " ORDER BY captured LIMIT ?")
                .params(limit)
                .query(ROWS)
                .list();
    }

    /** Returns the names of the models of all images, in order. */
    List<String> models() {
        return database.sql("SELECT DISTINCT model FROM image ORDER BY model")
                .query(String.class)
                .list();
    }

    /** Returns whether there is the table. */
    boolean exists() {
        return database.sql("SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = 'IMAGE'")
                        .query(Long.class)
                        .single()
                > 0;
    }

    /** Closes the database in order. */
    void shutDown() {
        database.sql("SHUTDOWN").update();
    }

    private static String text(Set<CaptureReason> reasons) {
        return reasons.stream().map(CaptureReason::name).sorted().collect(Collectors.joining(","));
    }
}
