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
import java.util.ArrayList;
import java.util.List;
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

/** Opens paths that may have been replaced since their kind was checked. */
@Tag("slow")
@Timeout(30)
class FileOpenerTests {

    @TempDir
    Path folder;

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void refusesANamedPipeThatHasReplacedAFileAndEndsTheThreadThatOpensIt() throws Exception {
        Path pipe = pipe();
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> FileOpener.open(pipe))
                .withMessageContaining("pipe.onnx changed while it was opened");
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("open-pipe.onnx")) {
                thread.join(20_000);
                assertThat(thread.isAlive()).isFalse();
            }
        }
    }

    /** In a JVM of its own, since root is denied nothing: there it runs without that capability. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void refusesANamedPipeThatCannotBeWrittenToAndExits() throws Exception {
        Path pipe = pipe();
        Files.setPosixFilePermissions(pipe, PosixFilePermissions.fromString("r--r--r--"));
        List<String> command = new ArrayList<>();
        if (Files.isWritable(pipe)) {
            assumeThat(Path.of("/usr/bin/setpriv"))
                    .as("to take from root the right to write to every file")
                    .exists();
            command.addAll(List.of("setpriv", "--bounding-set", "-dac_override"));
        }
        command.addAll(List.of(BoundedProcess.java("java"), "-cp", BoundedProcess.classPath()));
        command.addAll(List.of(OpenUnwritable.class.getName(), pipe.toString()));
        assertThat(BoundedProcess.run(Duration.ofSeconds(20), command.toArray(String[]::new)))
                .isEqualTo("pipe.onnx changed while it was opened");
    }

    /** Opens a path that must not be writable, and prints why that is refused. */
    static final class OpenUnwritable {

        public static void main(String[] arguments) throws Exception {
            Path path = Path.of(arguments[0]);
            assertThat(Files.isWritable(path)).isFalse();
            assertThatExceptionOfType(GraphRefusedException.class)
                    .isThrownBy(() -> FileOpener.open(path))
                    .satisfies(e -> System.out.println(e.getMessage()));
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void refusesANamedPipeThatIsRenamedWhileItIsOpened() throws Exception {
        Path pipe = pipe();
        Path renamed = folder.resolve("renamed");
        FutureTask<SeekableByteChannel> opening = startToOpen(pipe);
        Files.move(pipe, renamed);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(opening::get)
                .withCauseInstanceOf(GraphRefusedException.class)
                .withMessageContaining("pipe.onnx changed while it was opened");
        unblock(renamed);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void opensAFileThatReplacesANamedPipeWhileThatIsOpened() throws Exception {
        Path pipe = pipe();
        Path renamed = folder.resolve("renamed");
        Path file = Files.write(folder.resolve("file"), new byte[] {1, 2, 3});
        FutureTask<SeekableByteChannel> opening = startToOpen(pipe);
        Files.move(pipe, renamed);
        Files.move(file, pipe);
        try (SeekableByteChannel channel = opening.get()) {
            assertThat(channel.size()).isEqualTo(3);
        }
        unblock(renamed);
    }

    /** A file system that throws simulates a full heap. */
    @Test
    void throwsAnErrorThatOccursWhileAFileIsOpened() {
        Path file = (Path) Proxy.newProxyInstance(
                Path.class.getClassLoader(), new Class<?>[] {Path.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getFileSystem")) {
                        throw new OutOfMemoryError("opening");
                    }
                    return null;
                });
        assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(() -> FileOpener.open(file))
                .withMessage("opening");
    }

    private Path pipe() throws Exception {
        Path pipe = folder.resolve("pipe.onnx");
        BoundedProcess.run(Duration.ofSeconds(10), "mkfifo", pipe.toString());
        return pipe;
    }

    /** Returns once a thread is blocked in opening a pipe. */
    private static FutureTask<SeekableByteChannel> startToOpen(Path pipe) throws Exception {
        FutureTask<SeekableByteChannel> opening = new FutureTask<>(() -> FileOpener.open(pipe));
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

    /** Ends the threads that are blocked in opening a pipe. */
    private static void unblock(Path pipe) throws Exception {
        while (openers().findAny().isPresent()) {
            Files.newByteChannel(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE)
                    .close();
        }
    }

    @Test
    void opensAFileAndReportsADeletedOne() throws Exception {
        Path file = Files.write(folder.resolve("model.onnx"), new byte[] {1, 2, 3});
        try (SeekableByteChannel channel = FileOpener.open(file)) {
            assertThat(channel.size()).isEqualTo(3);
        }
        Files.delete(file);
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> FileOpener.open(file));
    }
}
