package io.draem.trainer.workflow;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file to which one process at a time appends: it is locked from its opening until it is closed or deleted. It is read
 * through its own channel only: on POSIX systems the lock ends when any other channel of the file is closed, and on Windows
 * no other channel can read what is locked.
 */
final class LockedFile implements AutoCloseable {

    /** Longer lines are not lines of this program. */
    private static final int MOST_LINE_BYTES = 64 << 20;

    private static final int ATTEMPTS = 10;

    private final Path path;
    private final FileChannel channel;
    private long end;

    /** Takes a complete line. */
    @FunctionalInterface
    interface Lines {

        /**
         * @param line with the line feed
         * @param offset of its first byte
         */
        void take(byte[] line, long offset);
    }

    private LockedFile(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.end = channel.size();
    }

    /** Opens a file, which is created if it is not there; returns null if another process has locked it. */
    static @Nullable LockedFile open(Path path) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                if (!Files.exists(path)) {
                    Files.createFile(path);
                }
                Object key = key(path);
                FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
                boolean opened = false;
                try {
                    if (isLocked(channel)) {
                        return null;
                    }
                    // Else its last process has deleted it, or the file system has no steady key.
                    if (Objects.equals(key, key(path)) || attempt == ATTEMPTS) {
                        opened = true;
                        return new LockedFile(path, channel);
                    }
                } finally {
                    if (!opened) {
                        channel.close();
                    }
                }
            } catch (NoSuchFileException | FileAlreadyExistsException e) { // another process deletes or creates it
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Returns what identifies a file while it exists; null where the file system has nothing of the kind. */
    private static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    /** The lock lasts until the channel is closed. */
    private static boolean isLocked(FileChannel channel) {
        try {
            return channel.tryLock() == null;
        } catch (OverlappingFileLockException e) {
            return true; // of this process
        } catch (IOException e) {
            return false; // a file system without locks
        }
    }

    /** Returns the channel, to read from. */
    FileChannel channel() {
        return channel;
    }

    /** Returns whether the file has no bytes. */
    boolean isEmpty() {
        return end == 0;
    }

    /** Reads the lines of a file from its beginning, and returns where the last complete one ends. */
    static long read(FileChannel channel, Lines lines) throws IOException {
        channel.position(0);
        InputStream in =
                new BufferedInputStream(Channels.newInputStream(channel)); // closing it would close the channel
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long start = 0;
        long position = 0;
        for (int next = in.read(); next >= 0; next = in.read()) {
            position++;
            if (position - start <= MOST_LINE_BYTES) {
                line.write(next);
            }
            if (next == '\n') {
                if (position - start <= MOST_LINE_BYTES) {
                    lines.take(line.toByteArray(), start);
                }
                line.reset();
                start = position;
            }
        }
        return start;
    }

    /** Cuts off what follows an offset. */
    void cut(long offset) throws IOException {
        channel.truncate(offset);
        end = offset;
    }

    /** Appends all of the bytes, or none of them, and returns the offset of the first one. */
    long append(byte[] bytes) throws IOException {
        long start = end;
        boolean done = false;
        try {
            channel.position(start);
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            end += bytes.length;
            done = true;
            return start;
        } finally {
            if (!done) {
                channel.truncate(start);
            }
        }
    }

    /** Deletes the file while it is locked: a process that has opened it sees afterwards that it is gone. */
    void delete() throws IOException {
        try {
            Files.deleteIfExists(path);
        } finally {
            channel.close();
        }
    }

    /** Closes the file, and deletes it if it is empty. */
    @Override
    public void close() throws IOException {
        if (channel.isOpen() && isEmpty()) {
            delete();
        } else {
            channel.close();
        }
    }
}
