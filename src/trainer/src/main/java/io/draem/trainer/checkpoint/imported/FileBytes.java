package io.draem.trainer.checkpoint.imported;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads pieces of a file, none of which reaches beyond its end. */
final class FileBytes implements AutoCloseable {

    private final Path file;
    private final FileChannel channel;
    private final long size;

    FileBytes(Path file) throws IOException {
        this.file = file;
        channel = FileChannel.open(file, StandardOpenOption.READ);
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

    /** Returns so many bytes, little-endian; memory is taken only for what the file has. */
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

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
