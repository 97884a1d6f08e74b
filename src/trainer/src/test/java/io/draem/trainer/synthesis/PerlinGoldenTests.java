package io.draem.trainer.synthesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.trainer.checkpoint.Safetensors;
import io.draem.trainer.checkpoint.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PerlinGoldenTests {

    private static final Path FOLDER =
            Path.of(System.getProperty("golden.dir", "src/golden")).resolve("perlin");

    @Test
    void givesTheReferencesNoiseForItsGradients() throws IOException {
        JsonNode cases = JsonMapper.builder()
                .build()
                .readTree(FOLDER.resolve("case.json").toFile());
        Safetensors tensors = Safetensors.read(FOLDER.resolve("tensors.safetensors"));
        assertThat(cases).isNotEmpty();
        for (int i = 0; i < cases.size(); i++) {
            JsonNode noise = cases.get(i);
            Tensor expected = tensors.tensor(i + ".noise");
            float[] actual = PerlinNoise.noise(
                    tensors.tensor(i + ".angles").toFloats(),
                    noise.get("height").asInt(),
                    noise.get("width").asInt(),
                    noise.get("scale_x").asInt(),
                    noise.get("scale_y").asInt());
            float[] values = expected.toFloats();
            assertThat(actual).as("case %d", i).hasSameSizeAs(values);
            for (int p = 0; p < values.length; p++) {
                assertThat(actual[p]).as("case %d, pixel %d", i, p).isCloseTo(values[p], within(1e-5f));
            }
        }
    }
}
