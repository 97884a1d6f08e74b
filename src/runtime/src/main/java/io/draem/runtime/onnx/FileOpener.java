package io.draem.runtime.onnx;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Opens files that may have been replaced by named pipes since their kind was checked. Opening a pipe blocks until it has a
 * writer, and Java cannot open one without blocking, so each file is opened on a thread of its own.
 */
final class FileOpener {

    /** A local file opens immediately; on a network volume that does not respond it takes until the volume does. */
    private static final Duration FIRST_TIMEOUT = Duration.ofMillis(500);

    private FileOpener() {}

    /**
     * Opens a file for reading. A file that does not open in time is opened again with twice the timeout, as long as it is a
     * file. A pipe gets a writer, which ends the thread that opens it; that thread is abandoned if the pipe cannot be
     * written to or has been renamed.
     *
     * @throws GraphRefusedException if it is not a file any more
     * @throws IOException if it does not open, or the calling thread is interrupted
     */
    static SeekableByteChannel open(Path file) throws GraphRefusedException, IOException {
        for (long timeout = FIRST_TIMEOUT.toMillis(); ; timeout *= 2) {
            CompletableFuture<SeekableByteChannel> opening = start(file);
            try {
                return opening.orTimeout(timeout, TimeUnit.MILLISECONDS).get();
            } catch (ExecutionException e) {
                requireTimeout(Objects.requireNonNull(e.getCause()));
                FileKind kind = FileKind.of(file);
                if (kind == FileKind.NAMED_PIPE) {
                    writeTo(file);
                }
                if (kind != FileKind.FILE) {
                    throw new GraphRefusedException(file.getFileName() + " changed while it was opened");
                }
            } catch (InterruptedException e) {
                opening.thenAccept(FileOpener::close);
                opening.cancel(false);
                Thread.currentThread().interrupt();
                throw new InterruptedIOException(file.getFileName() + " was not opened: the thread was interrupted");
            }
        }
    }

    /** Opens a file on a new thread, which closes it if the future has been completed by the timeout. */
    private static CompletableFuture<SeekableByteChannel> start(Path file) {
        CompletableFuture<SeekableByteChannel> opening = new CompletableFuture<>();
        Runnable open = () -> {
            try {
                SeekableByteChannel channel = Files.newByteChannel(file);
                if (!opening.complete(channel)) {
                    close(channel);
                }
            } catch (Throwable e) { // also an Error, which the calling thread throws again
                opening.completeExceptionally(e);
            }
        };
        Thread opener = new Thread(open, "open-" + file.getFileName());
        opener.setDaemon(true);
        opener.start();
        return opening;
    }

    /** Throws every failure again but a timeout. */
    private static void requireTimeout(Throwable cause) throws IOException {
        if (cause instanceof IOException failure) {
            throw failure;
        }
        if (cause instanceof RuntimeException unexpected) {
            throw unexpected;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        if (!(cause instanceof TimeoutException)) {
            throw new IllegalStateException(cause);
        }
    }

    /** Opens a pipe for both reading and writing, which never blocks, whatever has replaced it by now. */
    private static void writeTo(Path pipe) {
        try {
            close(Files.newByteChannel(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } catch (IOException e) {
            // The pipe cannot be written to, or is gone: the thread that opens it stays blocked.
        }
    }

    private static void close(SeekableByteChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing was written to it.
        }
    }
}
