package io.draem.trainer.comparison;

import io.draem.trainer.comparison.Comparison.Choice;
import io.draem.trainer.comparison.Comparison.Differences;
import io.draem.trainer.comparison.RunResult.Figure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A comparison as a Markdown document.
 *
 * @param comparison with a reference as its first recipe
 */
record ComparisonTable(Comparison comparison) {

    private static final String MISSING = "–";
    private static final List<Figure> QUALITY = Arrays.stream(Figure.values())
            .filter(figure -> figure != Figure.MINUTES)
            .toList();

    /** Returns the whole document. */
    String markdown() {
        StringBuilder text = new StringBuilder("# Comparison of recipes\n\n");
        text.append(comparison.sets().size())
                .append(" sets, seeds ")
                .append(comparison.seeds().stream().map(String::valueOf).collect(Collectors.joining(", ")))
                .append(". Missing figures are shown as ")
                .append(MISSING)
                .append(".\n\n");
        means(text);
        differences(text);
        leaveOneOut(text);
        perSet(text);
        failures(text);
        recipes(text);
        return text.toString();
    }

    private void means(StringBuilder text) {
        text.append("## Means over the sets\n\nRecall and false alarms are shares at the model's own threshold.\n\n");
        List<String> head = new ArrayList<>(List.of("recipe", "runs"));
        Arrays.stream(Figure.values()).map(Figure::title).forEach(head::add);
        header(text, head);
        for (String recipe : comparison.recipes()) {
            List<String> row =
                    new ArrayList<>(List.of(recipe, comparison.finished(recipe) + " of " + comparison.planned()));
            for (Figure figure : Figure.values()) {
                row.add(cell(comparison.mean(recipe, figure), figure));
            }
            row(text, row);
        }
        text.append('\n');
        leftOut()
                .forEach((sets, figures) -> text.append("- Without ")
                        .append(sets)
                        .append(" in the means of ")
                        .append(String.join(", ", figures))
                        .append(": not every recipe has a figure there.\n"));
        text.append('\n');
    }

    /** Returns the figures whose means are without sets, by these sets. */
    private Map<String, List<String>> leftOut() {
        Map<String, List<String>> figures = new LinkedHashMap<>();
        for (Figure figure : Figure.values()) {
            List<String> sets = new ArrayList<>(comparison.sets());
            sets.removeAll(comparison.common(figure));
            if (!sets.isEmpty()) {
                figures.computeIfAbsent(String.join(", ", sets), of -> new ArrayList<>())
                        .add(figure.title());
            }
        }
        return figures;
    }

    private void differences(StringBuilder text) {
        text.append("## Differences to ")
                .append(comparison.recipes().get(0))
                .append(
                        "\n\nPaired by set and seed: mean over the sets (standard deviation over the sets; over the seeds of"
                                + " a set, pooled).\n\n");
        List<String> head = new ArrayList<>(List.of("recipe", "pairs"));
        QUALITY.stream().map(Figure::title).forEach(head::add);
        head.add("lowest image AUROC");
        head.add("lowest pixel AUROC");
        header(text, head);
        for (String recipe :
                comparison.recipes().subList(1, comparison.recipes().size())) {
            Differences image = comparison.differences(recipe, Figure.IMAGE_AUROC);
            List<String> row = new ArrayList<>(List.of(recipe, image == null ? "0" : String.valueOf(image.pairs())));
            for (Figure figure : QUALITY) {
                Differences found = comparison.differences(recipe, figure);
                row.add(
                        found == null
                                ? MISSING
                                : signed(found.mean()) + " (" + plain(found.overSets()) + "; "
                                        + plain(found.overSeeds()) + ")");
            }
            row.add(lowest(image));
            row.add(lowest(comparison.differences(recipe, Figure.PIXEL_AUROC)));
            row(text, row);
        }
        text.append('\n');
    }

    private static String lowest(@Nullable Differences found) {
        return found == null ? MISSING : found.lowestSet() + " " + signed(found.lowest());
    }

    private void leaveOneOut(StringBuilder text) {
        List<Choice> choices = comparison.leaveOneOut();
        if (choices.isEmpty()) {
            return; // one set, or no recipe has figures on all sets
        }
        text.append(
                "## Leave one out\n\nPer set the recipe with the best mean over the other sets of (image AUROC + pixel"
                        + " AUROC) / 2, and what it reaches on the set, beside the reference in brackets. Candidates are the"
                        + " recipes, without the baselines, that have runs on all sets.\n\n");
        List<String> head = new ArrayList<>(List.of("set", "chosen"));
        QUALITY.stream().map(Figure::title).forEach(head::add);
        header(text, head);
        for (Choice choice : choices) {
            List<String> row = new ArrayList<>(List.of(choice.set(), choice.recipe()));
            for (Figure figure : QUALITY) {
                row.add(cell(comparison.mean(choice.recipe(), choice.set(), figure), figure) + " ("
                        + cell(comparison.mean(comparison.recipes().get(0), choice.set(), figure), figure) + ")");
            }
            row(text, row);
        }
        List<String> means = new ArrayList<>(List.of("mean", ""));
        for (Figure figure : QUALITY) {
            OptionalDouble mean = choices.stream()
                    .flatMapToDouble(choice -> comparison.mean(choice.recipe(), choice.set(), figure).stream())
                    .average();
            means.add(cell(mean, figure));
        }
        row(text, means);
        text.append('\n');
    }

    private void perSet(StringBuilder text) {
        for (String set : comparison.sets()) {
            text.append("## ").append(set).append("\n\nMean and, of several seeds, ± standard deviation.\n\n");
            List<String> head = new ArrayList<>(List.of("recipe", "seeds"));
            Arrays.stream(Figure.values()).map(Figure::title).forEach(head::add);
            header(text, head);
            for (String recipe : comparison.recipes()) {
                int seeds = comparison.bySeed(recipe, set, Figure.IMAGE_AUROC).size();
                List<String> row = new ArrayList<>(
                        List.of(recipe, seeds + " of " + comparison.seeds().size()));
                for (Figure figure : Figure.values()) {
                    double deviation = Comparison.deviation(
                            List.copyOf(comparison.bySeed(recipe, set, figure).values()));
                    row.add(cell(comparison.mean(recipe, set, figure), figure)
                            + (Double.isNaN(deviation) ? "" : " ± " + number(deviation, figure)));
                }
                row(text, row);
            }
            text.append('\n');
        }
    }

    private void failures(StringBuilder text) {
        List<RunResult> failed =
                comparison.results().stream().filter(RunResult::isFailed).toList();
        if (!failed.isEmpty()) {
            text.append("## Failed runs\n\n");
            header(text, List.of("set", "recipe", "seed", "error"));
            failed.forEach(result -> row(
                    text,
                    List.of(
                            result.run().set(),
                            result.run().recipe(),
                            String.valueOf(result.run().seed()),
                            result.error().replace("|", "\\|"))));
            text.append('\n');
        }
    }

    private void recipes(StringBuilder text) {
        text.append("## Recipes\n\n");
        header(text, List.of("recipe", "digest of the options", "commits", "threads", "at the same time"));
        for (String recipe : comparison.recipes()) {
            List<RunResult> runs = comparison.of(recipe);
            row(
                    text,
                    List.of(
                            recipe,
                            distinct(runs.stream()
                                    .map(result -> result.run().digest())
                                    .toList()),
                            distinct(runs.stream().map(RunResult::commit).toList()),
                            distinct(runs.stream()
                                    .map(result -> String.valueOf(result.threads()))
                                    .toList()),
                            distinct(runs.stream()
                                    .map(result -> String.valueOf(result.parallel()))
                                    .toList())));
        }
    }

    private static String distinct(List<String> values) {
        return values.isEmpty() ? MISSING : values.stream().distinct().collect(Collectors.joining(", "));
    }

    private static void header(StringBuilder text, List<String> names) {
        row(text, names);
        row(text, names.stream().map(name -> "---").toList());
    }

    private static void row(StringBuilder text, List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    private static String cell(OptionalDouble value, Figure figure) {
        return value.isEmpty() ? MISSING : number(value.getAsDouble(), figure);
    }

    private static String number(double value, Figure figure) {
        return String.format(Locale.ROOT, figure == Figure.MINUTES ? "%.1f" : "%.3f", value);
    }

    private static String signed(double value) {
        return String.format(Locale.ROOT, "%+.3f", value);
    }

    private static String plain(double value) {
        return Double.isNaN(value) ? MISSING : String.format(Locale.ROOT, "%.3f", value);
    }
}
