package io.draem.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Changes of files that are complete when they are seen, and survive a power failure. */
public final class DurableFile {

    private DurableFile() {}

    /** Writes a whole file: to a hidden temporary name in the same folder, from which it replaces one of its name. */
    public static void write(Path file, byte[] content) throws IOException {
        write(file, part(file), content);
    }

    /** Writes a whole file as {@link #write(Path, byte[])} does, by a temporary name in the same folder that is not in use. */
    public static void write(Path file, Path part, byte[] content) throws IOException {
        try {
            writeNew(part, content);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        forceFolder(file);
    }

    /** Writes a whole file as {@link #write} does unless there is one of its name; returns whether it was written. */
    public static boolean create(Path file, byte[] content) throws IOException {
        Path part = part(file);
        try {
            writeNew(part, content);
            try {
                Files.createLink(file, part); // a move would replace a file that another process has just made
            } catch (FileAlreadyExistsException e) {
                return false;
            } catch (UnsupportedOperationException | FileSystemException e) { // a file system without links
                Files.move(part, file);
            }
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.deleteIfExists(part);
        }
        forceFolder(file);
        return true;
    }

    /** Removes a file; returns false if there is none. */
    public static boolean delete(Path file) throws IOException {
        boolean deleted = Files.deleteIfExists(file);
        forceFolder(file);
        return deleted;
    }

    private static Path part(Path file) {
        return file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
    }

    private static void writeNew(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            write(channel, ByteBuffer.wrap(content));
        }
    }

    /** Writes at the position of a channel to the end, and waits until the device has it. */
    public static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(true);
    }

    /** Has the device store the names in the folder of a file. */
    public static void forceFolder(Path file) {
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().resolveSibling(""), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException e) {
            // Windows does not open folders, and some file systems do not sync them: the change itself has succeeded.
        }
    }
}
