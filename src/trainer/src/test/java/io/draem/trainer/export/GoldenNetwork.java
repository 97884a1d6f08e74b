package io.draem.trainer.export;

import io.draem.tensor.Safetensors;
import io.draem.tensor.Tensor;
import io.draem.trainer.network.NetworkOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A network of the golden numbers in evaluation mode: its weights, an input, and what the reference makes of it. */
record GoldenNetwork(String name, NetworkOptions options, Map<String, Tensor> weights, Map<String, Tensor> tensors) {

    /** Reads every case whose {@code case.json} says {@code "mode": "eval"}. */
    static List<GoldenNetwork> all() throws IOException {
        try (Stream<Path> folders = Files.list(Path.of(System.getProperty("golden.dir")))) {
            return folders.filter(folder -> mode(folder).equals("eval"))
                    .sorted()
                    .map(GoldenNetwork::read)
                    .toList();
        }
    }

    /** Reads one that has, or has not, an SSPCAB block. */
    static GoldenNetwork any(boolean sspcab) throws IOException {
        return all().stream()
                .filter(network -> network.options.sspcab() == sspcab)
                .findFirst()
                .orElseThrow();
    }

    float[] floats(String tensor) {
        return tensors.get(tensor).toFloats();
    }

    int count() {
        return (int) tensors.get("input").shape()[0];
    }

    int height() {
        return (int) tensors.get("input").shape()[2];
    }

    int width() {
        return (int) tensors.get("input").shape()[3];
    }

    @Override
    public String toString() {
        return name;
    }

    private static GoldenNetwork read(Path folder) {
        JsonNode description = description(folder);
        try {
            return new GoldenNetwork(
                    folder.getFileName().toString(),
                    new NetworkOptions(
                            description.get("base_width").asInt(),
                            description.get("discriminative_base_width").asInt(),
                            description.get("sspcab").asBoolean()),
                    Safetensors.read(folder.resolve("weights.safetensors")).tensors(),
                    Safetensors.read(folder.resolve("tensors.safetensors")).tensors());
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read " + folder, e);
        }
    }

    private static String mode(Path folder) {
        return description(folder).path("mode").asString("");
    }

    private static JsonNode description(Path folder) {
        Path file = folder.resolve("case.json");
        JsonMapper json = JsonMapper.builder().build();
        return Files.exists(file) ? json.readTree(file.toFile()) : json.createObjectNode();
    }
}
