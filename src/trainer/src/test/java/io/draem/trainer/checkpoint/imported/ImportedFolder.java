package io.draem.trainer.checkpoint.imported;

import io.draem.trainer.checkpoint.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A folder of the peers' checkpoints with what they give; files are identified by their extensions. */
public record ImportedFolder(Path path, JsonNode description, Safetensors tensors) {

    public static ImportedFolder read(String name) throws IOException {
        Path path = Path.of(System.getProperty("golden.dir", "src/golden"), name);
        return new ImportedFolder(
                path,
                JsonMapper.shared().readTree(path.resolve("case.json").toFile()),
                Safetensors.read(path.resolve("tensors.safetensors")));
    }

    public List<Path> files(String extension) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(file -> file.toString().endsWith(extension))
                    .sorted()
                    .toList();
        }
    }

    public int width() {
        return description.get("width").asInt();
    }

    public int height() {
        return description.get("height").asInt();
    }

    public float[] floats(String name) {
        return tensors.tensor(name).toFloats();
    }
}
