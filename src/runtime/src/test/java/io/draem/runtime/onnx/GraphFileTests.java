package io.draem.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Opening what was a file when it was checked, and may be something else by now. */
@Tag("slow")
@Timeout(30)
class GraphFileTests {

    @TempDir
    Path folder;

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aNamedPipeThatHasTakenThePlaceOfAFileIsRefusedAndNobodyWaitsForItsWriter() throws Exception {
        Path pipe = folder.resolve("pipe.onnx");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> GraphFile.open(pipe))
                .withMessageContaining("pipe.onnx changed while it was opened");
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("open-pipe.onnx")) {
                thread.join(20_000);
                assertThat(thread.isAlive()).isFalse();
            }
        }
    }

    @Test
    void aFileIsOpenedAndOneThatIsGoneIsMissing() throws Exception {
        Path file = Files.write(folder.resolve("model.onnx"), new byte[] {1, 2, 3});
        try (SeekableByteChannel channel = GraphFile.open(file)) {
            assertThat(channel.size()).isEqualTo(3);
        }
        Files.delete(file);
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> GraphFile.open(file));
    }
}
