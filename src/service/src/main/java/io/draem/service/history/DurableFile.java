package io.draem.service.history;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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
        Path part = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (FileChannel channel =
                    FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                write(channel, ByteBuffer.wrap(content));
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        forceFolder(file);
    }

    /** Removes a file. */
    public static void delete(Path file) throws IOException {
        Files.delete(file);
        forceFolder(file);
    }

    /** Writes at the position of a channel to the end, and waits until the device has it. */
    static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(true);
    }

    /** Has the device store the names in the folder of a file. */
    static void forceFolder(Path file) {
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().resolveSibling(""), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException e) {
            // Windows does not open folders, and some file systems do not sync them: the change itself has succeeded.
        }
    }
}
