package io.draem.trainer.training;

import io.draem.trainer.checkpoint.NewFolders;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The folder of the checkpoints of a training, locked by one process at a time. */
public final class Checkpoints implements AutoCloseable {

    private static final int KEPT = 2;
    private static final Pattern NAME = Pattern.compile("step-\\d{9}\\.safetensors");
    private static final String LOCK = "lock";

    private final NewFolders folders;
    private final Path folder;
    private final FileChannel lock;

    private Checkpoints(NewFolders folders, Path folder, FileChannel lock) {
        this.folders = folders;
        this.folder = folder;
        this.lock = lock;
    }

    /**
     * Opens the folder, creates it if it does not exist, and removes incomplete files of a killed process.
     *
     * @throws CheckpointException if another process trains there
     */
    public static Checkpoints open(Path folder) throws IOException {
        NewFolders folders = NewFolders.make(folder);
        FileChannel channel =
                FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!isLocked(channel)) {
            channel.close();
            throw new CheckpointException("Another training uses " + folder
                    + ": wait for its end, or give this one another --name or --output");
        }
        Checkpoints checkpoints = new Checkpoints(folders, folder, channel);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path part :
                    files.filter(file -> file.toString().endsWith(".part")).toList()) {
                Files.delete(part);
            }
        }
        return checkpoints;
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) { // locked by this process
            return false;
        }
    }

    public Path folder() {
        return folder;
    }

    /** Returns the newest file, valid or not. */
    public Optional<Path> last() throws IOException {
        return files().stream().findFirst();
    }

    /**
     * Reads the newest valid checkpoint; null if there are no checkpoints.
     *
     * @param notes receives a message for each invalid checkpoint
     * @throws CheckpointException if there are checkpoints, but none is valid
     */
    public @Nullable Checkpoint newest(Consumer<String> notes) throws IOException {
        List<Path> files = files();
        for (Path file : files) {
            try {
                return Checkpoint.read(file);
            } catch (IOException e) {
                notes.accept(e.getMessage() + "; trying the one before");
            }
        }
        if (!files.isEmpty()) {
            throw new CheckpointException("None of the checkpoints in " + folder
                    + " can be used: restore a valid one, or start from the beginning with --restart");
        }
        return null;
    }

    /** Returns the file of a step's checkpoint. */
    Path file(long step) {
        return folder.resolve(String.format(Locale.ROOT, "step-%09d.safetensors", step));
    }

    /** Removes all checkpoints but the newest two. */
    void prune() throws IOException {
        for (Path old : files().stream().skip(KEPT).toList()) {
            Files.delete(old);
        }
    }

    /** Removes all checkpoints. */
    public void discard() throws IOException {
        for (Path file : files()) {
            Files.delete(file);
        }
    }

    /** Newest first. */
    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(
                            file -> NAME.matcher(file.getFileName().toString()).matches())
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    /** Unlocks the folder. If it is empty, it is removed with the parents that were created for it. */
    @Override
    public void close() throws IOException {
        if (files().isEmpty()) {
            Files.deleteIfExists(folder.resolve(LOCK));
            lock.close();
            try (Stream<Path> rest = Files.list(folder)) {
                if (rest.findAny().isEmpty()) {
                    Files.delete(folder);
                }
            }
            folders.removeEmpty();
        } else {
            lock.close();
        }
    }
}
