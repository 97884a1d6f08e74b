package io.draem.service.models;

import io.draem.model.ModelDirectory;
import io.draem.runtime.onnx.FileKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the folder of a version looked like: a change of any of its files is seen, without reading them. Links are
 * followed, so a folder whose links are turned to other files (as Kubernetes does with a ConfigMap) has changed too.
 *
 * @param files the files, by name, and what is there in place of one; the folder itself, as {@code .}, where it is none
 */
record FileState(Map<String, Stamp> files) {

    /** A version that has no files. */
    static final FileState NONE = new FileState(Map.of());

    FileState {
        files = Map.copyOf(files);
    }

    /**
     * One file. Inode numbers are no part of it: file systems in user space give new ones at will.
     *
     * @param kind what it is; a file that becomes readable has changed
     * @param target where it is, links followed
     */
    record Stamp(FileKind kind, Path target, long size, FileTime modified) {}

    /** Returns the state of a folder; files that vanish meanwhile are left out, and so are folders in it. */
    static FileState of(Path folder) {
        FileKind kind = FileKind.of(folder);
        if (kind != FileKind.FOLDER) {
            return ofOne(".", special(kind, folder));
        }
        Map<String, Stamp> files = new TreeMap<>();
        try (Stream<Path> children = Files.list(folder)) {
            for (Path child : children.toList()) {
                String name = child.getFileName().toString();
                FileKind what = FileKind.of(child);
                if (what == FileKind.FILE) {
                    put(files, name, child);
                } else if (what != FileKind.MISSING && (what != FileKind.FOLDER || name.equals(ModelDirectory.GRAPH))) {
                    files.put(name, special(what, child));
                }
            }
        } catch (IOException | UncheckedIOException e) {
            return ofOne(".", special(FileKind.FORBIDDEN, folder));
        }
        return new FileState(files);
    }

    private static void put(Map<String, Stamp> files, String name, Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            files.put(
                    name,
                    new Stamp(FileKind.FILE, file.toRealPath(), attributes.size(), attributes.lastModifiedTime()));
        } catch (IOException e) {
            // gone since it was listed
        }
    }

    private static FileState ofOne(String name, Stamp stamp) {
        return new FileState(Map.of(name, stamp));
    }

    /** Of what is no file that can be read there is nothing to follow but whether it becomes one. */
    private static Stamp special(FileKind kind, Path path) {
        return new Stamp(kind, path, 0, FileTime.fromMillis(0));
    }
}
