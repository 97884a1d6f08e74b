package io.draem.service.models;

import io.draem.model.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;

/** A model directory of a test. Variants of the project's graph are the same to the network and differ in their bytes. */
public record ModelDirectory(Path path) {

    void put(String name, String version) throws IOException {
        put(name, version, 0);
    }

    public void put(String name, String version, int variant) throws IOException {
        put(name, version, graph(variant));
    }

    public void put(String name, String version, byte[] graph) throws IOException {
        Files.write(file(name, version), graph);
    }

    void breakIn(String name, String version) throws IOException {
        Files.writeString(file(name, version), "broken");
    }

    /** Removes a model, or one of its versions as {@code name/version}. */
    public void remove(String name) throws IOException {
        try (Stream<Path> files = Files.walk(path.resolve(name))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    public Path file(String name, String version) throws IOException {
        return Files.createDirectories(path.resolve(name).resolve(version)).resolve("model.onnx");
    }

    /** Readers of protobuf skip a field that they do not know: here number 1000. */
    static byte[] graph(int variant) throws IOException {
        byte[] graph = Files.readAllBytes(TestModels.graph());
        if (variant == 0) {
            return graph;
        }
        byte[] longer = Arrays.copyOf(graph, graph.length + 3);
        longer[graph.length] = (byte) 0xC0;
        longer[graph.length + 1] = 0x3E;
        longer[graph.length + 2] = (byte) variant;
        return longer;
    }
}
