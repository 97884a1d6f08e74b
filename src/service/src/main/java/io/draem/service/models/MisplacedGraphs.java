package io.draem.service.models;

import io.draem.runtime.onnx.FileKind;
import io.draem.text.SafeText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Finds what is not served in a model directory: graphs elsewhere than they should be, and what is no folder of a model. */
final class MisplacedGraphs {

    private static final String EXTENSION = ".onnx";
    /** Where the trainer keeps checkpoints, beside the versions. */
    private static final String TRAINING = "training";

    private final List<String> found = new ArrayList<>();

    private MisplacedGraphs() {}

    /** Returns a sentence for each, which says why; hidden names and the trainer's own folder are passed over. */
    static List<String> find(Path directory) {
        MisplacedGraphs graphs = new MisplacedGraphs();
        for (Path child : visible(directory)) {
            if (isGraph(child)) {
                graphs.add(child, "a graph lies at <name>/<version>/" + ModelFile.FILE_NAME);
            } else if (Files.isDirectory(child)) {
                graphs.lookIntoModel(child);
            } else if (ModelFile.NAME.matcher(name(child)).matches()) {
                graphs.lookAtSpecialFile(child);
            }
        }
        return graphs.found;
    }

    /** Files of other kinds, such as a note, are none of our business; nobody puts these here as one. */
    private void lookAtSpecialFile(Path child) {
        FileKind kind = FileKind.of(child);
        switch (kind) {
            case NAMED_PIPE, SOCKET, DEVICE, LOST_LINK, LOOPING_LINK ->
                add(child, "it is " + kind + ", and a model is a folder with <version>/" + ModelFile.FILE_NAME);
            default -> {}
        }
    }

    private void lookIntoModel(Path model) {
        if (FileKind.of(model) == FileKind.FORBIDDEN
                && ModelFile.NAME.matcher(name(model)).matches()) {
            add(model, "the folder is " + FileKind.FORBIDDEN + "; what was loaded from it before serves on");
        }
        String name = name(model);
        for (Path child : visible(model)) {
            if (isGraph(child)) {
                add(child, "it has no version, so move it to " + name + "/1/" + ModelFile.FILE_NAME);
            } else if (Files.isDirectory(child) && !name(child).equals(TRAINING)) {
                lookIntoVersion(model, child);
            }
        }
    }

    private void lookIntoVersion(Path model, Path version) {
        List<Path> graphs =
                visible(version).stream().filter(MisplacedGraphs::isGraph).toList();
        if (graphs.isEmpty()) {
            return;
        }
        if (!ModelFile.NAME.matcher(name(model)).matches()) {
            add(
                    graphs.get(0),
                    "the name of a model has letters, digits, '.', '_' and '-' alone, 64 at most, and begins with a letter"
                            + " or digit");
        } else if (!ModelFile.VERSION.matcher(name(version)).matches()) {
            add(
                    graphs.get(0),
                    "versions are whole numbers from 1 to " + ModelProperties.MAX_VERSION + ", without leading zeros");
        } else if (graphs.stream().noneMatch(graph -> name(graph).equals(ModelFile.FILE_NAME))) {
            add(graphs.get(0), "the graph of a version is called " + ModelFile.FILE_NAME);
        }
    }

    private void add(Path graph, String reason) {
        found.add(SafeText.escaped(graph + " is not served: " + reason));
    }

    private static boolean isGraph(Path path) {
        return name(path).toLowerCase(Locale.ROOT).endsWith(EXTENSION) && Files.isRegularFile(path);
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    /** Returns what can be seen; nothing of a folder that may not be read, such as a volume's lost+found. */
    private static List<Path> visible(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(child -> !name(child).startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }
}
