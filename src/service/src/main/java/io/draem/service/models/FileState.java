package io.draem.service.models;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the folder of a version looked like: a change of any of its files is seen, without reading them. Links are
 * followed, so a folder whose links are turned to other files (as Kubernetes does with a ConfigMap) has changed too.
 *
 * @param files the regular files, by name
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
     * @param target where it is, links followed
     */
    record Stamp(Path target, long size, FileTime modified) {}

    /** Returns the state of a folder; files that vanish meanwhile are left out. */
    static FileState of(Path folder) {
        Map<String, Stamp> files = new TreeMap<>();
        for (Path child : children(folder)) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(child, BasicFileAttributes.class);
                if (attributes.isRegularFile()) {
                    files.put(
                            child.getFileName().toString(),
                            new Stamp(child.toRealPath(), attributes.size(), attributes.lastModifiedTime()));
                }
            } catch (IOException e) {
                // gone since it was listed, or a link to nowhere
            }
        }
        return new FileState(files);
    }

    private static List<Path> children(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // reading the graph will say why
        }
    }
}
