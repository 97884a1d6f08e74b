package io.draem.service.capture;

import io.draem.frame.FrameSize;
import io.draem.image.ImageFormat;
import io.draem.service.capture.CapturedImage.CandidateVerdict;
import io.draem.service.capture.CapturedImage.ModelVerdict;
import io.draem.service.capture.CapturedImage.Review;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.springframework.jdbc.core.RowMapper;

/** Makes images of the rows of their table. */
final class CaptureRows implements RowMapper<CapturedImage> {

    @Override
    public CapturedImage mapRow(ResultSet row, int number) throws SQLException {
        Set<CaptureReason> reasons = EnumSet.noneOf(CaptureReason.class);
        for (String reason : row.getString("reasons").split(",")) {
            reasons.add(CaptureReason.valueOf(reason));
        }
        boolean compared = row.getObject("candidate_version") != null;
        return new CapturedImage(
                row.getLong("id"),
                Instant.ofEpochMilli(row.getLong("captured")),
                new ModelVerdict(
                        row.getString("model"),
                        row.getInt("version"),
                        row.getString("model_digest"),
                        row.getBoolean("anomalous"),
                        row.getDouble("score"),
                        row.getDouble("normalized_score"),
                        row.getDouble("threshold"),
                        row.getDouble("pixel_threshold"),
                        row.getInt("regions")),
                row.getString("digest"),
                ImageFormat.valueOf(row.getString("format")),
                new FrameSize(row.getInt("width"), row.getInt("height")),
                reasons,
                compared
                        ? new CandidateVerdict(
                                row.getInt("candidate_version"),
                                row.getBoolean("candidate_anomalous"),
                                row.getDouble("candidate_score"))
                        : null,
                row.getString("name"),
                row.getBoolean("has_map"),
                row.getLong("bytes"),
                review(row));
    }

    private static Review review(ResultSet row) throws SQLException {
        String label = row.getString("label");
        return new Review(
                label == null ? null : ReviewLabel.valueOf(label),
                row.getString("outlines"),
                row.getString("reviewer"),
                label == null ? null : Instant.ofEpochMilli(row.getLong("reviewed")),
                row.getInt("revision"));
    }
}
