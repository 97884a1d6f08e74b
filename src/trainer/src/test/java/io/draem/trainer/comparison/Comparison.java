package io.draem.trainer.comparison;

import io.draem.trainer.comparison.RunResult.Figure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Results of recipes on the same sets with the same seeds.
 *
 * @param recipes names; the first is the reference
 * @param sets to compare on
 * @param seeds to compare with
 * @param results of those alone, of each recipe with its latest options
 */
record Comparison(List<String> recipes, List<String> sets, List<Long> seeds, List<RunResult> results) {

    /**
     * Differences of a recipe to the reference, between runs on the same set with the same seed.
     *
     * @param mean over the sets, of the means over the seeds of each
     * @param overSets standard deviation of the sets' means; NaN for fewer than two sets
     * @param overSeeds standard deviation of the differences of one set, pooled over the sets; NaN if none has two seeds
     * @param lowestSet set with the lowest mean
     * @param lowest that mean
     * @param pairs number of pairs
     */
    record Differences(double mean, double overSets, double overSeeds, String lowestSet, double lowest, int pairs) {}

    /**
     * The recipe that is best without a set.
     *
     * @param set that was left out of the choice
     * @param recipe with the best mean of {@link #merit} over the other sets
     */
    record Choice(String set, String recipe) {}

    /** @param sets none for all in the results; likewise the seeds */
    static Comparison of(List<RunResult> all, List<String> recipes, List<String> sets, List<Long> seeds) {
        Map<String, String> latest = new LinkedHashMap<>();
        all.forEach(result -> latest.put(result.run().recipe(), result.run().digest()));
        List<RunResult> ofRecipes = all.stream()
                .filter(result -> recipes.contains(result.run().recipe())
                        && result.run().digest().equals(latest.get(result.run().recipe())))
                .toList();
        List<String> chosenSets = sets.isEmpty()
                ? ofRecipes.stream()
                        .map(result -> result.run().set())
                        .distinct()
                        .sorted()
                        .toList()
                : List.copyOf(new LinkedHashSet<>(sets));
        List<Long> chosenSeeds = seeds.isEmpty()
                ? ofRecipes.stream()
                        .map(result -> result.run().seed())
                        .distinct()
                        .sorted()
                        .toList()
                : List.copyOf(new LinkedHashSet<>(seeds));
        return new Comparison(
                recipes,
                chosenSets,
                chosenSeeds,
                ofRecipes.stream()
                        .filter(result -> chosenSets.contains(result.run().set())
                                && chosenSeeds.contains(result.run().seed()))
                        .toList());
    }

    /** Returns the number of runs that each recipe should have. */
    int planned() {
        return sets.size() * seeds.size();
    }

    /** Returns the results of a recipe, failed runs among them. */
    List<RunResult> of(String recipe) {
        return results.stream()
                .filter(result -> result.run().recipe().equals(recipe))
                .toList();
    }

    /** Returns the number of runs of a recipe that have figures. */
    int finished(String recipe) {
        return (int) of(recipe).stream().filter(result -> !result.isFailed()).count();
    }

    /** Returns whether every recipe has all its runs. */
    boolean isComplete() {
        return recipes.stream().allMatch(recipe -> finished(recipe) == planned());
    }

    /** Returns the values of a figure by seed. */
    Map<Long, Double> bySeed(String recipe, String set, Figure figure) {
        Map<Long, Double> values = new LinkedHashMap<>();
        for (RunResult result : of(recipe)) {
            if (result.run().set().equals(set)) {
                result.get(figure).ifPresent(value -> values.put(result.run().seed(), value));
            }
        }
        return values;
    }

    /** Returns the mean of a figure over the seeds; empty where there is none. */
    OptionalDouble mean(String recipe, String set, Figure figure) {
        return bySeed(recipe, set, figure).values().stream()
                .mapToDouble(value -> value)
                .average();
    }

    /**
     * Returns the sets on which every recipe has a figure. Means over sets are over these alone, for all recipes alike: a set
     * without masks, or one on which a recipe failed, would otherwise count for some. A recipe that has the figure on no set
     * excludes none.
     */
    List<String> common(Figure figure) {
        List<String> having = recipes.stream()
                .filter(recipe ->
                        sets.stream().anyMatch(set -> mean(recipe, set, figure).isPresent()))
                .toList();
        return sets.stream()
                .filter(set -> !having.isEmpty()
                        && having.stream()
                                .allMatch(recipe -> mean(recipe, set, figure).isPresent()))
                .toList();
    }

    /** Returns the mean of a figure over the common sets. */
    OptionalDouble mean(String recipe, Figure figure) {
        return common(figure).stream()
                .flatMapToDouble(set -> mean(recipe, set, figure).stream())
                .average();
    }

    /** Returns the differences of a recipe to the reference; null where no run of both has the figure. */
    @Nullable
    Differences differences(String recipe, Figure figure) {
        Map<String, List<Double>> bySet = new LinkedHashMap<>();
        for (String set : sets) {
            Map<Long, Double> reference = bySeed(recipes.get(0), set, figure);
            List<Double> differences = new ArrayList<>();
            bySeed(recipe, set, figure).forEach((seed, value) -> {
                if (reference.containsKey(seed)) {
                    differences.add(value - reference.get(seed));
                }
            });
            if (!differences.isEmpty()) {
                bySet.put(set, differences);
            }
        }
        if (bySet.isEmpty()) {
            return null;
        }
        Map<String, Double> means = bySet.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> mean(entry.getValue()), (a, b) -> a, LinkedHashMap::new));
        Map.Entry<String, Double> lowest =
                means.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow();
        double overSeeds = Math.sqrt(bySet.values().stream()
                .filter(differences -> differences.size() > 1)
                .mapToDouble(differences -> Math.pow(deviation(differences), 2))
                .average()
                .orElse(Double.NaN));
        return new Differences(
                mean(List.copyOf(means.values())),
                deviation(List.copyOf(means.values())),
                overSeeds,
                lowest.getKey(),
                lowest.getValue(),
                bySet.values().stream().mapToInt(List::size).sum());
    }

    /**
     * Returns what recipes are chosen by: the mean of image AUROC and pixel AUROC on a set, of a set without masks image
     * AUROC. Neither depends on a threshold.
     */
    OptionalDouble merit(String recipe, String set) {
        OptionalDouble image = mean(recipe, set, Figure.IMAGE_AUROC);
        OptionalDouble pixel = mean(recipe, set, Figure.PIXEL_AUROC);
        return image.isPresent() && pixel.isPresent()
                ? OptionalDouble.of((image.getAsDouble() + pixel.getAsDouble()) / 2)
                : image;
    }

    /**
     * Returns for each set the recipe that is chosen without it. Candidates are all recipes but the baselines that have
     * figures on all other sets and on this one; of equals the first.
     */
    List<Choice> leaveOneOut() {
        List<Choice> choices = new ArrayList<>();
        List<String> candidates = recipes.stream()
                .filter(recipe -> !recipe.equals(ComparedRecipe.ANOMALIB) && !recipe.equals(DifferenceOfGaussians.NAME))
                .filter(recipe ->
                        sets.stream().allMatch(set -> merit(recipe, set).isPresent()))
                .toList();
        for (String set : sets.size() > 1 ? sets : List.<String>of()) {
            candidates.stream()
                    // max would take the last of equals.
                    .min(Comparator.comparingDouble(recipe -> -meritWithout(recipe, set)))
                    .ifPresent(recipe -> choices.add(new Choice(set, recipe)));
        }
        return choices;
    }

    private double meritWithout(String recipe, String left) {
        return sets.stream()
                .filter(set -> !set.equals(left))
                .mapToDouble(set -> merit(recipe, set).orElseThrow())
                .average()
                .orElseThrow();
    }

    static double mean(List<Double> values) {
        return values.stream().mapToDouble(value -> value).average().orElse(Double.NaN);
    }

    /** Returns the standard deviation of a sample; NaN for fewer than two values. */
    static double deviation(List<Double> values) {
        double mean = mean(values);
        double squares = values.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        return values.size() < 2 ? Double.NaN : Math.sqrt(squares / (values.size() - 1));
    }
}
