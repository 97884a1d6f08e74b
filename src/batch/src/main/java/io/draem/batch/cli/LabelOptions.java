package io.draem.batch.cli;

import io.draem.batch.comparison.Labels;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** Which column of the scores has labels, and what they mean. */
final class LabelOptions {

    @Option(
            names = "--label",
            paramLabel = "COLUMN",
            description = "Column of the manifest with labels (default: no figures by label)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable String label;

    @Option(
            names = "--normal",
            paramLabel = "LABEL",
            defaultValue = "good",
            description = "Label of normal images; every other one is anomalous")
    @SuppressWarnings("NullAway.Init")
    private String normal;

    /** Returns the labels; null without. */
    @Nullable
    Labels labels() {
        return label == null ? null : new Labels(label, normal);
    }
}
