package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.testing.BoundedProcess;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of checkpoints that lead to something other than a regular file. */
@DisabledOnOs(OS.WINDOWS)
@Tag("slow") // mkfifo
class SpecialCheckpointsTests {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "export --checkpoint PIPE --output OUT | PIPE is a named pipe: it must be a regular file",
                "export --checkpoint DIR --output OUT | DIR is a folder: it must be a regular file",
                "train --data DIR --start-from PIPE --name plate --output OUT | PIPE is a named pipe: it must be a",
                "train --data DIR --start-from DIR --name plate --output OUT | DIR is a folder: name the checkpoint",
                "import PIPE --name plate --output OUT | PIPE is a named pipe: it must be a regular file",
                "import PIPE DIR --name plate --output OUT | PIPE is a named pipe: it must be a regular file",
                "import DIR PIPE --name plate --output OUT | DIR is a folder: it must be a regular file"
            })
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void areRefusedWithoutBeingOpened(String command, String message) throws Exception {
        Path pipe = folder.resolve("pipe.ckpt");
        BoundedProcess.run(Duration.ofSeconds(10), "mkfifo", pipe.toString());
        Files.createDirectory(folder.resolve("directory"));
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said);
        int status = Main.commandLine()
                .setOut(writer)
                .setErr(writer)
                .execute(named(command).split(" "));
        assertThat(said.toString()).contains(named(message)).doesNotContain("\tat ");
        assertThat(status).isEqualTo(1);
        assertThat(folder.resolve("models")).doesNotExist();
    }

    private String named(String text) {
        return text.replace("PIPE", folder.resolve("pipe.ckpt").toString())
                .replace("DIR", folder.resolve("directory").toString())
                .replace("OUT", folder.resolve("models").toString());
    }
}
