package io.draem.service.models;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
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

    static final String FILE_NAME = "model.onnx";
    static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,8}");

    /** Returns the graphs in a directory by name, highest version first; whatever is laid out otherwise is left out. */
    static Map<String, List<ModelFile>> list(Path directory) throws IOException {
        Map<String, List<ModelFile>> byName = new TreeMap<>();
        for (Path model : directories(directory, NAME)) {
            List<ModelFile> files = new ArrayList<>();
            for (Path version : directories(model, VERSION)) {
                Path file = version.resolve(FILE_NAME);
                if (Files.isRegularFile(file)) {
                    files.add(new ModelFile(
                            model.getFileName().toString(),
                            Integer.parseInt(version.getFileName().toString()),
                            file,
                            FileState.of(version)));
                }
            }
            files.sort(Comparator.comparingInt(ModelFile::version).reversed());
            if (!files.isEmpty()) {
                byName.put(files.get(0).name(), files);
            }
        }
        return byName;
    }

    /** Returns what to do about a directory without models that is laid out almost right; empty where it is not. */
    static String hint(Path directory) throws IOException {
        for (Path version : directories(directory, VERSION)) {
            if (Files.isRegularFile(version.resolve(FILE_NAME))) {
                return "This is the folder of one model: name the folder above it, "
                        + directory.toAbsolutePath().normalize().getParent();
            }
        }
        if (Files.isRegularFile(directory.resolve(FILE_NAME))) {
            return "The graph lies right in it: move it to <name>/1/" + FILE_NAME;
        }
        return MisplacedGraphs.find(directory).stream().findFirst().orElse("");
    }

    private static List<Path> directories(Path parent, Pattern name) throws IOException {
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(child ->
                            name.matcher(child.getFileName().toString()).matches())
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
