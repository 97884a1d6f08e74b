package io.draem.trainer.checkpoint;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Folders that were made for files to come, so that a failure before the first of them leaves no empty ones behind. */
public final class NewFolders {

    private final List<Path> made; // the innermost first

    private NewFolders(List<Path> made) {
        this.made = made;
    }

    /** Makes a folder with its parents, and remembers which of them were not there. */
    public static NewFolders make(Path folder) throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path path = folder.toAbsolutePath(); path != null && !Files.exists(path); path = path.getParent()) {
            missing.add(path);
        }
        Files.createDirectories(folder);
        return new NewFolders(missing);
    }

    /** Removes those that were not there before and hold nothing. */
    public void removeEmpty() throws IOException {
        for (Path folder : made) {
            try {
                Files.delete(folder);
            } catch (NoSuchFileException e) {
                // Somebody else removed it: the one around it may be empty all the same.
            } catch (DirectoryNotEmptyException e) {
                return;
            }
        }
    }
}
