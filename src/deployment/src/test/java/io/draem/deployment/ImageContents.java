package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.testcontainers.containers.GenericContainer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an image says of itself, and the list of components in it. */
final class ImageContents {

    private static final String LABEL = "org.opencontainers.image.";

    private ImageContents() {}

    /** Checks labels and user, and returns the CycloneDX document that the labels name. */
    static JsonNode components(BuiltImage image, GenericContainer<?> container) throws IOException {
        var config = image.inspect().getConfig();
        assertThat(config).isNotNull();
        Map<String, String> labels = config.getLabels();
        assertThat(labels)
                .containsEntry(LABEL + "licenses", "Apache-2.0")
                .containsEntry(LABEL + "version", DockerfileTests.argument("VERSION"))
                .containsKeys(LABEL + "revision", LABEL + "source", LABEL + "base.name");
        assertThat(labels.get(LABEL + "title")).startsWith("DRÆM");
        assertThat(labels.get(LABEL + "description")).isNotBlank();
        assertThat(config.getUser()).isEqualTo("10001:10001");

        String text = container.copyFileFromContainer(
                labels.get("io.draem.sbom"), in -> new String(in.readAllBytes(), StandardCharsets.UTF_8));
        JsonNode components = JsonMapper.shared().readTree(text);
        assertThat(components.path("bomFormat").asString()).isEqualTo("CycloneDX");
        return components.path("components");
    }
}
