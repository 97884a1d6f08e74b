package io.draem.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.draem.text.FileNameEncoding;
import io.draem.text.Sha256;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The bytes of a graph, read once: digest and session come from the same bytes, even if the file changes meanwhile. If the
 * weights are in separate files, ONNX Runtime opens the files itself, and the graph is refused if they have changed by
 * then.
 */
public final class GraphFile {

    private static final int CHUNK = 1 << 20;
    /** A local file opens at once; on a network volume that hangs it takes as long as that does. */
    private static final Duration TO_OPEN = Duration.ofMillis(500);

    private final Path file;
    private final ByteBuffer graph;
    private final List<Path> data;
    private final String digest;

    private GraphFile(Path file, ByteBuffer graph, List<Path> data, String digest) {
        this.file = file;
        this.graph = graph;
        this.data = data;
        this.digest = digest;
    }

    /**
     * Reads a graph into memory outside the heap.
     *
     * @param maxBytes a larger file is refused before it is read
     * @throws GraphRefusedException if the file is empty, too large, no graph, names itself as its weights, or
     *     changes while it is read, or if it or a file with its weights is no file
     * @throws AccessDeniedException if one of them may not be read; its message is the name of that file
     */
    public static GraphFile read(Path file, long maxBytes) throws GraphRefusedException, IOException {
        ByteBuffer graph = bytes(file, maxBytes);
        List<Path> data = new ArrayList<>();
        for (String location : ExternalData.locations(graph)) {
            Path beside = beside(file, location);
            requireWeights(beside);
            if (Files.isSameFile(beside, file)) {
                throw new GraphRefusedException("Its weights are said to be in the graph's own file (" + location
                        + "): save the model again with its weights inside, or in a file of their own");
            }
            requireSize(beside, Files.size(beside), maxBytes);
            data.add(beside);
        }
        return new GraphFile(file, graph, data, digest(graph, data));
    }

    /**
     * Returns {@code sha256:} and the hexadecimal digest of the graph, followed by the files beside it that hold its
     * weights, in the order of their names.
     */
    public String digest() {
        return digest;
    }

    /** Makes a session of the bytes that the digest is of. */
    OrtSession createSession(OrtEnvironment environment, OrtSession.SessionOptions options)
            throws GraphRefusedException, OrtException {
        if (data.isEmpty()) {
            return environment.createSession(graph.duplicate(), options);
        }
        requireFiles();
        OrtSession session = environment.createSession(file.toString(), options);
        boolean same = false;
        try {
            same = digest(bytes(file, Integer.MAX_VALUE), data).equals(digest);
            if (!same) {
                throw new GraphRefusedException("The graph changed while it was opened");
            }
        } catch (IOException e) {
            throw new GraphRefusedException("The graph changed while it was opened");
        } finally {
            if (!same) {
                session.close();
            }
        }
        return session;
    }

    /** ONNX Runtime opens the files again, whatever they are by now. */
    private void requireFiles() throws GraphRefusedException {
        try {
            requireFile(file, file.getFileName().toString());
            for (Path beside : data) {
                requireWeights(beside);
            }
        } catch (AccessDeniedException e) {
            throw new GraphRefusedException("The graph changed while it was opened");
        }
    }

    private static String digest(ByteBuffer graph, List<Path> data) throws GraphRefusedException, IOException {
        MessageDigest digest = Sha256.algorithm();
        digest.update(graph.duplicate());
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        for (Path beside : data) {
            requireWeights(beside);
            try (SeekableByteChannel channel = open(beside)) {
                while (channel.read(chunk.clear()) >= 0) {
                    digest.update(chunk.flip());
                }
            }
        }
        return Sha256.text(digest.digest());
    }

    private static Path beside(Path file, String location) throws GraphRefusedException {
        try {
            return file.resolveSibling(location);
        } catch (InvalidPathException e) {
            throw new GraphRefusedException("Its weights cannot be read. " + FileNameEncoding.explain(location));
        }
    }

    private static void requireWeights(Path beside) throws GraphRefusedException, AccessDeniedException {
        requireFile(beside, "Its weights are in " + beside.getFileName() + ", which");
    }

    /** What is no file is never opened: a named pipe would wait for its writer. */
    private static void requireFile(Path file, String subject) throws GraphRefusedException, AccessDeniedException {
        FileKind kind = FileKind.of(file);
        if (kind == FileKind.FORBIDDEN) {
            throw new AccessDeniedException(file.getFileName().toString());
        }
        if (kind != FileKind.FILE) {
            throw new GraphRefusedException(subject + " is " + kind + ": a file is needed there");
        }
    }

    /**
     * Opens a file that may have been replaced by a named pipe since its kind was checked: opening a pipe waits for a
     * writer, which Java cannot refuse to do. The file is therefore opened on a thread of its own. A pipe gets a writer to
     * end that thread; the thread of a pipe that cannot be written to, or has been renamed since, is left behind. A file that
     * does not open is opened again after twice the time, and the earlier attempt is given up.
     *
     * @throws GraphRefusedException if it is no file any more
     */
    static SeekableByteChannel open(Path file) throws GraphRefusedException, IOException {
        for (long wait = TO_OPEN.toMillis(); ; wait *= 2) {
            CompletableFuture<SeekableByteChannel> opening = startToOpen(file);
            try {
                return opening.orTimeout(wait, TimeUnit.MILLISECONDS).get();
            } catch (ExecutionException e) {
                requireTimeout(Objects.requireNonNull(e.getCause()));
                FileKind kind = FileKind.of(file);
                if (kind == FileKind.NAMED_PIPE) {
                    endWait(file);
                }
                if (kind != FileKind.FILE) {
                    throw new GraphRefusedException(file.getFileName() + " changed while it was opened");
                }
            } catch (InterruptedException e) {
                opening.thenAccept(GraphFile::close);
                opening.cancel(false);
                Thread.currentThread().interrupt();
                throw new InterruptedIOException(file.getFileName() + " was not opened: the thread was interrupted");
            }
        }
    }

    /** Opens a file on a thread of its own, which closes it again where nobody waits for it any more. */
    private static CompletableFuture<SeekableByteChannel> startToOpen(Path file) {
        CompletableFuture<SeekableByteChannel> opening = new CompletableFuture<>();
        Runnable open = () -> {
            try {
                SeekableByteChannel channel = Files.newByteChannel(file);
                if (!opening.complete(channel)) {
                    close(channel);
                }
            } catch (Throwable e) { // an Error too is for whoever waits
                opening.completeExceptionally(e);
            }
        };
        Thread opener = new Thread(open, "open-" + file.getFileName());
        opener.setDaemon(true);
        opener.start();
        return opening;
    }

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

    /** Opens a pipe for both reading and writing, which never waits, whatever is there by now. */
    private static void endWait(Path pipe) {
        try {
            close(Files.newByteChannel(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } catch (IOException e) {
            // The pipe must not be written to, or is there no more: its reader waits on, and nobody for it.
        }
    }

    private static void close(SeekableByteChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing was written to it.
        }
    }

    private static ByteBuffer bytes(Path file, long maxBytes) throws GraphRefusedException, IOException {
        requireFile(file, file.getFileName().toString());
        try (SeekableByteChannel channel = open(file)) {
            long size = channel.size();
            requireSize(file, size, Math.min(maxBytes, Integer.MAX_VALUE));
            ByteBuffer bytes = ByteBuffer.allocateDirect((int) size);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // a read may give less than there is
            }
            if (bytes.hasRemaining() || channel.size() != size) {
                throw new GraphRefusedException(file.getFileName() + " changed while it was read");
            }
            return bytes.flip().asReadOnlyBuffer();
        }
    }

    private static void requireSize(Path file, long size, long maxBytes) throws GraphRefusedException {
        if (size == 0) {
            throw new GraphRefusedException(file.getFileName() + " is empty");
        }
        if (size > maxBytes) {
            throw new GraphRefusedException(file.getFileName() + " has " + size + " bytes, more than the limit of "
                    + maxBytes + " (in the service draem.models.max-file-size)");
        }
    }
}
