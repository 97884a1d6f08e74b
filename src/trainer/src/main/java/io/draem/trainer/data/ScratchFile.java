package io.draem.trainer.data;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A file of bytes beyond the memory, which exists from the first bytes on until it is closed. Safe for use by several
 * threads, which may be interrupted: that closes no {@link RandomAccessFile}, unlike a channel.
 */
final class ScratchFile implements AutoCloseable {

    /** What {@link #append} returns if there is no space. */
    static final long NOWHERE = -1;

    private static final double SPACE = 1.2;
    private static final double GIGABYTE = 1L << 30;

    private final @Nullable Path folder;
    private @Nullable Path file;
    private @Nullable RandomAccessFile access;
    private @Nullable String problem;
    private long end;

    /** @param folder that exists; null if there is to be no file */
    ScratchFile(@Nullable Path folder) {
        this.folder = folder;
        this.problem = folder == null ? "there is no scratch file" : null;
    }

    /**
     * Appends bytes and returns where they begin; {@link #NOWHERE} if there is no space for them.
     *
     * @param needed bytes that the whole file will have, as far as is known
     */
    synchronized long append(byte[] bytes, double needed) {
        if (problem != null || folder == null) {
            return NOWHERE;
        }
        try {
            if (access == null) {
                double usable = Files.getFileStore(folder).getUsableSpace();
                if (usable < SPACE * needed) {
                    problem = String.format(
                            Locale.ROOT,
                            "%s has %.1f GB of free disk space for %.1f GB",
                            folder,
                            usable / GIGABYTE,
                            needed / GIGABYTE);
                    return NOWHERE;
                }
                // The next training deletes files of this name if this process is killed.
                file = Files.createTempFile(folder, "frames-", ".part");
                access = new RandomAccessFile(file.toFile(), "rw");
            }
            access.seek(end);
            access.write(bytes);
            long offset = end;
            end += bytes.length;
            return offset;
        } catch (IOException e) { // such as a full disk
            problem = "the scratch file in " + folder + " cannot be written (" + e.getMessage() + ")";
            return NOWHERE;
        }
    }

    /** Reads bytes that begin at an offset. */
    synchronized void read(long offset, byte[] bytes, int start, int length) throws IOException {
        if (access == null) {
            throw new IOException("The scratch file in " + folder + " is not open");
        }
        access.seek(offset);
        access.readFully(bytes, start, length);
    }

    /**
     * Returns why there is no space for more, and the remedy.
     *
     * @param frames how many are in the file
     */
    synchronized String shortage(int frames) {
        return folder == null
                ? "and " + problem + ": start java with a larger -Xmx"
                : frames + " a scratch file, and " + problem + ": start java with a larger -Xmx, or free disk space";
    }

    /** Returns size and folder. */
    @Override
    public synchronized String toString() {
        return String.format(Locale.ROOT, "%.1f GB in %s", end / GIGABYTE, folder);
    }

    @Override
    public synchronized void close() throws IOException {
        try {
            if (access != null) {
                access.close();
            }
        } finally {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        }
    }
}
