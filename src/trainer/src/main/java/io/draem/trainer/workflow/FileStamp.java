package io.draem.trainer.workflow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What tells whether a file has changed without reading it.
 *
 * @param bytes its size
 * @param modified time of its last change, as exact as the file system records it
 */
record FileStamp(long bytes, Instant modified) {

    /** Returns that of a file now; null if the file is not there or its folder cannot be read. */
    static @Nullable FileStamp of(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(
                    attributes.size(), attributes.lastModifiedTime().toInstant());
        } catch (IOException e) {
            return null;
        }
    }
}
