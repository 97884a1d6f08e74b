package io.draem.trainer.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.testing.LongTest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** Compares real trainings of a few steps. */
@Tag("slow")
@Timeout(600)
class RecipeComparisonTests {

    private static final Path DATA = Path.of(System.getProperty("project.root", "../.."), "src", "data");

    @TempDir
    Path folder;

    @Test
    @LongTest
    void trainsWhatIsMissingAndListsWhatFails() throws Exception {
        Path tiny = Files.writeString(
                folder.resolve("tiny.yaml"),
                "image-size: 32\nbase-width: 2\ndiscriminative-base-width: 2\nsteps: 2\nbatch-size: 2\n"
                        + "validate-steps: 0\nbatch-norm-batches: 1\n");
        assertThat(compare(tiny, "cookie,missing")).isEqualTo(1);
        List<String> lines = results();
        assertThat(lines).hasSize(1 + 2 * 3); // two sets with a recipe and both baselines
        assertThat(lines)
                .filteredOn(line -> line.startsWith("missing\t"))
                .hasSize(3)
                .allMatch(line -> line.contains("There is no ") && !line.contains(folder.toString()));
        assertThat(Files.readString(folder.resolve("table.md")))
                .contains("| tiny | 1 of 2 |", "| anomalib-loss | 1 of 2 |", "| missing | tiny | 0 | exit status 1: ");
        assertThat(Files.readString(folder.resolve("work/anomalib-loss.yaml")))
                .contains("image-size: 32\n", "steps: 2\n", "focal: anomalous\n");

        Files.writeString(tiny, "tones: 0.5\n", StandardOpenOption.APPEND);
        assertThat(compare(tiny, "cookie")).isZero();
        assertThat(results())
                .as("other options are another run, and the baselines are not run again")
                .hasSize(lines.size() + 1);

        // As if the comparison was killed after the training and before its line was written.
        List<String> all = results();
        Files.write(folder.resolve("results.tsv"), lines);
        assertThat(compare(tiny, "cookie")).isZero();
        assertThat(results()).isEqualTo(all);
        try (Stream<Path> models = Files.walk(folder.resolve("work"))) {
            assertThat(models.filter(path -> path.endsWith("2")))
                    .as("second versions")
                    .isEmpty();
        }
    }

    @Test
    void refusesTwoRecipesOfOneName() {
        assertThat(new CommandLine(new RecipeComparison())
                        .setErr(new PrintWriter(Writer.nullWriter()))
                        .execute("--results=" + folder.resolve("results.tsv"), "--recipes=a/thin.yaml,b/thin.yaml"))
                .isEqualTo(CommandLine.ExitCode.USAGE);
    }

    @Test
    void theBaselineAgreesWithANumPyImplementation() throws Exception {
        JsonNode figures = DifferenceOfGaussians.figures(DATA.resolve("cookie"), 0);
        assertThat(figures.at("/image/auroc").asDouble()).isCloseTo(0.830, within(0.005));
        assertThat(figures.at("/pixel/auroc").asDouble()).isCloseTo(0.850, within(0.005));
        assertThat(figures.at("/image/confusion/trueNegatives").asInt()).isPositive();
    }

    private int compare(Path recipe, String sets) {
        return new CommandLine(new RecipeComparison())
                .execute(
                        "--data=" + DATA,
                        "--sets=" + sets,
                        "--recipes=" + recipe,
                        "--work=" + folder.resolve("work"),
                        "--results=" + folder.resolve("results.tsv"),
                        "--table=" + folder.resolve("table.md"),
                        "--heap=512m",
                        "--parallel=2");
    }

    private List<String> results() throws IOException {
        return Files.readAllLines(folder.resolve("results.tsv"));
    }
}
