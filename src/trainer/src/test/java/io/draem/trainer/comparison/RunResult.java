package io.draem.trainer.comparison;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What one recipe reached on one set with one seed; a line of the results file.
 *
 * @param run which run it was
 * @param commit of the sources; a plus sign follows if they were changed
 * @param figures in the order of {@link Figure}, NaN where the set does not define one; empty if the run failed
 * @param threads of the training
 * @param parallel runs at the same time, which its minutes depend on
 * @param error why it failed; empty if it did not
 */
record RunResult(Run run, String commit, List<Double> figures, int threads, int parallel, String error) {

    /**
     * A run; two of the same are not run twice.
     *
     * @param set name of the folder of the set
     * @param recipe name of the recipe
     * @param digest of the recipe's options
     */
    record Run(String set, String recipe, String digest, long seed) {

        /** Returns the name of the model that it trains. */
        String id() {
            return set + "-" + recipe + "-" + digest + "-s" + seed;
        }
    }

    /** A figure of a run, by its place in {@code metrics.json}. */
    enum Figure {
        IMAGE_AUROC("image AUROC", "/image/auroc"),
        PIXEL_AUROC("pixel AUROC", "/pixel/auroc"),
        AUPRO("AUPRO", "/pixel/aupro"),
        PIXEL_AP("pixel AP", "/pixel/averagePrecision"),
        RECALL("recall", "/image/confusion/truePositives", "/image/confusion/falseNegatives"),
        FALSE_ALARMS("false alarms", "/image/confusion/falsePositives", "/image/confusion/trueNegatives"),
        MINUTES("minutes", "/seconds");

        private final String title;
        private final String path;
        private final String rest;

        Figure(String title, String path) {
            this(title, path, "");
        }

        /** @param rest path of what {@code path} is a share of, together with itself; empty for a figure of its own */
        Figure(String title, String path, String rest) {
            this.title = title;
            this.path = path;
            this.rest = rest;
        }

        String title() {
            return title;
        }

        private double of(JsonNode metrics) {
            double value = metrics.at(path).asDouble(Double.NaN);
            if (!rest.isEmpty()) {
                return value / (value + metrics.at(rest).asDouble(Double.NaN));
            }
            return this == MINUTES ? value / 60 : value;
        }
    }

    private static final int KEYS = 5;
    private static final int COLUMNS = KEYS + Figure.values().length + 3;

    /** The first line of a results file. */
    static final String HEADER = "set\trecipe\tdigest\tcommit\tseed\t"
            + Arrays.stream(Figure.values())
                    .map(figure -> figure.title().replace(' ', '-'))
                    .collect(Collectors.joining("\t"))
            + "\tthreads\tparallel\terror";

    RunResult {
        figures = List.copyOf(figures);
    }

    static RunResult of(Run run, String commit, JsonNode metrics, int threads, int parallel) {
        List<Double> figures = new ArrayList<>();
        for (Figure figure : Figure.values()) {
            figures.add(figure.of(metrics));
        }
        return new RunResult(run, commit, figures, threads, parallel, "");
    }

    static RunResult failed(Run run, String commit, int threads, int parallel, String error) {
        String line = error.replaceAll("\\s+", " ").strip();
        return new RunResult(run, commit, List.of(), threads, parallel, line.isEmpty() ? "unknown error" : line);
    }

    boolean isFailed() {
        return !error.isEmpty();
    }

    /** Returns a figure; empty if the run failed or the set does not define it. */
    OptionalDouble get(Figure figure) {
        double value = isFailed() ? Double.NaN : figures.get(figure.ordinal());
        return Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** Returns the line of the results file. */
    String line() {
        Stream<String> values = Arrays.stream(Figure.values())
                .map(figure -> get(figure).isEmpty()
                        ? ""
                        : String.format(Locale.ROOT, "%.5f", get(figure).getAsDouble()));
        return Stream.of(
                        Stream.of(run.set, run.recipe, run.digest, commit, Long.toString(run.seed)),
                        values,
                        Stream.of(Integer.toString(threads), Integer.toString(parallel), error))
                .flatMap(columns -> columns)
                .collect(Collectors.joining("\t"));
    }

    /**
     * Reads a line of the results file.
     *
     * @throws IllegalArgumentException if it is none
     */
    static RunResult parse(String line) {
        String[] columns = line.split("\t", -1);
        if (columns.length != COLUMNS) {
            throw new IllegalArgumentException("it has " + columns.length + " columns, not " + COLUMNS);
        }
        String error = columns[COLUMNS - 1];
        List<Double> figures = error.isEmpty()
                ? Arrays.stream(columns, KEYS, COLUMNS - 3)
                        .map(text -> text.isEmpty() ? Double.NaN : Double.parseDouble(text))
                        .toList()
                : List.of();
        return new RunResult(
                new Run(columns[0], columns[1], columns[2], Long.parseLong(columns[4])),
                columns[3],
                figures,
                Integer.parseInt(columns[COLUMNS - 3]),
                Integer.parseInt(columns[COLUMNS - 2]),
                error);
    }
}
