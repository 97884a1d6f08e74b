package io.draem.trainer.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.draem.trainer.comparison.Comparison.Choice;
import io.draem.trainer.comparison.Comparison.Differences;
import io.draem.trainer.comparison.RunResult.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ComparisonTests {

    private static final double NONE = Double.NaN;

    private final List<RunResult> results = new ArrayList<>();

    @TempDir
    Path folder;

    @Test
    void differencesArePairedBySetAndSeed() {
        add("wood", "quick", 0, 0.7, 0.9);
        add("wood", "quick", 1, 0.9, 0.9);
        add("wood", "thin", 0, 0.8, 0.9);
        add("wood", "thin", 1, 0.96, 0.9);
        add("road", "quick", 0, 0.5, 0.9);
        add("road", "thin", 0, 0.48, 0.9);
        add("road", "thin", 1, 0.99, 0.9); // without its pair
        Differences differences =
                Objects.requireNonNull(comparison("quick", "thin").differences("thin", Figure.IMAGE_AUROC));
        // wood +0.10 and +0.06, road -0.02
        assertThat(differences.mean()).isCloseTo((0.08 - 0.02) / 2, within(1e-9));
        assertThat(differences.overSets()).isCloseTo(0.1 / Math.sqrt(2), within(1e-9));
        assertThat(differences.overSeeds()).isCloseTo(0.04 / Math.sqrt(2), within(1e-9));
        assertThat(differences.lowestSet()).isEqualTo("road");
        assertThat(differences.lowest()).isCloseTo(-0.02, within(1e-9));
        assertThat(differences.pairs()).isEqualTo(3);
    }

    @Test
    void oneSeedOnOneSetHasNoSpread() {
        add("wood", "quick", 0, 0.7, 0.9);
        add("wood", "thin", 0, 0.8, 0.9);
        Differences differences =
                Objects.requireNonNull(comparison("quick", "thin").differences("thin", Figure.IMAGE_AUROC));
        assertThat(differences.overSets()).isNaN();
        assertThat(differences.overSeeds()).isNaN();
        assertThat(comparison("quick", "other").differences("other", Figure.IMAGE_AUROC))
                .isNull();
    }

    @Test
    void aRecipeIsChosenWithoutTheSetThatItIsReportedFor() {
        add("wood", "quick", 0, 0.8, 0.8);
        add("road", "quick", 0, 0.8, 0.8);
        add("steel", "quick", 0, 0.8, 0.8);
        add("wood", "tuned", 0, 1, 1); // best on the mean of all sets, because of wood alone
        add("road", "tuned", 0, 0.75, 0.75);
        add("steel", "tuned", 0, 0.75, 0.75);
        add("wood", DifferenceOfGaussians.NAME, 0, 1, 1);
        add("road", DifferenceOfGaussians.NAME, 0, 1, 1);
        add("steel", DifferenceOfGaussians.NAME, 0, 1, 1);
        assertThat(comparison("quick", "tuned", DifferenceOfGaussians.NAME).leaveOneOut())
                .containsExactlyInAnyOrder(
                        new Choice("wood", "quick"), new Choice("road", "tuned"), new Choice("steel", "tuned"));
    }

    @Test
    void equalRecipesLeaveTheReferenceChosen() {
        for (String recipe : List.of("other", "quick")) {
            add("wood", recipe, 0, 0.8, 0.8);
            add("road", recipe, 0, 0.8, 0.8);
        }
        assertThat(comparison("quick", "other").leaveOneOut())
                .containsExactlyInAnyOrder(new Choice("wood", "quick"), new Choice("road", "quick"));
    }

    @Test
    void aSetWithoutMasksIsLeftOutOfPixelMeansForAllRecipes() {
        add("wood", "quick", 0, 0.8, 0.6);
        add("alien", "quick", 0, 0.4, NONE);
        Comparison comparison = comparison("quick");
        assertThat(comparison.mean("quick", Figure.IMAGE_AUROC)).hasValueCloseTo(0.6, within(1e-9));
        assertThat(comparison.mean("quick", Figure.PIXEL_AUROC)).hasValueCloseTo(0.6, within(1e-9));
        assertThat(comparison.merit("quick", "alien")).hasValueCloseTo(0.4, within(1e-9));
        assertThat(new ComparisonTable(comparison).markdown())
                .contains("Without alien in the means of pixel AUROC")
                .contains("| quick | 1 of 1 | 0.400 | – |");
    }

    @Test
    void aFailedRunIsListedAndItsSetIsLeftOutOfTheMeansForAllRecipes() {
        add("wood", "quick", 0, 0.8, 0.6);
        add("road", "quick", 0, 0.4, 0.6);
        add("wood", "thin", 0, 0.9, 0.6);
        results.add(RunResult.failed(run("road", "thin", 0), "c", 1, 1, "exit status 1:\tout | of\nmemory"));
        Comparison comparison = comparison("quick", "thin");
        assertThat(comparison.isComplete()).isFalse();
        assertThat(comparison.mean("quick", Figure.IMAGE_AUROC)).hasValueCloseTo(0.8, within(1e-9));
        assertThat(new ComparisonTable(comparison).markdown())
                .contains("| thin | 1 of 2 | 0.900 |")
                .contains("Without road in the means of image AUROC")
                .contains("| road | thin | 0 | exit status 1: out \\| of memory |");
    }

    @Test
    void onlyTheLatestOptionsOfARecipeCount() {
        results.add(RunResult.failed(new RunResult.Run("wood", "quick", "old", 0), "c", 1, 1, "x"));
        add("road", "quick", 0, 0.4, 0.6);
        assertThat(comparison("quick").results()).hasSize(1);
        assertThat(comparison("quick").sets()).containsExactly("road");
    }

    @Test
    void aFinishedRunIsKnownAfterReopeningAndAFailedOneIsNot() throws Exception {
        Path file = folder.resolve("results.tsv");
        ResultsFile first = ResultsFile.open(file);
        first.append(RunResult.failed(run("wood", "quick", 0), "c", 1, 2, "killed"));
        assertThat(ResultsFile.open(file).isFinished(run("wood", "quick", 0))).isFalse();
        add("wood", "quick", 0, 0.8, NONE);
        first.append(results.get(0));
        ResultsFile again = ResultsFile.open(file);
        assertThat(again.isFinished(run("wood", "quick", 0))).isTrue();
        assertThat(again.isFinished(run("wood", "quick", 1))).isFalse();
        assertThat(again.isFinished(new RunResult.Run("wood", "quick", "other", 0)))
                .isFalse();
        assertThat(again.results()).containsExactly(results.get(0));
        assertThat(Files.readAllLines(file)).hasSize(3);
    }

    @Test
    void anInvalidLineIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("results.tsv"), RunResult.HEADER + "\nwood\tquick\n");
        assertThatThrownBy(() -> ResultsFile.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line 2: it has 2 columns, not 15; remove the line");
    }

    @Test
    void aRecipeIsNamedAfterItsFile() {
        assertThat(ComparedRecipe.nameOf("quick")).isEqualTo("quick");
        assertThat(ComparedRecipe.nameOf("a/thin.yaml")).isEqualTo("thin");
        assertThat(ComparedRecipe.nameOf("quick+a.b/thin.yaml")).isEqualTo("thin");
    }

    private Comparison comparison(String... recipes) {
        return Comparison.of(results, List.of(recipes), List.of(), List.of());
    }

    private void add(String set, String recipe, long seed, double image, double pixel) {
        results.add(new RunResult(
                run(set, recipe, seed), "c", List.of(image, pixel, pixel, pixel, 0.5, 0.05, 4.0), 1, 2, ""));
    }

    private static RunResult.Run run(String set, String recipe, long seed) {
        return new RunResult.Run(set, recipe, "d", seed);
    }
}
