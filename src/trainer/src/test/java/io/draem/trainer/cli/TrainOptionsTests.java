package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.OptionSpec;

/** Where options come from: command line, file, preset, default. */
class TrainOptionsTests {

    /** Options that say where to read and write or how to run; they have no source. */
    private static final Set<String> OF_THE_RUN = Set.of(
            "--help",
            "--help-all",
            "--stack-trace",
            "--preset",
            "--config",
            "--print-config",
            "--data",
            "--images",
            "--skip-unreadable",
            "--output",
            "--name",
            "--export",
            "--start-from",
            "--resume",
            "--restart",
            "--seed",
            "--device",
            "--threads");

    @TempDir
    Path folder;

    @Test
    void theCommandLineBeatsTheFileBeatsThePresetBeatsTheDefault() throws IOException {
        Path config = file("base-width: 24\nlearning-rate: 2e-4\nbeta: [0.1, 0.5]\n");
        String resolved = print("--preset", "quick", "--config", config.toString(), "--learning-rate", "3e-4");
        assertThat(resolved)
                .contains("learning-rate: 0.0003\n", "base-width: 24\n", "beta: [0.1, 0.5]\n")
                .contains("image-size: 128\n", "steps: 500\n")
                .contains("gamma: 0.2\n");
    }

    @ParameterizedTest
    @EnumSource(Preset.class)
    void whatIsPrintedIsReadBackAsTheSame(Preset preset) throws IOException {
        String resolved = print(
                "--preset",
                preset.toString(),
                "--sspcab",
                "--data",
                "a b",
                "--name",
                "c",
                "--milestones",
                "0.5",
                "--seed",
                "3");
        assertThat(print("--config", file(resolved).toString())).isEqualTo(resolved);
    }

    @Test
    void aSizeIsOneNumberOrTwo() throws IOException {
        assertThat(print("--image-size", "128x128")).contains("image-size: 128\n");
        assertThat(print("--image-size", "160,416")).contains("image-size: 160x416\n");
        for (String yaml : List.of("[160, 416]", "160,416", "160x416")) {
            assertThat(print("--config", file("image-size: " + yaml + "\n").toString()))
                    .contains("image-size: 160x416\n");
        }
    }

    @Test
    void tilesTakeThePlaceOfTheImageSize() throws IOException {
        assertThat(print("--preset", "quick", "--tiles", "64,96", "--scale", "0.50"))
                .contains("tiles: 64x96\n", "scale: 0.5\n")
                .doesNotContain("image-size", "overlap");
        String config = file("tiles: 64\nscale: 2048x1500\noverlap: 8\nregion-of-interest: request\n")
                .toString();
        String resolved = print("--config", config);
        assertThat(resolved)
                .contains("tiles: 64\n", "scale: 2048x1500\n", "overlap: 8\n", "region-of-interest: request\n");
        assertThat(print("--config", file(resolved).toString())).isEqualTo(resolved);
        assertThat(run("--config", config, "--image-size", "64").err()).contains("--scale needs --tiles");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--tiles 64 --image-size 64 | --image-size and --tiles exclude each other: give one",
                "--scale 0.5 | --scale needs --tiles",
                "--overlap 8 | --overlap needs --tiles",
                "--tiles 64,96 --overlap 33 | --overlap must be from 0 to 32, half of the smaller side of --tiles, not 33",
                "--tiles 64 --overlap -1 | --overlap must be from 0 to 32",
                "--tiles 40 | must have sides that are multiples of 32",
                "--tiles 64 --scale 5 | A scale must be a factor from 0.001 to 4.0, or a size WIDTHxHEIGHT, got 5.0",
                "--tiles 64 --scale 1e-300 | in digits, such as 0.5, or a size such as 2048x1500, got 1e-300",
                "--tiles 64 --scale half | A scale must be a factor from 0.001 to 4.0 in digits, such as 0.5, or a",
                "--tiles 64 --scale 1000x21 | A frame of 1000x21 pixels at the scale 1000x21 is too small for tiles of 64x64",
                "--tiles 32 --batch-size 1 | --batch-size must be at least 2 at --tiles 32, because"
            })
    void refusesFramesThatCannotBeCut(String options, String message) {
        CommandRun run = run(options.split(" "));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(message);
    }

    @Test
    void theDefaultsAreThePapersExceptForPrecisionAndValidation() {
        List<String> paper = print("--preset", "paper").lines().toList();
        List<String> defaults = print().lines().toList();
        String exceptions = "(precision|batch-norm-batches|validate-steps|keep): .*";
        assertThat(defaults.stream().filter(line -> !paper.contains(line))).allMatch(line -> line.matches(exceptions));
        assertThat(paper.stream().filter(line -> !defaults.contains(line)))
                .hasSize(4)
                .allMatch(line -> line.matches(exceptions));
    }

    @Test
    void aDollarSignOfAFileIsOne() throws IOException {
        assertThat(print(
                        "--config",
                        file("data: \"/x/${env:HOME}/${LINE}\"\nname: a\n").toString()))
                .contains("data: /x/${env:HOME}/${LINE}");
        CommandRun run = run("--config", file("rotate-normals: ${R}\n").toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("'${R}' is not a number");
    }

    @Test
    void aListMayBeTextWithCommas() throws IOException {
        assertThat(print(
                        "--config",
                        file("augmenters: invert, rotate,posterize\nmilestones: 0.5\n")
                                .toString()))
                .contains("augmenters: [invert, rotate, posterize]", "milestones: [0.5]");
    }

    @Test
    void aFlagOfAFileCanBeTakenBack() throws IOException {
        Path config = file("sspcab: true\n");
        assertThat(print("--config", config.toString())).contains("sspcab: true");
        assertThat(print("--config", config.toString(), "--sspcab")).contains("sspcab: true");
        assertThat(print("--config", config.toString(), "--no-sspcab")).contains("sspcab: false");
    }

    @Test
    void epochsOfAHigherLayerGoBeforeStepsOfALowerOne() throws IOException {
        assertThat(print("--preset", "quick", "--epochs", "5"))
                .contains("epochs: 5\n")
                .doesNotContain("\nsteps: ");
        assertThat(print("--preset", "quick", "--config", file("epochs: 6\n").toString()))
                .contains("epochs: 6\n")
                .doesNotContain("\nsteps: ");
    }

    @Test
    void validationsOfAPresetFitAShorterTraining() throws IOException {
        CommandRun shorter = run("--preset", "quick", "--steps", "40");
        assertThat(shorter.out()).contains("steps: 40\n", "validate-steps: 40\n");
        assertThat(shorter.err())
                .isEqualTo("--validate-steps 250 of --preset quick is more than --steps 40: the only validation is that"
                        + " after the last step\n");
        assertThat(print("--preset", "quick", "--config", file("steps: 30\n").toString()))
                .contains("validate-steps: 30\n");
        CommandRun epochs = run("--preset", "quick", "--epochs", "1");
        assertThat(epochs.out()).doesNotContain("validate-steps");
        assertThat(epochs.err())
                .contains("--validate-steps 250 of --preset quick is for its --steps and does not apply to --epochs");
        CommandRun longer = run("--preset", "quick", "--steps", "250");
        assertThat(longer.out()).contains("validate-steps: 250\n");
        assertThat(longer.err()).isEmpty();
    }

    @Test
    void pretrainedWeightsOfAPresetGiveWayToAnotherNetworkWithANote() throws IOException {
        String fitting =
                file("base-width: 32\nsspcab: True\ncenter-input: FALSE\n").toString();
        CommandRun quick = run("--preset", "quick", "--config", fitting, "--no-sspcab", "--base-width", "16");
        assertThat(quick.out()).contains("initialization: pretrained\n");
        assertThat(quick.err()).isEmpty();
        CommandRun wide = run("--preset", "quick", "--base-width", "32", "--sspcab");
        assertThat(wide.code()).isZero();
        assertThat(wide.out()).contains("initialization: paper\n");
        assertThat(wide.err())
                .isEqualTo(
                        "The pretrained weights of --preset quick are for --base-width 16 --discriminative-base-width 16"
                                + " --no-sspcab --no-center-input, not for --base-width 32 --sspcab: the training starts from random"
                                + " weights, which need more than that preset has: --steps 1500 --learning-rate 8e-4\n");
        String centered =
                file("center-input: true\nsteps: 900\nlearning-rate: 8e-4\n").toString();
        CommandRun tuned = run("--preset", "quick", "--config", centered);
        assertThat(tuned.out()).contains("initialization: paper\n");
        assertThat(tuned.err()).endsWith("not for --center-input: the training starts from random weights\n");
        CommandRun prior = run(
                "--preset",
                "quick",
                "--config",
                file("initialization: prior\nsspcab: true\n").toString());
        assertThat(prior.out()).contains("initialization: prior\n");
        assertThat(prior.err()).isEmpty();
    }

    @Test
    void weightsOfAFileTakeThePlaceOfAPresetsPretrainedOnes() {
        CommandRun started = run("--preset", "quick", "--base-width", "32", "--start-from", "weights.safetensors");
        assertThat(started.code()).isZero();
        assertThat(started.out()).contains("initialization: paper\n");
        assertThat(started.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--base-width 32 --discriminative-base-width 16 | --base-width 32 --discriminative-base-width 16 --no-sspcab:",
                "--base-width 16 --discriminative-base-width 8 | --base-width 16 --discriminative-base-width 8 --no-sspcab:",
                "--base-width 16 --discriminative-base-width 16 --sspcab | --discriminative-base-width 16 --sspcab:",
                "--preset quick --center-input | --discriminative-base-width 16 --no-sspcab --center-input:"
            })
    void refusesPretrainedWeightsThatAreAskedForAndDoNotFit(String options, String network) throws IOException {
        String file = file("initialization: pretrained\n").toString();
        for (String asked : List.of("--initialization pretrained", "--config " + file)) {
            CommandRun run = run((options + " " + asked).split(" "));
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err())
                    .contains("--initialization pretrained is for a network with --base-width 16"
                            + " --discriminative-base-width 16 --no-sspcab --no-center-input, not for --base-width ")
                    .contains(network + " give these options, or another --initialization");
        }
    }

    @Test
    void refusesAnIntervalOfValidationsThatIsGivenAndDoesNotFit() throws IOException {
        String message = "--validate-steps 175 is more than --steps 40: give --validate-steps 4, or 0";
        assertThat(run("--preset", "quick", "--steps", "40", "--validate-steps", "175")
                        .err())
                .contains(message);
        assertThat(run(
                                "--steps",
                                "40",
                                "--config",
                                file("validate-steps: 175\n").toString())
                        .err())
                .contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--overlap many --tiles 64 | Invalid value for option '--overlap': 'many' is not a whole number up to 2147483647",
                "--overlap 99999999999 --tiles 64 | '99999999999' is not a whole number up to 2147483647",
                "--tiles many | the size must be WIDTHxHEIGHT, or one number for a square, got many",
                "--learning-rate fast | 'fast' is not a number",
                "--learning-rate 1d | '1d' is not a number",
                "--learning-rate NaN | 'NaN' is not a number",
                "--learning-rate 0x1p0 | '0x1p0' is not a number",
                "--seed 99999999999999999999 | is not a whole number up to 9223372036854775807",
                "--steps 1.5 | '1.5' is not a whole number"
            })
    void refusesNumbersThatAreNone(String options, String message) {
        CommandRun run = run(options.split(" "));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "learning-rat: 1 | there is no option 'learning-rat'; did you mean 'learning-rate'?",
                "--beta: 0,1 | there is no option '--beta'; did you mean 'beta'?",
                "config: other.yaml | 'config' is for the command line alone",
                "preset: quick | 'preset' is for the command line alone: take it out of the file",
                "stack-trace: true | 'stack-trace' is for the command line alone",
                "epochs: 3\\nsteps: 4 | epochs and steps exclude each other: give one",
                "seed: 1\\nseed: 2 | duplicate key seed in line 2",
                "seed: x | Invalid value for option '--seed'",
                "image-size: [160, 400] | the size must have sides that are",
                "focal: all | 'all' is none of [both, anomalous]",
                "beta: [1, [2]] | 'beta' must have a value or a list of values",
                "name: | an option has no value (leave it out for the default) in line 1",
                "hello | it must consist of lines 'option: value'",
                "a: &a [1]\\nb: *a | Number of aliases",
                "seed: 1\\n---\\nseed: 2 | it must be one YAML document",
                "checkpoint-minutes: 1e30 | --checkpoint-minutes must be from 0 to 2147483647, not 1.0E30",
                "seed: !!java.net.URL [x] | could not determine a constructor for the tag"
            })
    void namesAFileThatDoesNotFit(String yaml, String message) throws IOException {
        Path config = file(yaml.replace("\\n", "\n"));
        CommandRun run = run("--config", config.toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(message).doesNotContain("\tat ");
        if (!message.startsWith("--")) { // these name the option instead
            assertThat(run.err()).contains(config.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "\n\n", "   ", "# nothing yet", "# base-width: 24\n\n# steps: 3\n", "---\n...\n", "\uFEFF"})
    void aFileWithoutOptionsChangesNothing(String yaml) throws IOException {
        assertThat(print("--config", file(yaml).toString())).isEqualTo(print());
    }

    @Test
    void aFileWithAByteOrderMarkIsRead() throws IOException {
        assertThat(print("--config", file("\uFEFFbase-width: 24\n").toString())).contains("base-width: 24\n");
    }

    @Test
    void aFileOfAnotherSizeOrKindIsRefused() throws IOException {
        assertThat(run("--config", file("# " + "x".repeat(70_000)).toString()).err())
                .contains("longer than a file of options may be");
        assertThat(run("--config", folder.resolve("none.yaml").toString()).err())
                .contains("none.yaml", "there is no such file");
        assertThat(run("--config", folder.toString()).err())
                .contains(folder.toString(), "it is a folder; name the file in it");
        Path latin =
                Files.write(folder.resolve("latin.yaml"), "name: M\u00fcnze".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(run("--config", latin.toString()).err()).contains("it is not UTF-8 text; save it as UTF-8");
    }

    @Test
    void helpGroupsAtMost30Options() {
        String help = CommandRun.of("train", "--help").out();
        assertThat(options(help).keySet())
                .hasSizeLessThanOrEqualTo(30)
                .containsExactlyInAnyOrderElementsOf(TrainCommand.COMMON);
        assertThat(help)
                .containsSubsequence("--help-all", "Data", "--data", "Network", "--base-width", "Training", "--epochs")
                .doesNotContain("Validation during the training", "--adam-betas");
    }

    @Test
    void helpAllNamesTheDefaultAndTheSourceOfEveryOption() {
        Map<String, String> options =
                options(CommandRun.of("train", "--help-all").out());
        assertThat(options.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Main.commandLine().getSubcommands().get("train").getCommandSpec().options().stream()
                                .map(OptionSpec::longestName)
                                .toList());
        options.keySet().removeAll(OF_THE_RUN);
        assertThat(options)
                .hasSizeGreaterThan(45)
                .allSatisfy((option, text) -> assertThat(text)
                        .as(option)
                        .containsPattern("Default: \\S|default: \\S|default in export: |required")
                        .containsPattern("paper|arXiv|official repository|this project"));
    }

    @Test
    void helpAllNamesTheDefaultOfAFlagThatHasItsOpposite() {
        Map<String, String> options =
                options(CommandRun.of("train", "--help-all").out());
        for (String flag : List.of("--sspcab", "--skip-unreadable", "--match-gray", "--batch-norm-on-clean")) {
            assertThat(options.get(flag)).startsWith("--[no-]").contains("Default: false");
        }
    }

    /** Returns the text of each option in a help text by the option's name, its lines joined. */
    private static Map<String, String> options(String help) {
        Map<String, String> options = new LinkedHashMap<>();
        Matcher option = Pattern.compile("(?ms)^ {2,6}(?:-\\w, )?(--(?:\\[no-])?([a-z-]+).*?)(?=^ {2,6}-|^\\s*$|\\z)")
                .matcher(help);
        while (option.find()) {
            options.put("--" + option.group(2), option.group(1).replaceAll("\\s+", " "));
        }
        return options;
    }

    @Test
    void theFirstLineOfEachCommandInTheHelpIsAWholeSentence() {
        assertThat(CommandRun.of("--help").out())
                .contains("prints its figures.\n")
                .containsSubsequence("Commands:", "evaluate", "predict", "Exit codes:", "130");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "trian | train",
                "train --learning-rat 1 | --learning-rate",
                "train --no-ssspcab | --no-sspcab",
                "train --lerning-rate=1 --sed 3 | --seed",
                "train --agumenters invert | --augmenters",
                "evaluate --modle x | --model",
                "predict --treshold 0.3 | --threshold"
            })
    void aMistypedOptionOrCommandGetsASuggestion(String line, String suggestion) {
        CommandRun run = CommandRun.of(line.split(" "));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("Did you mean " + suggestion + " by ");
    }

    @Test
    void whatResemblesNoOptionGetsNoSuggestion() throws IOException {
        assertThat(CommandRun.of("train", "--quantum-flux", "3").err())
                .contains("Unknown option")
                .doesNotContain("Did you mean");
        assertThat(run("--config", file("quantum-flux: 3\n").toString()).err())
                .contains("there is no option 'quantum-flux': --help lists them");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--optimizer sgd | 'sgd' is none of [adam, adamw]",
                "--adam-betas 0.9 | --adam-betas must be two numbers, not [0.9]",
                "--adam-betas 0.9,1 | --adam-betas must be at least 0 and below 1, not 1.0",
                "--adam-epsilon 0 | --adam-epsilon must be a number above 0, not 0.0",
                "--weight-decay -1 | --weight-decay must be at least 0 and below 1, not -1.0"
            })
    void refusesInvalidOptionsOfTheOptimizer(String options, String message) {
        CommandRun run = run(options.split(" "));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(message);
    }

    private String print(String... options) {
        CommandRun run = run(options);
        assertThat(run.code()).as(run.err()).isZero();
        return run.out();
    }

    private static CommandRun run(String... options) {
        return CommandRun.of(Stream.concat(Stream.of("train", "--print-config"), Stream.of(options))
                .toArray(String[]::new));
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "options", ".yaml"), yaml);
    }
}
