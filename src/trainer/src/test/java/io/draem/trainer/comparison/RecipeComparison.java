package io.draem.trainer.comparison;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/**
 * Trains recipes on sets with seeds and compares them; run it as a program. {@code src/docs/how-to/compare-recipes.md}
 * describes it.
 *
 * <p>Each run is a trainer of its own, and each that ends appends a line to the results file. Runs that are in the file are
 * not run again, stopped ones are resumed, and failed ones are run again. The baselines are part of every comparison.
 */
@Command(name = "recipe-comparison", mixinStandardHelpOptions = true)
final class RecipeComparison implements Callable<Integer> {

    private static final int COMMIT_LENGTH = 10;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--data", paramLabel = "FOLDER", description = "Folder of the sets; without it nothing is trained")
    private @Nullable Path data;

    @Option(names = "--sets", split = ",", description = "Names of folders of --data (table alone: all in the results)")
    private List<String> sets = List.of();

    @Option(names = "--seeds", split = ",", description = "Seeds (default: 0; table alone: all in the results)")
    private List<Long> seeds = List.of();

    @Option(
            names = "--recipes",
            split = ",",
            description = "PRESET, FILE.yaml or PRESET+FILE.yaml; the first is the reference")
    private List<String> recipes = List.of("quick");

    @Option(names = "--textures", paramLabel = "FOLDER", description = "--anomaly-source of all trainings")
    private @Nullable Path textures;

    @Option(names = "--results", required = true, paramLabel = "FILE", description = "Lines of results, appended to")
    private Path results = Path.of("");

    @Option(
            names = "--table",
            paramLabel = "FILE",
            description = "Markdown table, written at the end (default: printed)")
    private @Nullable Path table;

    @Option(names = "--work", paramLabel = "FOLDER", description = "Models and logs (default: target/comparison)")
    private Path work = Path.of("target", "comparison");

    @Option(names = "--threads", description = "Threads of each training (default: ${DEFAULT-VALUE})")
    private int threads = 1;

    @Option(names = "--parallel", description = "Trainings at the same time (default: ${DEFAULT-VALUE})")
    private int parallel = 1;

    @Option(names = "--heap", description = "Largest heap of each training (default: ${DEFAULT-VALUE})")
    private String heap = "3g";

    /** A run and how its figures are found. */
    private record Planned(RunResult.Run run, @Nullable ComparedRecipe recipe) {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new RecipeComparison()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        LinkedHashSet<String> names = new LinkedHashSet<>();
        for (String recipe : recipes) {
            require(
                    names.add(ComparedRecipe.nameOf(recipe)),
                    "Two recipes have the name " + ComparedRecipe.nameOf(recipe));
        }
        for (String baseline : List.of(ComparedRecipe.ANOMALIB, DifferenceOfGaussians.NAME)) {
            require(names.add(baseline), baseline + " is part of every comparison: leave it out of --recipes");
        }
        require(data == null || !sets.isEmpty(), "--data needs --sets");
        ResultsFile file = ResultsFile.open(results);
        List<Long> compared = seeds;
        if (data != null) {
            compared = seeds.isEmpty() ? List.of(0L) : seeds;
            runAll(file, new Trainer(data, textures, work, threads, heap), compared);
        }
        Comparison comparison = Comparison.of(file.results(), List.copyOf(names), sets, compared);
        String markdown = new ComparisonTable(comparison).markdown();
        if (table == null) {
            System.out.println(markdown);
        } else {
            Files.writeString(table, markdown);
        }
        return comparison.isComplete() ? 0 : 1;
    }

    private void require(boolean holds, String problem) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), problem);
        }
    }

    private void runAll(ResultsFile file, Trainer trainer, List<Long> trained)
            throws IOException, InterruptedException {
        String commit = commit();
        ExecutorService pool = Executors.newFixedThreadPool(parallel);
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (Planned planned : plan(trainer, trained)) {
                if (!file.isFinished(planned.run)) {
                    ends.add(pool.submit(() -> {
                        run(planned, trainer, commit, file);
                        return null;
                    }));
                }
            }
            for (Future<?> end : ends) {
                end.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("The results cannot be written: " + e.getCause(), e);
        } finally {
            pool.shutdownNow();
            pool.awaitTermination(1, TimeUnit.MINUTES);
        }
    }

    /**
     * Returns all runs: the untrained baseline first, then recipe by recipe with the first seed, so that an early table
     * is of all sets.
     */
    private List<Planned> plan(Trainer trainer, List<Long> trained) throws IOException, InterruptedException {
        List<ComparedRecipe> compared = new ArrayList<>();
        for (String recipe : recipes) {
            compared.add(ComparedRecipe.of(recipe, trainer));
        }
        compared.add(ComparedRecipe.anomalib(compared.get(0), work, trainer));
        List<Planned> runs = new ArrayList<>();
        String digest = ComparedRecipe.digest(DifferenceOfGaussians.OPTIONS);
        for (long seed : trained) {
            for (String set : sets) {
                runs.add(new Planned(new RunResult.Run(set, DifferenceOfGaussians.NAME, digest, seed), null));
            }
        }
        for (long seed : trained) {
            for (ComparedRecipe recipe : compared) {
                for (String set : sets) {
                    runs.add(new Planned(new RunResult.Run(set, recipe.name(), recipe.digest(), seed), recipe));
                }
            }
        }
        return runs;
    }

    private void run(Planned planned, Trainer trainer, String commit, ResultsFile file)
            throws IOException, InterruptedException {
        RunResult.Run run = planned.run;
        System.out.println("started " + run.id());
        RunResult result;
        try {
            Optional<JsonNode> metrics = planned.recipe == null
                    ? Optional.of(DifferenceOfGaussians.figures(trainer.data().resolve(run.set()), run.seed()))
                    : trainer.train(run, planned.recipe);
            if (metrics.isEmpty()) {
                System.out.println("stopped " + run.id());
                return;
            }
            result = RunResult.of(run, commit, metrics.get(), threads, parallel);
        } catch (Trainer.FailedException | IOException | RuntimeException e) {
            result = RunResult.failed(
                    run, commit, threads, parallel, trainer.withoutFolders(String.valueOf(e.getMessage())));
        }
        file.append(result);
        System.out.println(result.line());
    }

    /** Returns the commit of the sources, with a plus sign if sources that a training depends on were changed. */
    private static String commit() throws IOException, InterruptedException {
        String head = git("rev-parse", "HEAD");
        String changed = git("status", "--porcelain", "--untracked-files=no", "--", ":/src/*/src/main/*");
        return head.isEmpty() ? "unknown" : head.substring(0, COMMIT_LENGTH) + (changed.isEmpty() ? "" : "+");
    }

    /** Returns what git prints; nothing where there is no git. */
    private static String git(String... arguments) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(Stream.concat(Stream.of("git"), Stream.of(arguments))
                            .toList())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes()).strip();
            return process.waitFor() == 0 ? output : "";
        } catch (IOException e) {
            return "";
        }
    }
}
