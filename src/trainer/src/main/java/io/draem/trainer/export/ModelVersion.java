package io.draem.trainer.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A version of a model while it is being written: {@code <output>/<name>/.<version>.part}, which becomes
 * {@code <output>/<name>/<version>} at {@link #publish()} in one move, so that a service that watches the folder never
 * sees half a model. Closed without having been published it leaves nothing behind.
 */
public final class ModelVersion implements AutoCloseable {

    private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,8}");

    private final Path part;
    private final Path published;

    private ModelVersion(Path part, Path published) {
        this.part = part;
        this.published = published;
    }

    /** Begins the version after the highest one there, or 1. */
    public static ModelVersion next(Path output, String name) throws IOException {
        Path model = Files.createDirectories(output.resolve(name));
        int version = 1;
        try (Stream<Path> versions = Files.list(model)) {
            version += versions.map(path -> path.getFileName().toString())
                    .filter(folder -> VERSION.matcher(folder).matches())
                    .mapToInt(Integer::parseInt)
                    .max()
                    .orElse(0);
        }
        Path part = model.resolve("." + version + ".part");
        delete(part);
        return new ModelVersion(Files.createDirectory(part), model.resolve(Integer.toString(version)));
    }

    /** Returns the path of a file of this version while it is being written. */
    public Path file(String name) {
        return part.resolve(name);
    }

    /** Makes the version visible and returns its folder. */
    public Path publish() throws IOException {
        return Files.move(part, published);
    }

    @Override
    public void close() throws IOException {
        delete(part);
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
