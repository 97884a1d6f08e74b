package io.draem.service.capture.files;

import io.draem.file.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Files in folders of the directory that has their index, whose lock keeps other processes out. A file is written under another
 * name first, so that a part of one is never read.
 */
public final class DirectoryStore implements FileStore {

    /** Ending of a file that is being written. */
    public static final String PART = ".part";

    private final Path directory;

    public DirectoryStore(Path directory) {
        this.directory = directory;
    }

    @Override
    public String address() {
        return "";
    }

    @Override
    public void claim(String index, boolean again) {
        // the lock of the index does
    }

    @Override
    public synchronized void write(String name, byte[] bytes) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        DurableFile.write(file, directory.resolve(name + PART), bytes);
    }

    @Override
    public StoredFile open(String name) throws IOException {
        Path file = directory.resolve(name);
        InputStream content = Files.newInputStream(file);
        boolean opened = false;
        try {
            StoredFile stored = new StoredFile(Files.size(file), content);
            opened = true;
            return stored;
        } finally {
            if (!opened) {
                content.close();
            }
        }
    }

    /** Deletes the folder too if it was the last file. */
    @Override
    public synchronized void delete(String name) throws IOException {
        Path file = directory.resolve(name);
        Files.deleteIfExists(file);
        Path folder = file.getParent();
        try (Stream<Path> rest = Files.list(folder)) {
            if (rest.findAny().isPresent()) {
                return;
            }
        } catch (IOException e) {
            return; // it is gone already
        }
        Files.deleteIfExists(folder);
    }

    @Override
    public void list(Predicate<String> visitor) throws IOException {
        for (Path folder : list(directory)) {
            // Others, such as lost+found, may not be readable.
            if (FOLDER.matcher(folder.getFileName().toString()).matches()
                    && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                for (Path file : list(folder)) {
                    if (!visitor.test(folder.getFileName() + "/" + file.getFileName())) {
                        return;
                    }
                }
            }
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (NotDirectoryException e) {
            return List.of();
        }
    }

    @Override
    public void close() {
        // nothing is open
    }
}
