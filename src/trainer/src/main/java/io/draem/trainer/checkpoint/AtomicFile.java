package io.draem.trainer.checkpoint;

import io.draem.file.DurableFile;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

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
        DurableFile.forceFolder(file);
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
}
