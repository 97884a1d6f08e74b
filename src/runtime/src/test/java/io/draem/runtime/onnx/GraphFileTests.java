package io.draem.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.draem.testing.Await;
import io.draem.testing.BoundedProcess;
import java.lang.reflect.Proxy;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
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
        Path pipe = pipe();
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
    @DisabledOnOs(OS.WINDOWS)
    void aNamedPipeThatMayNotBeWrittenToIsRefusedToo() throws Exception {
        Path pipe = pipe();
        Files.setPosixFilePermissions(pipe, PosixFilePermissions.fromString("r--r--r--"));
        assumeThat(Files.isWritable(pipe)).as("root may write to everything").isFalse();
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> GraphFile.open(pipe))
                .withMessageContaining("pipe.onnx changed while it was opened");
        Files.setPosixFilePermissions(pipe, PosixFilePermissions.fromString("rw-r--r--"));
        endWait(pipe);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aNamedPipeThatIsRenamedWhileItIsOpenedIsNotWaitedFor() throws Exception {
        Path pipe = pipe();
        Path renamed = folder.resolve("renamed");
        FutureTask<SeekableByteChannel> opening = startToOpen(pipe);
        Files.move(pipe, renamed);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(opening::get)
                .withCauseInstanceOf(GraphRefusedException.class)
                .withMessageContaining("pipe.onnx changed while it was opened");
        endWait(renamed);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aFileThatTakesThePlaceOfANamedPipeWhileThatIsOpenedIsOpened() throws Exception {
        Path pipe = pipe();
        Path renamed = folder.resolve("renamed");
        Path file = Files.write(folder.resolve("file"), new byte[] {1, 2, 3});
        FutureTask<SeekableByteChannel> opening = startToOpen(pipe);
        Files.move(pipe, renamed);
        Files.move(file, pipe);
        try (SeekableByteChannel channel = opening.get()) {
            assertThat(channel.size()).isEqualTo(3);
        }
        endWait(renamed);
    }

    /** The memory may be too little for it; a file system that has none stands in for the heap. */
    @Test
    void anErrorWhileAFileIsOpenedStaysAnError() {
        Path file = (Path) Proxy.newProxyInstance(
                Path.class.getClassLoader(), new Class<?>[] {Path.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getFileSystem")) {
                        throw new OutOfMemoryError("opening");
                    }
                    return null;
                });
        assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(() -> GraphFile.open(file))
                .withMessage("opening");
    }

    private Path pipe() throws Exception {
        Path pipe = folder.resolve("pipe.onnx");
        BoundedProcess.run(Duration.ofSeconds(10), "mkfifo", pipe.toString());
        return pipe;
    }

    /** Returns once a thread waits for the writer of a pipe. */
    private static FutureTask<SeekableByteChannel> startToOpen(Path pipe) throws Exception {
        FutureTask<SeekableByteChannel> opening = new FutureTask<>(() -> GraphFile.open(pipe));
        new Thread(opening).start();
        Await.until(
                Duration.ofSeconds(20),
                () -> openers().anyMatch(stack -> stack[0].getMethodName().startsWith("open")));
        return opening;
    }

    private static Stream<StackTraceElement[]> openers() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().equals("open-pipe.onnx"))
                .map(Map.Entry::getValue)
                .filter(stack -> stack.length > 0);
    }

    /** Lets the threads end that wait at a pipe. */
    private static void endWait(Path pipe) throws Exception {
        while (openers().findAny().isPresent()) {
            Files.newByteChannel(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE)
                    .close();
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
