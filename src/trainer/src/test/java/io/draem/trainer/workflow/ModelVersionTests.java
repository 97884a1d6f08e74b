package io.draem.trainer.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

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
            assertThat(version.published("model.onnx")).isEqualTo(output.resolve("plate/1/model.onnx"));
            version.publish();
        }
        assertThat(output.resolve("plate/1/model.onnx")).hasContent("half");
    }

    @Test
    void aVersionThatFailedLeavesNothing() throws IOException {
        try (ModelVersion version = ModelVersion.next(output, "plate")) {
            Files.writeString(version.file("model.onnx"), "half");
        }
        assertThat(output).isEmptyDirectory();
    }

    @Test
    void aVersionThatFailedLeavesTheFoldersThatWereThere() throws IOException {
        Path plate = Files.createDirectories(output.resolve("plate"));
        ModelVersion.next(output, "plate").close();
        assertThat(plate).isEmptyDirectory();
        Path keep = Files.writeString(plate.resolve("keep"), "");
        ModelVersion.next(output, "plate").close();
        assertThat(keep).exists();
    }

    @Test
    void aVersionThatCannotBeginLeavesNothing() throws IOException {
        Path blocked = Files.writeString(output.resolve("file"), "");
        assertThatIOException().isThrownBy(() -> ModelVersion.next(blocked, "plate"));
        assertThat(output).isDirectoryContaining("glob:**/file").isDirectoryNotContaining("glob:**/plate");
    }
}
