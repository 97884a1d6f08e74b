package io.draem.service.capture.files;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Files by name, such as {@code 2026-03-01/120000-000-cookie-0123456789ab.jpg}. A file is complete or not there. Safe for use
 * by several threads. Where the whole store cannot be used, and not a file of it, methods throw {@link StoreException}.
 */
public interface FileStore extends AutoCloseable {

    /** Names of folders. */
    Pattern FOLDER = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");

    /** Returns where the files are if that is outside of the directory of their index; empty if it is not. */
    String address();

    /**
     * Makes sure that the files belong to one index.
     *
     * @param index names it; letters, digits and hyphens
     * @param again whether it has files that it claimed before: where there is none of them, this is another store
     * @throws StoreException if they belong to another index, or are in another store
     */
    void claim(String index, boolean again) throws IOException;

    /** Writes a file, in place of one of its name; it is durable when this returns. */
    void write(String name, byte[] bytes) throws IOException;

    /**
     * Opens a file for reading; nothing of it is read.
     *
     * @throws NoSuchFileException if there is none of that name
     */
    StoredFile open(String name) throws IOException;

    /** Deletes a file if there is one of that name. */
    void delete(String name) throws IOException;

    /**
     * Lists the names of files in {@linkplain #FOLDER folders}, parts of unfinished ones included.
     *
     * @param visitor takes each name; the listing ends where it returns false
     */
    void list(Predicate<String> visitor) throws IOException;

    @Override
    void close();
}
