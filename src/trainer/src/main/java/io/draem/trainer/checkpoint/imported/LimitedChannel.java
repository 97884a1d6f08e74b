package io.draem.trainer.checkpoint.imported;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;

/** Reads a channel up to a number of bytes, so that a library that parses a hostile file uses bounded memory. */
final class LimitedChannel implements SeekableByteChannel {

    private final Path file;
    private final SeekableByteChannel channel;
    private long remaining;

    LimitedChannel(Path file, SeekableByteChannel channel, long most) {
        this.file = file;
        this.channel = channel;
        this.remaining = most;
    }

    /** Removes the limit. */
    void unlimited() {
        remaining = Long.MAX_VALUE;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (target.remaining() > remaining) {
            throw new ImportedFileException(file, "its zip directory has more entries than a model needs");
        }
        int read = channel.read(target);
        remaining -= Math.max(0, read);
        return read;
    }

    @Override
    public long position() throws IOException {
        return channel.position();
    }

    @Override
    public SeekableByteChannel position(long position) throws IOException {
        if (position < 0 || position > channel.size()) {
            throw new ImportedFileException(file, "its zip directory points outside the file");
        }
        channel.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public int write(ByteBuffer source) {
        throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
