package io.draem.trainer.comparison;

import io.draem.trainer.cli.Main;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs the trainer, each time in a JVM of its own with the class path of this one: a crash ends one run.
 *
 * @param data folder of the sets
 * @param textures anomaly source of all recipes; null for generated noise
 * @param work folder for models and logs
 * @param threads of each training
 * @param heap largest heap of each, such as {@code 3g}
 */
record Trainer(Path data, @Nullable Path textures, Path work, int threads, String heap) {

    /** Exit statuses of a trainer that a signal stopped, after it saved a checkpoint. */
    private static final Set<Integer> STOPPED = Set.of(129, 130, 143);

    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        // Otherwise the trainings would outlive a comparison that is stopped.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroy)));
    }

    /** A training that ended without a model. */
    static final class FailedException extends Exception {

        private static final long serialVersionUID = 1;

        FailedException(String message) {
            super(message);
        }
    }

    /** Returns the options that a training would have, as YAML. */
    String printedConfiguration(List<String> recipe) throws IOException, InterruptedException {
        Files.createDirectories(work);
        Path output = Files.createTempFile(work, "options", ".yaml");
        Path errors = Files.createTempFile(work, "options", ".log");
        try {
            List<String> arguments = new ArrayList<>(List.of("train", "--print-config"));
            arguments.addAll(arguments(recipe));
            Process process = new ProcessBuilder(command(arguments))
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            if (process.waitFor() != 0) {
                throw new IOException("The recipe " + recipe + " is not valid: " + Files.readString(errors));
            }
            return Files.readString(output);
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }

    /**
     * Trains, or resumes a training that was stopped, or reads the figures of one that was published.
     *
     * @return {@code metrics.json}; empty if a signal stopped the training
     * @throws FailedException if it failed; the message is its exit status and its last line
     */
    Optional<JsonNode> train(RunResult.Run run, ComparedRecipe recipe)
            throws IOException, InterruptedException, FailedException {
        Path metrics = work.resolve(run.id()).resolve("1/metrics.json");
        if (!Files.exists(metrics)) {
            int status = start(run, recipe);
            if (STOPPED.contains(status)) {
                return Optional.empty();
            }
            if (status != 0 || !Files.exists(metrics)) {
                throw new FailedException("exit status " + status + ": " + lastLine(log(run)));
            }
        }
        return Optional.of(JsonMapper.shared().readTree(Files.readString(metrics)));
    }

    private int start(RunResult.Run run, ComparedRecipe recipe) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "train",
                "--data=" + data.resolve(run.set()),
                "--output=" + work,
                "--name=" + run.id(),
                "--seed=" + run.seed(),
                "--threads=" + threads,
                "--resume"));
        arguments.addAll(arguments(recipe.arguments()));
        ProcessBuilder builder = new ProcessBuilder(command(arguments))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(run).toFile()));
        builder.environment().put("OMP_WAIT_POLICY", "passive");
        Process process = builder.start();
        RUNNING.add(process);
        try {
            return process.waitFor();
        } finally {
            process.destroy(); // where the wait was interrupted
            RUNNING.remove(process);
        }
    }

    private List<String> arguments(List<String> recipe) {
        List<String> arguments = new ArrayList<>(recipe);
        if (textures != null) {
            arguments.add("--anomaly-source=" + textures);
        }
        return arguments;
    }

    private List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-cp",
                // Surefire passes the class path of tests in a manifest.
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName()));
        command.addAll(arguments);
        return command;
    }

    private Path log(RunResult.Run run) {
        return work.resolve(run.id() + ".log");
    }

    private static String lastLine(Path log) throws IOException {
        // A crash may leave bytes that are no text.
        return new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .reduce("no output", (earlier, later) -> later);
    }

    /** Returns a message without the names of folders of this machine, so that it can be published. */
    String withoutFolders(String message) {
        return message.replace(data + File.separator, "").replace(work + File.separator, "");
    }
}
