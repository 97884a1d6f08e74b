package io.draem.trainer.comparison;

import io.draem.text.Sha256;
import io.draem.trainer.network.Initialization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Options of a training under a name: a preset, a file of options, or a preset with a file that overrides it.
 *
 * @param name of the recipe in results: that of the file, else that of the preset
 * @param arguments that give the trainer the options
 * @param options all options of the training by name, defaults among them
 */
record ComparedRecipe(String name, List<String> arguments, Map<String, String> options) {

    /** The recipe of {@link #anomalib}. */
    static final String ANOMALIB = "anomalib-loss";

    /** Options of the run, which do not change the recipe. */
    private static final Set<String> OF_THE_RUN =
            Set.of("data", "output", "name", "seed", "threads", "data-threads", "device", "checkpoint-minutes");

    /** Options whose values are files, which count by what is in them and not by where they are. */
    private static final Set<String> FILES = Set.of("anomaly-source", "start-from", "region-of-interest");

    /** Options that make the budget of a training. */
    private static final List<String> BUDGET = List.of(
            "image-size",
            "tiles",
            "scale",
            "overlap",
            "base-width",
            "discriminative-base-width",
            "steps",
            "epochs",
            "batch-size",
            "learning-rate");

    private static final int DIGEST_LENGTH = 8;

    ComparedRecipe {
        arguments = List.copyOf(arguments);
        options = Map.copyOf(options);
    }

    /**
     * Reads a recipe.
     *
     * @param text {@code PRESET}, {@code FILE.yaml} or {@code PRESET+FILE.yaml}
     */
    static ComparedRecipe of(String text, Trainer trainer) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>();
        int plus = text.indexOf('+');
        if (!text.endsWith(".yaml") || plus > 0) {
            arguments.add("--preset=" + (plus > 0 ? text.substring(0, plus) : text));
        }
        if (text.endsWith(".yaml")) {
            arguments.add("--config=" + text.substring(plus + 1));
        }
        return new ComparedRecipe(nameOf(text), arguments, resolved(trainer.printedConfiguration(arguments)));
    }

    /** Returns the name of a recipe, which needs no file. */
    static String nameOf(String text) {
        String file = text.substring(text.indexOf('+') + 1);
        return file.substring(file.lastIndexOf('/') + 1).replaceFirst("\\.yaml$", "");
    }

    /**
     * Returns anomalib's loss with the budget of another recipe: the same data, input size, widths, steps and rate, and
     * everything else as the paper and anomalib have it. Its loss leaves normal pixels out of the focal term, and it uses
     * the running batch-norm statistics of the last step.
     *
     * @param folder that the file of options is written to
     */
    static ComparedRecipe anomalib(ComparedRecipe other, Path folder, Trainer trainer)
            throws IOException, InterruptedException {
        String budget = BUDGET.stream()
                .filter(other.options::containsKey)
                .map(key -> key + ": " + other.options.get(key) + "\n")
                .collect(Collectors.joining());
        Path file = Files.createDirectories(folder).resolve(ANOMALIB + ".yaml");
        Files.writeString(file, budget + "focal: anomalous\nbatch-norm-batches: 0\nvalidate-steps: 0\n");
        return of(file.toString(), trainer);
    }

    /** Returns a short digest of the options. */
    String digest() {
        return digest(new TreeMap<>(options).toString());
    }

    static String digest(String text) {
        String digest = Sha256.of(text.getBytes(StandardCharsets.UTF_8));
        return digest.substring(digest.indexOf(':') + 1).substring(0, DIGEST_LENGTH);
    }

    private static Map<String, String> resolved(String yaml) throws IOException {
        Map<String, String> options = new TreeMap<>();
        for (String line : yaml.lines().toList()) {
            int colon = line.indexOf(": ");
            if (colon < 0 || line.startsWith(" ") || line.startsWith("-")) {
                throw new IOException("--print-config printed the line '" + line + "', which is no option");
            }
            String key = line.substring(0, colon);
            String value = line.substring(colon + 2);
            if (!OF_THE_RUN.contains(key)) {
                options.put(key, FILES.contains(key) ? content(value) : value);
            }
            if (key.equals("initialization") && value.equals(Initialization.PRETRAINED.toString())) {
                options.put("initial-weights", Initialization.PRETRAINED.digest());
            }
        }
        return options;
    }

    /** Returns the digest of a file, or the name of a folder and the number of its files; else the value itself. */
    private static String content(String value) throws IOException {
        Path path = Path.of(value.replaceAll("^['\"]|['\"]$", ""));
        if (Files.isRegularFile(path)) {
            return Sha256.of(Files.readAllBytes(path));
        }
        if (!Files.isDirectory(path)) {
            return value;
        }
        try (Stream<Path> files = Files.walk(path)) {
            return path.getFileName() + " of "
                    + files.filter(Files::isRegularFile).count() + " files";
        }
    }
}
