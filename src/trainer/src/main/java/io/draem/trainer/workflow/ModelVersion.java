package io.draem.trainer.workflow;

import io.draem.model.ModelDirectory;
import io.draem.trainer.checkpoint.NewFolders;
import io.draem.trainer.onnxexport.ExportFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A version of a model while it is being written: {@code <output>/<name>/.<version>.part}, which becomes
 * {@code <output>/<name>/<version>} at {@link #publish()} in one move, so that a service that watches the folder never
 * sees half a model. Closed without having been published it leaves nothing behind, not even a folder for a model without
 * versions.
 */
public final class ModelVersion implements AutoCloseable {

    /** With the suffix {@code -fp16} or {@code -int8} at most 63, the limit of a Kubernetes label and of a DNS name. */
    private static final int LONGEST_NAME = 58;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0," + (LONGEST_NAME - 1) + "}");

    private final NewFolders folders;
    private final Path part;
    private final Path published;

    private ModelVersion(NewFolders folders, Path part, Path published) {
        this.folders = folders;
        this.part = part;
        this.published = published;
    }

    /**
     * Returns the name of a model, which is a folder of the model directory and a label of the service's metrics.
     *
     * @throws IllegalArgumentException if it cannot be one; the message names {@code --name}
     */
    public static String requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "--name must be letters, digits, '.', '_' and '-', a letter or digit first, at most " + LONGEST_NAME
                            + " of them, not '" + name + "'");
        }
        return name;
    }

    /**
     * Refuses a model directory that is another kind of file, before anything is read or computed for it.
     *
     * @throws TrainerException if it is; the message names {@code --output}
     */
    static void requireFolder(Path output) throws TrainerException {
        if (Files.exists(output) && !Files.isDirectory(output)) {
            throw new TrainerException("--output " + output + " is a file and must be a folder");
        }
    }

    /** Begins the version after the highest one there, or 1. */
    static ModelVersion next(Path output, String name) throws IOException {
        return begin(output, name, nextNumber(output, name));
    }

    /**
     * Returns the number after the highest version there, or 1. The formats of a model count together, so that what was
     * exported from one network can have one number.
     *
     * @param name of the model in float32
     */
    static int nextNumber(Path output, String name) throws IOException {
        int number = 1;
        for (ExportFormat format : ExportFormat.values()) {
            Path model = output.resolve(format.modelName(name));
            if (Files.isDirectory(model)) {
                try (Stream<Path> versions = Files.list(model)) {
                    number = versions.map(path -> path.getFileName().toString())
                            .map(ModelDirectory::version)
                            .flatMapToInt(OptionalInt::stream)
                            .map(version -> version + 1)
                            .reduce(number, Math::max);
                }
            }
        }
        return number;
    }

    /**
     * Returns the number for formats of a published network: that of the version that contains its checkpoint, if that
     * version is in {@code output} under this name and has none of the formats; otherwise the next one.
     */
    static int numberFor(Path checkpoint, Path output, String name, Collection<ExportFormat> formats)
            throws IOException {
        Path version = checkpoint.toAbsolutePath().normalize().getParent();
        if (version != null
                && version.equals(output.resolve(name)
                        .resolve(version.getFileName())
                        .toAbsolutePath()
                        .normalize())
                && ModelDirectory.isVersion(version.getFileName().toString())
                && formats.stream()
                        .map(format -> output.resolve(format.modelName(name)).resolve(version.getFileName()))
                        .noneMatch(Files::exists)) {
            return Integer.parseInt(version.getFileName().toString());
        }
        return nextNumber(output, name);
    }

    /** Begins a version of that number. */
    static ModelVersion begin(Path output, String name, int number) throws IOException {
        Path model = output.resolve(name);
        NewFolders folders = NewFolders.make(model);
        Path part = model.resolve("." + number + ".part");
        try {
            delete(part); // left by a process that was killed
            Files.createDirectory(part);
        } catch (IOException e) {
            folders.removeEmpty();
            throw e;
        }
        return new ModelVersion(folders, part, model.resolve(Integer.toString(number)));
    }

    /** Returns the path of a file of this version while it is being written. */
    Path file(String name) {
        return part.resolve(name);
    }

    /** Returns the path of a file of this version once it is published. */
    Path published(String name) {
        return published.resolve(name);
    }

    /** Makes the version visible and returns its folder. */
    Path publish() throws IOException {
        return Files.move(part, published);
    }

    @Override
    public void close() throws IOException {
        delete(part);
        folders.removeEmpty();
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
