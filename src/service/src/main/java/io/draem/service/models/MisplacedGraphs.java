package io.draem.service.models;

import io.draem.model.ModelDirectory;
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

/** Finds what is not served in a model directory: graphs at a wrong path, and files instead of model folders. */
final class MisplacedGraphs {

    private static final String EXTENSION = ".onnx";
    /** Folder of the trainer's checkpoints, next to the versions. */
    private static final String TRAINING = "training";

    private final List<String> found = new ArrayList<>();

    private MisplacedGraphs() {}

    /** Returns one sentence per finding, with the reason; ignores hidden names and the trainer's folder. */
    static List<String> find(Path directory) {
        MisplacedGraphs graphs = new MisplacedGraphs();
        for (Path child : visible(directory)) {
            if (isGraph(child)) {
                graphs.add(child, "the path of a graph is <name>/<version>/" + ModelDirectory.GRAPH);
            } else if (Files.isDirectory(child)) {
                graphs.checkModel(child);
            } else if (ModelDirectory.isName(name(child))) {
                graphs.checkSpecialFile(child);
            }
        }
        return graphs.found;
    }

    /** Reports special files and broken links; ordinary files, such as a note, are ignored. */
    private void checkSpecialFile(Path child) {
        FileKind kind = FileKind.of(child);
        switch (kind) {
            case NAMED_PIPE, SOCKET, DEVICE, LOST_LINK, LOOPING_LINK ->
                add(child, "it is " + kind + ", and a model is a folder with <version>/" + ModelDirectory.GRAPH);
            default -> {}
        }
    }

    private void checkModel(Path model) {
        if (FileKind.of(model) == FileKind.FORBIDDEN && ModelDirectory.isName(name(model))) {
            add(model, "the folder is " + FileKind.FORBIDDEN + "; models loaded from it earlier stay in service");
        }
        String name = name(model);
        for (Path child : visible(model)) {
            if (isGraph(child)) {
                add(child, "it has no version, so move it to " + name + "/1/" + ModelDirectory.GRAPH);
            } else if (Files.isDirectory(child) && !name(child).equals(TRAINING)) {
                checkVersion(model, child);
            }
        }
    }

    private void checkVersion(Path model, Path version) {
        List<Path> graphs =
                visible(version).stream().filter(MisplacedGraphs::isGraph).toList();
        if (graphs.isEmpty()) {
            return;
        }
        if (!ModelDirectory.isName(name(model))) {
            add(
                    graphs.get(0),
                    "the name of a model consists of at most 64 letters, digits, '.', '_' and '-', and begins with a"
                            + " letter or digit");
        } else if (!ModelDirectory.isVersion(name(version))) {
            add(
                    graphs.get(0),
                    "versions are whole numbers from 1 to " + ModelDirectory.MAX_VERSION + ", without leading zeros");
        } else if (graphs.stream().noneMatch(graph -> name(graph).equals(ModelDirectory.GRAPH))) {
            add(graphs.get(0), "the graph of a version is called " + ModelDirectory.GRAPH);
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

    /** Returns the files without hidden ones; none of an unreadable folder, such as a volume's lost+found. */
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
