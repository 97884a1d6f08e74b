package io.draem.service.capture;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which captured images are meant.
 *
 * @param model name of their model; null for all
 * @param reason one of their reasons; null for all
 * @param labels labels of which they have one; with {@code unlabeled} false and none, all images
 * @param unlabeled whether images without a label are meant
 */
public record CaptureFilter(
        @Nullable String model, @Nullable CaptureReason reason, List<ReviewLabel> labels, boolean unlabeled) {

    /** All images. */
    public static final CaptureFilter ALL = new CaptureFilter(null, null, List.of(), false);

    public CaptureFilter {
        labels = List.copyOf(labels);
    }

    /** Returns the condition in SQL, with a question mark for each of the values. */
    String condition() {
        List<String> conditions = new ArrayList<>(List.of("TRUE"));
        if (model != null) {
            conditions.add("model = ?");
        }
        if (reason != null) {
            conditions.add("',' || reasons || ',' LIKE ?");
        }
        if (unlabeled) {
            conditions.add("label IS NULL");
        } else if (!labels.isEmpty()) {
            conditions.add("label IN (" + "?, ".repeat(labels.size() - 1) + "?)");
        }
        return String.join(" AND ", conditions);
    }

    List<Object> values() {
        List<Object> values = new ArrayList<>();
        if (model != null) {
            values.add(model);
        }
        if (reason != null) {
            values.add("%," + reason.name() + ",%");
        }
        if (!unlabeled) {
            labels.forEach(label -> values.add(label.name()));
        }
        return values;
    }
}
