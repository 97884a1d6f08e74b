package io.draem.trainer.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** How a file appears whole or not at all: it is written beside its place and moved there. */
public final class AtomicFile {

    private AtomicFile() {}

    /** Returns where the file is written until it is whole. */
    public static Path of(Path file) {
        return file.resolveSibling(file.getFileName() + ".part");
    }

    /**
     * Moves the whole file to its place, over what stands there, at once where the file system can, and so that the name
     * outlasts a loss of power.
     */
    public static void publish(Path part, Path file) throws IOException {
        try {
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        }
        force(file.toAbsolutePath().resolveSibling(""));
    }

    private static void force(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows opens no folders, and some file systems do not force them: the move itself has succeeded.
        }
    }
}
