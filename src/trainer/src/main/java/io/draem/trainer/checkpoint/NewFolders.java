package io.draem.trainer.checkpoint;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Folders created for a file, which are removed again if writing it fails. */
public final class NewFolders {

    private final List<Path> made; // the innermost first

    private NewFolders(List<Path> made) {
        this.made = made;
    }

    /** Creates a folder with its parents, and records which of them are new. */
    public static NewFolders make(Path folder) throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path path = folder.toAbsolutePath(); path != null && !Files.exists(path); path = path.getParent()) {
            missing.add(path);
        }
        Files.createDirectories(folder);
        return new NewFolders(missing);
    }

    /** Removes the new folders that are empty. */
    public void removeEmpty() throws IOException {
        for (Path folder : made) {
            try {
                Files.delete(folder);
            } catch (NoSuchFileException e) {
                // Another process removed it: its parent may still be empty.
            } catch (DirectoryNotEmptyException e) {
                return;
            }
        }
    }
}
