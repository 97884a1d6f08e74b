package io.draem.trainer.checkpoint;

import io.draem.runtime.onnx.FileKind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Opens the files of checkpoints, of whatever format. */
public final class CheckpointFile {

    private CheckpointFile() {}

    /**
     * Opens a file for reading.
     *
     * @throws IOException if it is not a regular file, or cannot be opened
     */
    public static FileChannel open(Path file) throws IOException {
        requireRegular(file);
        return FileChannel.open(file, StandardOpenOption.READ);
    }

    /**
     * Refuses what is there and is not a regular file: opening a named pipe blocks until it has a writer. What is missing
     * or not readable is left to opening it, which says so.
     */
    public static void requireRegular(Path file) throws IOException {
        FileKind kind = Files.isDirectory(file) ? FileKind.FOLDER : FileKind.of(file);
        switch (kind) {
            case FILE, FORBIDDEN, MISSING, LOST_LINK -> {}
            case FOLDER, NAMED_PIPE, SOCKET, DEVICE, LOOPING_LINK ->
                throw new IOException(file + " is " + kind + ": it must be a regular file");
        }
    }
}
