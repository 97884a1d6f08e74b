package io.draem.score;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Rule by which a threshold was found; its {@link #id()} is stored in the model's metadata. */
public enum ThresholdRule {
    /** Maximizes F1 on labelled validation data. */
    F1,
    /** A quantile of the scores of normal images. */
    QUANTILE,
    /** The highest threshold that still finds a given share of the anomalous images. */
    RECALL,
    /** Given by a person. */
    MANUAL;

    /** Returns the name in metadata and on the command line. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return id();
    }

    /**
     * Returns the rule with that {@link #id()}.
     *
     * @throws IllegalArgumentException if there is none; the message lists them
     */
    public static ThresholdRule ofId(String id) {
        return Arrays.stream(values())
                .filter(rule -> rule.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Unknown threshold rule '" + id + "', known: "
                        + Arrays.stream(values()).map(ThresholdRule::id).collect(Collectors.joining(", "))));
    }
}
