package io.draem.trainer.cli;

import io.draem.trainer.network.Initialization;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Defaults of a command's options: the {@code --config} file overrides the {@code --preset}. */
final class OptionLayers implements IDefaultValueProvider {

    static final String CONFIG = "--config";
    static final String PRESET = "--preset";
    static final String PRINT_CONFIG = "--print-config";

    private static final String VALIDATION = "validate-steps";

    /** What the pretrained weights need. */
    private static final Map<String, String> OF_PRETRAINED =
            Map.of("base-width", "16", "discriminative-base-width", "16", "sspcab", "false", "center-input", "false");

    /** Options that concern the run, not the training. */
    private static final Set<String> NOT_IN_FILES = Set.of(
            CONFIG, PRESET, PRINT_CONFIG, "--help", GroupedOptions.HELP_ALL, "--stack-trace", "--resume", "--restart");

    /** Options that exclude each other; one of them overrides the others of lower layers. */
    private static final List<Set<String>> ALTERNATIVES =
            List.of(Set.of("epochs", "steps"), Set.of("image-size", "tiles"));

    private record Value(String text, String origin) {}

    private final CommandSpec spec;
    private final Map<String, Value> values = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    private OptionLayers(CommandSpec spec) {
        this.spec = spec;
    }

    /**
     * Reads the files that a command line names.
     *
     * @throws IllegalArgumentException naming the file and the invalid key
     */
    static OptionLayers of(ParseResult parsed) {
        OptionLayers layers = new OptionLayers(parsed.commandSpec());
        Preset preset = parsed.matchedOptionValue(PRESET, null);
        if (preset != null) {
            layers.put(PRESET + " " + preset, preset.text());
        }
        Path config = parsed.matchedOptionValue(CONFIG, null);
        if (config != null) {
            layers.put(CONFIG + " " + config, OptionFile.text(config, CONFIG + " " + config));
        }
        layers.dropAlternatives(
                parsed.matchedOptions().stream().map(OptionLayers::name).collect(Collectors.toSet()));
        layers.fitValidation(parsed);
        layers.fitInitialization(parsed);
        return layers;
    }

    /** Says which values of the preset do not fit the others and have been changed. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    /** A preset's interval between validations is for the preset's steps, and may be too long for the training. */
    private void fitValidation(ParseResult parsed) {
        Value interval = ofPreset(parsed, VALIDATION);
        if (interval == null || interval.text().equals("0")) {
            return;
        }
        String steps = Objects.requireNonNullElse(given(parsed, "steps"), "0");
        if (!steps.matches("\\d{1,18}")) {
            return; // refused when it is parsed
        }
        String preset = "--" + VALIDATION + " " + interval.text() + " of " + interval.origin();
        if (Long.parseLong(steps) == 0) {
            values.remove(VALIDATION);
            notes.add(preset + " is for its --steps and does not apply to --epochs: a validation follows each tenth of"
                    + " the training");
        } else if (Long.parseLong(interval.text()) > Long.parseLong(steps)) {
            values.put(VALIDATION, new Value(steps, interval.origin()));
            notes.add(preset + " is more than --steps " + steps + ": the only validation is that after the last step");
        }
    }

    /** A preset's pretrained weights are for the preset's network, and there are none for another. */
    private void fitInitialization(ParseResult parsed) {
        Value initialization = ofPreset(parsed, "initialization");
        if (initialization == null || !initialization.text().equals(Initialization.PRETRAINED.toString())) {
            return;
        }
        if (given(parsed, "start-from") != null) {
            values.remove("initialization"); // it is not used, and must not be recorded
            return;
        }
        Set<String> others = new TreeSet<>();
        OF_PRETRAINED.forEach((name, needed) -> {
            String given =
                    Objects.requireNonNullElse(given(parsed, name), needed).strip();
            if (!given.equalsIgnoreCase(needed)) {
                others.add("--" + name + (given.equalsIgnoreCase("true") ? "" : " " + given));
            }
        });
        if (!others.isEmpty()) {
            values.remove("initialization");
            boolean untuned = ofPreset(parsed, "steps") != null || ofPreset(parsed, "learning-rate") != null;
            notes.add("The pretrained weights of " + initialization.origin() + " are for "
                    + Initialization.networkOfPretrained() + ", not for "
                    + String.join(" ", others)
                    + ": the training starts from random weights"
                    + (untuned ? ", which need more than that preset has: --steps 1500 --learning-rate 8e-4" : ""));
        }
    }

    /** Returns a preset's value that nothing overrides; null if there is none. */
    private @Nullable Value ofPreset(ParseResult parsed, String name) {
        Value value = values.get(name);
        boolean overridden = parsed.hasMatchedOption("--" + name);
        return value != null && value.origin().startsWith(PRESET) && !overridden ? value : null;
    }

    private @Nullable String given(ParseResult parsed, String name) {
        Object onCommandLine = parsed.matchedOptionValue("--" + name, null);
        Value ofLayers = values.get(name);
        return onCommandLine != null ? onCommandLine.toString() : ofLayers == null ? null : ofLayers.text();
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        Value value = value(argument);
        // A default value is interpolated: unescaped, ${X} of a file would become the variable X, or nothing.
        return value == null ? null : value.text().replace("${", "$${");
    }

    /** Returns the origin of an option's value; null if it is not from a layer. */
    @Nullable
    String origin(ArgSpec argument) {
        Value value = value(argument);
        return value == null ? null : value.origin();
    }

    /** Returns all options of a parsed command that have a value, by name, in the order of its help. */
    static Map<String, Object> resolved(CommandSpec spec) {
        Map<String, Object> resolved = new LinkedHashMap<>();
        for (OptionSpec option : spec.options()) {
            Object value = option.getValue();
            if (value != null && !NOT_IN_FILES.contains(option.longestName())) {
                resolved.put(name(option), value);
            }
        }
        // Those without effect.
        resolved.remove(Objects.equals(resolved.get("steps"), 0L) ? "steps" : "epochs");
        if (resolved.containsKey("tiles")) {
            resolved.remove("image-size");
        }
        return resolved;
    }

    private @Nullable Value value(ArgSpec argument) {
        return argument instanceof OptionSpec option ? values.get(name(option)) : null;
    }

    private void put(String origin, String yaml) {
        Map<String, String> given;
        try {
            given = OptionFile.read(yaml);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(origin + ": " + e.getMessage());
        }
        Set<String> known = new TreeSet<>();
        spec.options().stream()
                .filter(option -> !NOT_IN_FILES.contains(option.longestName()))
                .forEach(option -> known.add(name(option)));
        for (String key : given.keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException(origin + ": "
                        + (NOT_IN_FILES.contains("--" + key)
                                ? "'" + key + "' is for the command line alone: take it out of the file"
                                : "there is no option '" + key + "'"
                                        + NearestName.of(key, known)
                                                .map(name -> "; did you mean '" + name + "'?")
                                                .orElse(": --help lists them")));
            }
        }
        for (Set<String> one : ALTERNATIVES) {
            if (given.keySet().containsAll(one)) {
                throw new IllegalArgumentException(
                        origin + ": " + String.join(" and ", new TreeSet<>(one)) + " exclude each other: give one");
            }
        }
        dropAlternatives(given.keySet());
        given.forEach((key, text) -> values.put(key, new Value(text, origin)));
    }

    private void dropAlternatives(Set<String> given) {
        for (Set<String> one : ALTERNATIVES) {
            if (one.stream().anyMatch(given::contains)) {
                values.keySet().removeAll(one);
            }
        }
    }

    private static String name(OptionSpec option) {
        return option.longestName().substring(2);
    }
}
