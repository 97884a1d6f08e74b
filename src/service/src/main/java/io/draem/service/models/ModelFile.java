package io.draem.service.models;

import io.draem.model.ModelDirectory;
import io.draem.runtime.onnx.FileKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A graph in the model directory, {@code <name>/<version>/model.onnx}.
 *
 * @param name name of the model
 * @param version number of the version, 1 or more
 * @param path where the graph is
 * @param state state of its folder when it was found
 */
record ModelFile(String name, int version, Path path, State state) {

    /**
     * What the folder of a version looks like: a change of any of its files is detected without reading them. Links are
     * followed, so a folder whose links point to other files (Kubernetes does this with a ConfigMap) has changed too.
     *
     * @param files the files by name, special files included; the folder itself, as {@code .}, if it is no readable folder
     */
    record State(Map<String, Stamp> files) {

        /** State of a version without files. */
        static final State NONE = new State(Map.of());

        private static final String FOLDER = ".";

        State {
            files = Map.copyOf(files);
        }

        /**
         * One file. Inode numbers are left out: file systems in user space may change them at any time.
         *
         * @param kind type of the file; a file that becomes readable has changed
         * @param target real path, links followed
         */
        record Stamp(FileKind kind, Path target, long size, FileTime modified) {}

        /** Returns the state without one of its files. */
        State without(String name) {
            Map<String, Stamp> others = new TreeMap<>(files);
            others.remove(name);
            return new State(others);
        }

        /** Returns whether the folder could be read. */
        boolean isReadable() {
            return !files.containsKey(FOLDER);
        }

        /** Returns the state of a folder without its folders and without files that disappear meanwhile. */
        static State of(Path folder) {
            FileKind kind = FileKind.of(folder);
            if (kind != FileKind.FOLDER) {
                return ofOne(FOLDER, special(kind, folder));
            }
            Map<String, Stamp> files = new TreeMap<>();
            try (Stream<Path> children = Files.list(folder)) {
                for (Path child : children.toList()) {
                    String name = child.getFileName().toString();
                    FileKind what = FileKind.of(child);
                    if (what == FileKind.FILE) {
                        put(files, name, child);
                    } else if (what != FileKind.MISSING
                            && (what != FileKind.FOLDER
                                    || name.equals(ModelDirectory.GRAPH)
                                    || name.equals(CandidateFile.NAME))) {
                        files.put(name, special(what, child));
                    }
                }
            } catch (IOException | UncheckedIOException e) {
                return ofOne(FOLDER, special(FileKind.FORBIDDEN, folder));
            }
            return new State(files);
        }

        private static void put(Map<String, Stamp> files, String name, Path file) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                files.put(
                        name,
                        new Stamp(FileKind.FILE, file.toRealPath(), attributes.size(), attributes.lastModifiedTime()));
            } catch (IOException e) {
                // removed since it was listed
            }
        }

        private static State ofOne(String name, Stamp stamp) {
            return new State(Map.of(name, stamp));
        }

        /** The only change of a special or unreadable file that counts is that it becomes a readable one. */
        private static Stamp special(FileKind kind, Path path) {
            return new Stamp(kind, path, 0, FileTime.fromMillis(0));
        }
    }

    /** Returns the same graph with another state of its folder. */
    ModelFile in(State other) {
        return new ModelFile(name, version, path, other);
    }

    /**
     * Returns the graphs in a directory by name, highest version first, including special files at the path of a graph or of
     * a version's folder; other files are ignored. The list of a model whose folder cannot be read is empty.
     */
    static Map<String, List<ModelFile>> list(Path directory) throws IOException {
        Map<String, List<ModelFile>> byName = new TreeMap<>();
        for (Path model : children(directory, ModelDirectory::isName)) {
            if (!Files.isDirectory(model)) {
                continue;
            }
            String name = model.getFileName().toString();
            try {
                List<ModelFile> files = versions(name, model);
                if (!files.isEmpty()) {
                    byName.put(name, files);
                }
            } catch (NoSuchFileException e) {
                // removed since it was listed
            } catch (IOException e) {
                byName.put(name, List.of());
            }
        }
        return byName;
    }

    /** Returns the states of what {@link #list} returns, by name and version. */
    static Map<String, Map<Integer, State>> states(Map<String, List<ModelFile>> found) {
        Map<String, Map<Integer, State>> states = new TreeMap<>();
        found.forEach((name, files) -> {
            Map<Integer, State> versions = new TreeMap<>();
            files.forEach(file -> versions.put(file.version(), file.state()));
            states.put(name, versions);
        });
        return states;
    }

    /** Returns the graphs of one model as {@link #list} does. */
    static List<ModelFile> versions(String name, Path model) throws IOException {
        List<ModelFile> files = new ArrayList<>();
        for (Path version : children(model, ModelDirectory::isVersion)) {
            Path file = version.resolve(ModelDirectory.GRAPH);
            // A folder without a graph may still be being copied.
            if (FileKind.of(version) != FileKind.FOLDER || FileKind.of(file) != FileKind.MISSING) {
                int number = Integer.parseInt(version.getFileName().toString());
                files.add(new ModelFile(name, number, file, State.of(version)));
            }
        }
        files.sort(Comparator.comparingInt(ModelFile::version).reversed());
        return files;
    }

    /** Returns how to correct a directory without models whose layout is almost right; empty if it is not. */
    static String hint(Path directory) throws IOException {
        for (Path version : children(directory, ModelDirectory::isVersion)) {
            if (Files.isRegularFile(version.resolve(ModelDirectory.GRAPH))) {
                return "This is the folder of one model: name the folder above it, "
                        + directory.toAbsolutePath().normalize().getParent();
            }
        }
        if (Files.isRegularFile(directory.resolve(ModelDirectory.GRAPH))) {
            return "The graph is directly in it: move it to <name>/1/" + ModelDirectory.GRAPH;
        }
        return MisplacedGraphs.find(directory).stream().findFirst().orElse("");
    }

    private static List<Path> children(Path parent, Predicate<String> name) throws IOException {
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(child -> name.test(child.getFileName().toString()))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
