package io.draem.trainer.data;

import io.draem.text.FileNameEncoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Finds the files that a text names, however it writes them: with slashes or backslashes, and in the composed or the
 * decomposed form of a character.
 */
final class PathResolver {

    private final Map<Path, Map<String, Path>> listed = new HashMap<>();

    /**
     * Returns the file of that name, below the folder unless the name is absolute; one as the name is written where there
     * is none.
     *
     * @throws DatasetException if the name can be no file's here, with the reason
     */
    Path resolve(Path folder, String name) throws IOException {
        Path literal = path(folder, name);
        if (Files.exists(literal)) {
            return literal;
        }
        Path file = name.indexOf('\\') < 0 ? literal : path(folder, name.replace('\\', '/'));
        return Files.exists(file) || isAscii(name) ? file : inAnyForm(file);
    }

    private static Path path(Path folder, String name) throws DatasetException {
        try {
            return folder.resolve(name).normalize();
        } catch (InvalidPathException e) {
            throw new DatasetException(
                    FileNameEncoding.losesNames() && !isAscii(name)
                            ? FileNameEncoding.explain(name)
                            : "'" + name + "' is no path of a file");
        }
    }

    private Path inAnyForm(Path file) throws IOException {
        Path found = file.getRoot() == null ? Path.of("") : file.getRoot();
        for (Path part : file) {
            Path next = found.resolve(part);
            if (!Files.exists(next)) {
                next = children(found).get(FileNameEncoding.composed(part.toString()));
                if (next == null) {
                    return file;
                }
            }
            found = next;
        }
        return found;
    }

    private Map<String, Path> children(Path folder) throws IOException {
        Map<String, Path> known = listed.get(folder);
        if (known == null) {
            known = new HashMap<>();
            if (Files.isDirectory(folder)) {
                try (Stream<Path> children = Files.list(folder)) {
                    for (Path child : (Iterable<Path>) children::iterator) {
                        known.put(FileNameEncoding.composed(child.getFileName().toString()), child);
                    }
                }
            }
            listed.put(folder, known);
        }
        return known;
    }

    private static boolean isAscii(String name) {
        return name.chars().allMatch(character -> character < 128);
    }
}
