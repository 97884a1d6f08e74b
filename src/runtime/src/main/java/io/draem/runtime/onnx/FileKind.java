package io.draem.runtime.onnx;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The kind of file at a path, links followed. It is determined without opening the file, since opening a named pipe blocks
 * until it has a writer.
 */
public enum FileKind {
    FILE("a file"),
    FOLDER("a folder"),
    NAMED_PIPE("a named pipe"),
    SOCKET("a socket"),
    DEVICE("a device"),
    LOST_LINK("a link to something that is not there"),
    LOOPING_LINK("a link that leads back to itself"),
    /** A file or folder without the permission to read it or to enter a folder above it. */
    FORBIDDEN("not readable by the user of the service"),
    MISSING("not there");

    private static final int TYPE = 0170000;

    private final String text;

    FileKind(String text) {
        this.text = text;
    }

    /** Returns the kind of file at a path. */
    public static FileKind of(Path path) {
        BasicFileAttributes itself;
        try {
            itself = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return MISSING;
        } catch (IOException e) {
            return FORBIDDEN;
        }
        BasicFileAttributes target = itself;
        if (itself.isSymbolicLink()) {
            try {
                target = Files.readAttributes(path, BasicFileAttributes.class);
            } catch (NoSuchFileException e) {
                return LOST_LINK;
            } catch (AccessDeniedException e) {
                return FORBIDDEN;
            } catch (IOException e) {
                return LOOPING_LINK;
            }
        }
        if (target.isRegularFile()) {
            return Files.isReadable(path) ? FILE : FORBIDDEN;
        }
        if (target.isDirectory()) {
            return Files.isReadable(path) && Files.isExecutable(path) ? FOLDER : FORBIDDEN;
        }
        return special(path);
    }

    private static FileKind special(Path path) {
        try {
            int mode = (Integer) Files.getAttribute(path, "unix:mode");
            return switch (mode & TYPE) {
                case 0010000 -> NAMED_PIPE;
                case 0140000 -> SOCKET;
                default -> DEVICE;
            };
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return DEVICE;
        }
    }

    /** Returns the kind as text that follows "is". */
    @Override
    public String toString() {
        return text;
    }
}
