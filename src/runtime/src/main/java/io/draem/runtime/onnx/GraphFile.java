package io.draem.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.draem.text.FileNameEncoding;
import io.draem.text.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a graph: digest and session come from the same bytes, even if the file changes meanwhile. They are kept, or
 * {@link #onDisk() read again} and compared for each session. If the weights are in separate files, ONNX Runtime opens the
 * files itself, and the graph is refused if one of them has changed since the digest was computed.
 */
public final class GraphFile {

    private static final String CHANGED = "The graph changed while it was opened, or since it was read";

    private static final int CHUNK = 1 << 20;
    /** Buffers outside the heap are freed late, by the garbage collector alone, so a few are used again. */
    private static final BlockingQueue<ByteBuffer> READ = new ArrayBlockingQueue<>(2);

    private final Path file;
    /** Null if each session reads the file. */
    private @Nullable ByteBuffer graph;

    private final List<Path> weights;
    private final long bytes;
    private final String digest;

    private GraphFile(Path file, @Nullable ByteBuffer graph, List<Path> weights, long bytes, String digest) {
        this.file = file;
        this.graph = graph;
        this.weights = weights;
        this.bytes = bytes;
        this.digest = digest;
    }

    /**
     * Reads a graph into memory outside the heap.
     *
     * @param maxBytes a larger file is refused before it is read
     * @throws GraphRefusedException if the file is empty, too large, not a graph, names itself as its weights, or changes
     *     while it is read, or if it or one of its files with weights is not a regular file
     * @throws AccessDeniedException if one of them is not readable; its message is the name of that file
     */
    public static GraphFile read(Path file, long maxBytes) throws GraphRefusedException, IOException {
        ByteBuffer graph = bytes(file, maxBytes);
        List<Path> weights = new ArrayList<>();
        long all = graph.remaining();
        for (String location : ExternalData.locations(graph)) {
            Path part = sibling(file, location);
            requireWeights(part);
            if (Files.isSameFile(part, file)) {
                throw new GraphRefusedException("Its weights are declared to be in the graph's own file (" + location
                        + "): save the model again with its weights inside, or in a separate file");
            }
            requireSize(part, Files.size(part), maxBytes);
            all += Files.size(part);
            weights.add(part);
        }
        return new GraphFile(file, graph, weights, all, digest(graph, weights));
    }

    /**
     * Returns the same graph without its bytes, to be opened later: each session reads the file again, and is refused if
     * that has changed. This one does not keep its bytes either.
     */
    public GraphFile onDisk() {
        ByteBuffer read = graph;
        if (read != null) {
            graph = null;
            READ.offer(read);
        }
        return new GraphFile(file, null, weights, bytes, digest);
    }

    /** Returns the size of the graph with its weights, in bytes. */
    public long bytes() {
        return bytes;
    }

    /**
     * Returns {@code sha256:} and the hexadecimal digest of the graph, followed by its files with weights in the order of
     * their names.
     */
    public String digest() {
        return digest;
    }

    /**
     * Creates a session of the bytes that the digest was computed from.
     *
     * @throws GraphRefusedException if the files have changed since
     */
    OrtSession createSession(OrtEnvironment environment, OrtSession.SessionOptions options)
            throws GraphRefusedException, OrtException {
        try {
            if (!weights.isEmpty()) {
                return createSessionOfFiles(environment, options);
            }
            if (graph != null) {
                return environment.createSession(graph.duplicate(), options);
            }
            if (FileKind.of(file) != FileKind.FILE || Files.size(file) != bytes) {
                throw GraphRefusedException.temporary(CHANGED);
            }
            ByteBuffer read = bytes(file, bytes);
            try {
                if (!digest(read, weights).equals(digest)) {
                    throw GraphRefusedException.temporary(CHANGED);
                }
                return environment.createSession(read, options);
            } finally {
                READ.offer(read);
            }
        } catch (IOException e) {
            throw GraphRefusedException.temporary(CHANGED);
        }
    }

    /** ONNX Runtime opens the files itself, and they may have been replaced. */
    private OrtSession createSessionOfFiles(OrtEnvironment environment, OrtSession.SessionOptions options)
            throws GraphRefusedException, IOException, OrtException {
        requireFiles();
        OrtSession session;
        try {
            session = environment.createSession(file.toString(), options);
        } catch (OrtException e) {
            if (!isUnchanged()) {
                throw GraphRefusedException.temporary(CHANGED);
            }
            throw e;
        }
        if (!isUnchanged()) {
            session.close();
            throw GraphRefusedException.temporary(CHANGED);
        }
        return session;
    }

    private void requireFiles() throws GraphRefusedException, IOException {
        long size;
        try {
            requireFile(file, file.getFileName().toString());
            size = Files.size(file);
            for (Path part : weights) {
                requireWeights(part);
                size += Files.size(part);
            }
        } catch (GraphRefusedException e) { // they were regular files when they were read
            throw GraphRefusedException.temporary(String.valueOf(e.getMessage()));
        }
        if (size != bytes) {
            throw GraphRefusedException.temporary(CHANGED);
        }
    }

    private boolean isUnchanged() {
        try {
            ByteBuffer read = bytes(file, bytes);
            boolean same = digest(read, weights).equals(digest);
            READ.offer(read);
            return same;
        } catch (GraphRefusedException | IOException e) {
            return false;
        }
    }

    private static String digest(ByteBuffer graph, List<Path> weights) throws GraphRefusedException, IOException {
        MessageDigest digest = Sha256.algorithm();
        digest.update(graph.duplicate());
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        for (Path part : weights) {
            requireWeights(part);
            try (SeekableByteChannel channel = FileOpener.open(part)) {
                while (channel.read(chunk.clear()) >= 0) {
                    digest.update(chunk.flip());
                }
            }
        }
        return Sha256.text(digest.digest());
    }

    private static Path sibling(Path file, String location) throws GraphRefusedException {
        try {
            return file.resolveSibling(location);
        } catch (InvalidPathException e) {
            throw new GraphRefusedException("Its weights cannot be read. " + FileNameEncoding.explain(location));
        }
    }

    private static void requireWeights(Path part) throws GraphRefusedException, AccessDeniedException {
        requireFile(part, "Its weights are in " + part.getFileName() + ", which");
    }

    /** Nothing else is opened: opening a named pipe blocks until it has a writer. */
    private static void requireFile(Path file, String subject) throws GraphRefusedException, AccessDeniedException {
        FileKind kind = FileKind.of(file);
        if (kind == FileKind.FORBIDDEN) {
            throw new AccessDeniedException(file.getFileName().toString());
        }
        if (kind != FileKind.FILE) {
            throw new GraphRefusedException(subject + " is " + kind + ": it must be a regular file");
        }
    }

    private static ByteBuffer bytes(Path file, long maxBytes) throws GraphRefusedException, IOException {
        requireFile(file, file.getFileName().toString());
        try (SeekableByteChannel channel = FileOpener.open(file)) {
            long size = channel.size();
            requireSize(file, size, Math.min(maxBytes, Integer.MAX_VALUE));
            ByteBuffer free = READ.poll();
            ByteBuffer bytes = free != null && free.capacity() >= size
                    ? free.clear().limit((int) size)
                    : ByteBuffer.allocateDirect((int) size);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // a read may return fewer bytes than requested
            }
            if (bytes.hasRemaining() || channel.size() != size) {
                throw GraphRefusedException.temporary(file.getFileName() + " changed while it was read");
            }
            return bytes.flip();
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
