package io.draem.trainer.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelVersionTests {

    @TempDir
    private Path output;

    @Test
    void theNextVersionFollowsTheHighestNumberAndIgnoresOtherFolders() throws IOException {
        Files.createDirectories(output.resolve("plate/9"));
        Files.createDirectories(output.resolve("plate/10"));
        Files.createDirectories(output.resolve("plate/old"));
        try (ModelVersion version = ModelVersion.next(output, "plate")) {
            assertThat(version.publish()).isEqualTo(output.resolve("plate/11"));
        }
    }

    @Test
    void aVersionIsNotSeenBeforeItIsPublished() throws IOException {
        try (ModelVersion version = ModelVersion.next(output, "plate")) {
            Files.writeString(version.file("model.onnx"), "half");
            assertThat(output.resolve("plate/1")).doesNotExist();
            version.publish();
        }
        assertThat(output.resolve("plate/1/model.onnx")).hasContent("half");
    }

    @Test
    void aVersionThatFailedLeavesNothing() throws IOException {
        try (ModelVersion version = ModelVersion.next(output, "plate")) {
            Files.writeString(version.file("model.onnx"), "half");
        }
        assertThat(output.resolve("plate")).isEmptyDirectory();
    }
}
