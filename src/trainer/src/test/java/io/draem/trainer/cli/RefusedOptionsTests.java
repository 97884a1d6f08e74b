package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.testing.LongTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Values that options refuse, with {@code --print-config} and in a run. */
@Tag("slow")
class RefusedOptionsTests {

    @TempDir
    Path folder;

    @Test
    void printConfigAndARunRefuseTheSameValues() throws IOException {
        assertSame(List.of("NaN", "-1", "0", "1e30", "99999999999999999999", "", "0,1", "/dev/null"));
    }

    @LongTest
    @Test
    void printConfigAndARunRefuseTheSameOddValues() throws IOException {
        assertSame(List.of(
                "Infinity", "-Infinity", "1", "2", "-1e-30", " ", "x", "1,0", "NaN,NaN", "1,1", ",", "..", "/"));
    }

    private void assertSame(List<String> values) throws IOException {
        Path nowhere = folder.resolve("nowhere");
        Path output = folder.resolve("output");
        CommandSpec spec = Main.commandLine().getSubcommands().get("train").getCommandSpec();
        int refused = 0;
        for (OptionSpec option : spec.options()) {
            if (option.arity().max() == 0
                    || Set.of("--data", "--output", "--config", "--start-from", "--region-of-interest")
                            .contains(option.longestName())) {
                continue;
            }
            for (String value : values) {
                String given = option.longestName() + "=" + value;
                String[] train = {"train", "--data", nowhere.toString(), "--output", output.toString(), given};
                CommandRun printed = CommandRun.of(Stream.concat(Stream.of(train), Stream.of("--print-config"))
                        .toArray(String[]::new));
                CommandRun ran = CommandRun.of(train);
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
        assertThat(refused).isGreaterThan(100);
        assertThat(output).doesNotExist();
    }
}
