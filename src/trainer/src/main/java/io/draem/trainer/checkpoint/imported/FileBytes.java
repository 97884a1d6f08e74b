package io.draem.trainer.checkpoint.imported;

import io.draem.trainer.checkpoint.CheckpointFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Random access to the bytes of a file; reading beyond its end is refused before memory is allocated. */
final class FileBytes implements AutoCloseable {

    private final Path file;
    private final FileChannel channel;
    private final long size;

    FileBytes(Path file) throws IOException {
        this.file = file;
        channel = CheckpointFile.open(file);
        try {
            size = channel.size();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    Path file() {
        return file;
    }

    long size() {
        return size;
    }

    /** Returns bytes of the file, little-endian. */
    ByteBuffer read(long position, int length) throws IOException {
        if (position < 0 || length < 0 || position > size - length) {
            throw new ImportedFileException(file, "it ends early");
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new ImportedFileException(file, "it ends early");
            }
        }
        return bytes.flip();
    }

    /**
     * Returns a channel for a library that reads the whole structure of the file.
     *
     * @param most bytes that the channel reads before it refuses the file
     */
    LimitedChannel channel(long most) throws IOException {
        return new LimitedChannel(file, channel.position(0), most);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
