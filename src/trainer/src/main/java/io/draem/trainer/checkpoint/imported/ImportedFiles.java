package io.draem.trainer.checkpoint.imported;

import io.draem.trainer.checkpoint.CheckpointFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Finds the one or two files of a network. */
public final class ImportedFiles {

    private static final Set<String> ENDINGS = Set.of("ckpt", "pckl", "pth", "pt");

    /** As anomalib names the checkpoint of a training. */
    private static final String CHECKPOINT = "model.ckpt";

    private ImportedFiles() {}

    /**
     * Returns the named files, or the files in a named folder, or the files whose names begin with the given path:
     * {@code NAME.pckl} and {@code NAME_seg.pckl} for {@code NAME}.
     *
     * @throws NoSuchFileException if there is nothing of that name
     * @throws IOException if a name is that of a pipe, a socket or a device, or one of two names that of a folder
     * @throws ImportedFileException if a folder or a beginning names none or more than two
     */
    public static List<Path> find(List<Path> named) throws IOException {
        if (named.stream().allMatch(Files::isRegularFile)) {
            return named;
        }
        Path path = named.get(0);
        if (named.size() > 1) {
            Path missing = named.stream()
                    .filter(file -> !Files.isRegularFile(file))
                    .findFirst()
                    .orElse(path);
            CheckpointFile.requireRegular(missing);
            throw new NoSuchFileException(missing.toString());
        }
        boolean folder = Files.isDirectory(path);
        if (!folder) {
            CheckpointFile.requireRegular(path);
        }
        Path parent = folder ? path : path.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new NoSuchFileException(path.toString());
        }
        String prefix = path.getFileName() + "";
        List<Path> found;
        try (Stream<Path> files = Files.list(parent)) {
            found = files.filter(Files::isRegularFile)
                    .filter(ImportedFiles::isCheckpoint)
                    .filter(file -> folder
                            || stem(file).toString().equals(prefix)
                            || stem(file).toString().equals(prefix + "_seg"))
                    .sorted()
                    .toList();
        }
        if (found.isEmpty() && !folder) {
            throw new NoSuchFileException(path.toString());
        }
        if (found.isEmpty() || found.size() > 2) {
            throw new ImportedFileException(
                    path, "it names " + found.size() + " checkpoints: name the file, or the two files, of one network");
        }
        return found;
    }

    /** Returns the last name of a path without its ending. */
    private static Path stem(Path path) {
        String name = path.toAbsolutePath().normalize().getFileName() + "";
        int dot = name.lastIndexOf('.');
        return Path.of(dot > 0 && !Files.isDirectory(path) && isCheckpoint(path) ? name.substring(0, dot) : name);
    }

    private static boolean isCheckpoint(Path file) {
        String name = file.getFileName() + "";
        return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1));
    }

    /**
     * Returns the advice to import the checkpoint of the training that a file was exported from, naming it where it is
     * found: anomalib writes {@code weights/lightning/model.ckpt} next to {@code weights/torch} and {@code weights/onnx},
     * and before 0.5 {@code weights/model.ckpt}.
     */
    static String checkpointInPlaceOf(Path exported) {
        Path folder = exported.toAbsolutePath().normalize().resolveSibling("");
        Path above = folder.resolveSibling("");
        Stream<Path> candidates = Stream.of(
                above.resolve("lightning").resolve(CHECKPOINT), above.resolve(CHECKPOINT), folder.resolve(CHECKPOINT));
        return "Import the training's checkpoint instead: "
                + candidates
                        .filter(Files::isRegularFile)
                        .findFirst()
                        .map(Path::toString)
                        .orElse("weights/lightning/" + CHECKPOINT + " in the folder of its results (" + CHECKPOINT
                                + " or another .ckpt below weights in old versions)");
    }
}
