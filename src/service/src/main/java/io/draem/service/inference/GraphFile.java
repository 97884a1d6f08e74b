package io.draem.service.inference;

import io.draem.digest.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The bytes of a graph, read once: digest and session are of the same ones, whatever is written to the file meanwhile.
 */
public final class GraphFile {

    private final ByteBuffer graph;
    private final String digest;

    private GraphFile(ByteBuffer graph, String digest) {
        this.graph = graph;
        this.digest = digest;
    }

    /**
     * Reads a graph into memory outside the heap.
     *
     * @param maxBytes a larger file is refused before it is read
     * @throws GraphRefusedException if the file is empty, too large, or changes while it is read
     */
    public static GraphFile read(Path file, long maxBytes) throws GraphRefusedException, IOException {
        ByteBuffer graph = bytes(file, maxBytes);
        return new GraphFile(graph, Sha256.of(List.of(graph)));
    }

    /** Returns {@code sha256:} and the hexadecimal digest. */
    public String digest() {
        return digest;
    }

    /** Returns a view of the graph in direct memory. */
    ByteBuffer graph() {
        return graph.duplicate().order(ByteOrder.nativeOrder());
    }

    private static ByteBuffer bytes(Path file, long maxBytes) throws GraphRefusedException, IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            long size = channel.size();
            if (size == 0 || size > Math.min(maxBytes, Integer.MAX_VALUE)) {
                throw new GraphRefusedException(file.getFileName() + " has " + size + " bytes; 1 to " + maxBytes
                        + " are read (draem.models.max-file-size)");
            }
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
}
