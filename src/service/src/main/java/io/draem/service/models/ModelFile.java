package io.draem.service.models;

import io.draem.model.ModelDirectory;
import io.draem.runtime.onnx.FileKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
 * @param state what its folder looked like when it was found
 */
record ModelFile(String name, int version, Path path, FileState state) {

    /**
     * Returns the graphs in a directory by name, highest version first, and what is there in place of a graph or of a
     * version's folder; whatever is laid out otherwise is left out. Of a model whose folder cannot be read no graph is
     * known, so its list is empty.
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
                // gone since it was listed
            } catch (IOException e) {
                byName.put(name, List.of());
            }
        }
        return byName;
    }

    /** Returns the graphs of one model, highest version first, and what is there in place of a graph or of a version's folder. */
    static List<ModelFile> versions(String name, Path model) throws IOException {
        List<ModelFile> files = new ArrayList<>();
        for (Path version : children(model, ModelDirectory::isVersion)) {
            Path file = version.resolve(ModelDirectory.GRAPH);
            // A folder without a graph may be one that is still being filled.
            if (FileKind.of(version) != FileKind.FOLDER || FileKind.of(file) != FileKind.MISSING) {
                int number = Integer.parseInt(version.getFileName().toString());
                files.add(new ModelFile(name, number, file, FileState.of(version)));
            }
        }
        files.sort(Comparator.comparingInt(ModelFile::version).reversed());
        return files;
    }

    /** Returns what to do about a directory without models that is laid out almost right; empty where it is not. */
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
