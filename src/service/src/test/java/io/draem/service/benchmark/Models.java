package io.draem.service.benchmark;

import ai.onnxruntime.OrtException;
import io.draem.runtime.onnx.SlowGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;

/** A model directory with a model named {@code measured}, which is deleted in the end. */
record Models(Path directory) implements AutoCloseable {

    static Models of(Path graph) throws IOException {
        Models models = new Models(Files.createTempDirectory("benchmark-models"));
        models.add(1, graph);
        return models;
    }

    /** A model that costs next to nothing to run, with all that is done before and behind it. */
    static Models cheap() throws IOException, OrtException {
        Models models = new Models(Files.createTempDirectory("benchmark-models"));
        models.addCheap("measured");
        return models;
    }

    /** Adds a version, whole at once. */
    void add(int version, Path graph) throws IOException {
        add("measured", version, Files.readAllBytes(graph));
    }

    /** Adds a model of another name. */
    void add(String name, Path graph) throws IOException {
        add(name, 1, Files.readAllBytes(graph));
    }

    /** Adds a model that costs next to nothing to run. */
    void addCheap(String name) throws IOException, OrtException {
        add(name, 1, SlowGraph.of(128, 0, Session.metadata(Session.SHIPPED)));
    }

    private void add(String name, int version, byte[] graph) throws IOException {
        Path folder = directory.resolve(name).resolve(Integer.toString(version));
        Files.createDirectories(folder);
        Path beside = Files.write(directory.resolve("copy"), graph);
        Files.move(beside, folder.resolve("model.onnx"), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
