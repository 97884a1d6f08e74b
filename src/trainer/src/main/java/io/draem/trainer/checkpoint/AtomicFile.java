package io.draem.trainer.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes a file atomically: to a temporary name in the same folder, from which it is moved. */
public final class AtomicFile {

    private AtomicFile() {}

    /** Returns the temporary name of a file. */
    public static Path of(Path file) {
        return file.resolveSibling(file.getFileName() + ".part");
    }

    /**
     * Moves the complete file to its name and replaces a file there, atomically where the file system supports it. The
     * name survives a power failure.
     */
    public static void publish(Path part, Path file) throws IOException {
        try {
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        }
        force(file.toAbsolutePath().resolveSibling(""));
    }

    /** Writes a whole file. */
    public static void write(Path file, byte[] content) throws IOException {
        Path part = of(file);
        try {
            Files.write(part, content);
            publish(part, file);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void force(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows does not open folders, and some file systems do not sync them: the move itself has succeeded.
        }
    }
}
