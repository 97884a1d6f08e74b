package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Where options come from: command line, file, preset, default. */
@Tag("slow")
class TrainOptionsTests {

    @TempDir
    Path folder;

    private record Said(int code, String out, String err) {}

    @Test
    void theCommandLineBeatsTheFileBeatsThePresetBeatsTheDefault() throws IOException {
        Path config = file("base-width: 24\nlearning-rate: 2e-4\nbeta: [0.1, 0.5]\n");
        String resolved = print("--preset", "quick", "--config", config.toString(), "--learning-rate", "3e-4");
        assertThat(resolved)
                .contains("learning-rate: 0.0003\n", "base-width: 24\n", "beta: [0.1, 0.5]\n")
                .contains("image-size: 128\n", "steps: 700\n")
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
    void theDefaultsAreThePapersExceptForHowAModelIsJudged() {
        List<String> paper = print("--preset", "paper").lines().toList();
        List<String> defaults = print().lines().toList();
        String judging = "(precision|batch-norm-batches|validate-steps|keep): .*";
        assertThat(defaults.stream().filter(line -> !paper.contains(line))).allMatch(line -> line.matches(judging));
        assertThat(paper.stream().filter(line -> !defaults.contains(line)))
                .hasSize(4)
                .allMatch(line -> line.matches(judging));
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
                "focal: all | 'all' is none of [both, anomalous]",
                "beta: [1, [2]] | 'beta' must have a value or a list of values",
                "name: | an option has no value (leave it out for the default) in line 1",
                "hello | it must consist of lines 'option: value'",
                "a: &a [1]\\nb: *a | Number of aliases",
                "seed: 1\\n---\\nseed: 2 | it must be one YAML document",
                "checkpoint-minutes: 1e30 | --checkpoint-minutes must lie within 0 and 2147483647, not 1.0E30",
                "seed: !!java.net.URL [x] | could not determine a constructor for the tag"
            })
    void aFileThatDoesNotFitIsToldWithItsName(String yaml, String message) throws IOException {
        Path config = file(yaml.replace("\\n", "\n"));
        Said said = run("--config", config.toString());
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains(message).doesNotContain("\tat ");
        if (!message.startsWith("--")) { // what a value must be is told by the option's name
            assertThat(said.err()).contains(config.toString());
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
    void whatIsPrintedIsRefusedAsTheRunRefusesIt() throws IOException {
        Path nowhere = folder.resolve("nowhere");
        Path output = folder.resolve("output");
        List<String> values = List.of(
                "NaN",
                "Infinity",
                "-Infinity",
                "-1",
                "0",
                "1",
                "2",
                "1e30",
                "-1e-30",
                "99999999999999999999",
                "",
                " ",
                "x",
                "0,1",
                "1,0",
                "NaN,NaN",
                "1,1",
                ",",
                "..",
                "/",
                "/dev/null");
        CommandSpec train = Main.commandLine().getSubcommands().get("train").getCommandSpec();
        int refused = 0;
        for (OptionSpec option : train.options()) {
            if (option.arity().max() == 0
                    || Set.of("--data", "--output", "--config", "--start-from").contains(option.longestName())) {
                continue;
            }
            for (String value : values) {
                String given = option.longestName() + "=" + value;
                String[] options = {"--data", nowhere.toString(), "--output", output.toString(), given};
                Said printed = run(options);
                Said ran = execute("train", options);
                assertThat(printed.err() + ran.err()).as(given).doesNotContain("\tat ", "Exception");
                assertThat(printed.code()).as(given + ": " + printed.err()).isIn(0, 2);
                assertThat(ran.code()).as(given + ": " + ran.err()).isEqualTo(printed.code() == 0 ? 1 : 2);
                if (printed.code() == 2) {
                    assertThat(ran.err()).isEqualTo(printed.err());
                    refused++;
                } else {
                    assertThat(ran.err()).as(given).contains("There is no folder or manifest " + nowhere);
                }
            }
        }
        assertThat(refused).isGreaterThan(200);
        assertThat(output).doesNotExist();
    }

    @Test
    void aFileOfAnotherSizeOrKindIsRefused() throws IOException {
        assertThat(run("--config", file("# " + "x".repeat(70_000)).toString()).err())
                .contains("longer than a file of options is");
        assertThat(run("--config", folder.resolve("none.yaml").toString()).err())
                .contains("none.yaml", "there is no such file");
        assertThat(run("--config", folder.toString()).err())
                .contains(folder.toString(), "it is a folder; name the file in it");
        Path latin =
                Files.write(folder.resolve("latin.yaml"), "name: M\u00fcnze".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(run("--config", latin.toString()).err()).contains("it is not UTF-8 text; save it as UTF-8");
    }

    @Test
    void helpGroupsTheOptionsAndNamesEverySource() {
        StringWriter out = new StringWriter();
        Main.commandLine().setOut(new PrintWriter(out)).execute("train", "--help");
        assertThat(out.toString())
                .containsSubsequence("Data", "--data", "Network", "--base-width", "Synthetic anomalies", "--beta")
                .contains("Default: 0,0.8");
    }

    @Test
    void helpSaysTheDefaultOfAFlagThatHasItsOpposite() {
        StringWriter out = new StringWriter();
        Main.commandLine().setOut(new PrintWriter(out)).execute("train", "--help");
        for (String flag : List.of("sspcab", "skip-unreadable", "match-grey", "batch-norm-on-clean")) {
            assertThat(out.toString()).containsPattern("--\\[no-]" + flag + "\\b[^-]*Default: false");
        }
    }

    @Test
    void theFirstLineOfEachCommandInTheHelpIsAWholeSentence() {
        StringWriter out = new StringWriter();
        Main.commandLine().setOut(new PrintWriter(out)).execute("--help");
        assertThat(out.toString())
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
        StringWriter err = new StringWriter();
        int code = Main.commandLine().setErr(new PrintWriter(err)).execute(line.split(" "));
        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains("Did you mean " + suggestion + " by ");
    }

    @Test
    void whatResemblesNoOptionGetsNoSuggestion() throws IOException {
        StringWriter err = new StringWriter();
        Main.commandLine().setErr(new PrintWriter(err)).execute("train", "--quantum-flux", "3");
        assertThat(err.toString()).contains("Unknown option").doesNotContain("Did you mean");
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
    void anOptimizerThatIsNoneIsRefused(String options, String message) {
        Said said = run(options.split(" "));
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains(message);
    }

    private String print(String... options) {
        Said said = run(options);
        assertThat(said.code()).as(said.err()).isZero();
        return said.out();
    }

    private static Said run(String... options) {
        return execute(
                "train",
                Stream.concat(Stream.of("--print-config"), Stream.of(options)).toArray(String[]::new));
    }

    private static Said execute(String command, String... options) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of(options));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(String[]::new));
        return new Said(code, out.toString(), err.toString());
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "options", ".yaml"), yaml);
    }
}
