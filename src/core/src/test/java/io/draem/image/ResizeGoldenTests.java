package io.draem.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.GoldenTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Decoding and resizing agree with anomalib's reading and torchvision's antialiased resize. */
class ResizeGoldenTests {

    private static final Path FOLDER = Path.of(System.getProperty("golden.dir", "src/golden"), "resize");

    static Stream<JsonNode> cases() throws IOException {
        JsonNode cases = JsonMapper.shared().readTree(Files.readString(FOLDER.resolve("case.json")));
        return StreamSupport.stream(cases.spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anImageBecomesTheTensorOfTheReference(JsonNode expected) throws Exception {
        String file = expected.get("file").asString();
        int width = expected.get("target_width").asInt();
        int height = expected.get("target_height").asInt();
        RgbImage image = new ImageDecoder(ImageLimits.DEFAULT)
                .decode(Files.readAllBytes(FOLDER.resolve(file)))
                .image();
        assertThat(image.width()).isEqualTo(expected.get("width").asInt());
        assertThat(image.height()).isEqualTo(expected.get("height").asInt());

        float[] ours = ImageTensor.of(image, width, height);

        float[] theirs =
                GoldenTensors.read(FOLDER.resolve("expected.safetensors")).floats(file);
        assertThat(ours).hasSameSizeAs(theirs);
        double worst = 0;
        double sum = 0;
        for (int i = 0; i < ours.length; i++) {
            double difference = Math.abs(ours[i] - theirs[i]);
            worst = Math.max(worst, difference);
            sum += difference;
        }
        assertThat(worst).isLessThan(1.0 / 255);
        assertThat(sum / ours.length).isLessThan(1e-3);
    }
}
