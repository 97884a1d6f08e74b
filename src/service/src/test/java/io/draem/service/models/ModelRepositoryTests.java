package io.draem.service.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.service.TestModels;
import io.draem.service.inference.ExecutionOptions;
import io.draem.service.inference.ModelOpener;
import io.draem.service.inference.ProviderChoice;
import io.draem.service.inference.QueueListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRepositoryTests {

    @TempDir
    Path directory;

    private @Nullable ModelRepository repository;

    @AfterEach
    void close() {
        if (repository != null) {
            repository.close();
        }
    }

    @Test
    void servesTheHighestVersionByNumber() throws Exception {
        put("cookie", "9");
        put("cookie", "10");
        put("cookie", "2");
        ServedModel model = load(null).require("cookie", null);
        assertThat(model.version()).isEqualTo(10);
        assertThat(model.provider()).isEqualTo("cpu");
        assertThat(model.digest())
                .isEqualTo("sha256:"
                        + HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256")
                                        .digest(Files.readAllBytes(TestModels.graph()))));
    }

    @Test
    void theOnlyModelAnswersWhenNoneIsNamed() throws Exception {
        put("cookie", "1");
        ModelRepository models = load(null);
        assertThat(models.require(null, null).name()).isEqualTo("cookie");
        assertThat(models.require(null, 1).name()).isEqualTo("cookie");
        assertThat(models.isDefault(models.require(null, null))).isTrue();
    }

    @Test
    void ofSeveralModelsTheDefaultAnswers() throws Exception {
        put("cookie", "1");
        put("biscuit", "1");
        ModelRepository models = load("biscuit");
        assertThat(models.models()).extracting(ServedModel::name).containsExactly("biscuit", "cookie");
        assertThat(models.require(null, null).name()).isEqualTo("biscuit");
        assertThat(models.require("cookie", null).name()).isEqualTo("cookie");
    }

    @Test
    void ofSeveralModelsWithoutADefaultOneMustBeNamed() throws Exception {
        put("cookie", "1");
        put("biscuit", "1");
        ModelRepository models = load(null);
        assertThatExceptionOfType(ModelSelectionException.NotNamed.class)
                .isThrownBy(() -> models.require(null, null))
                .withMessageContaining("biscuit, cookie");
    }

    @Test
    void anUnknownNameOrVersionIsToldWhatThereIs() throws Exception {
        put("cookie", "3");
        ModelRepository models = load(null);
        assertThatExceptionOfType(ModelSelectionException.Unknown.class)
                .isThrownBy(() -> models.require("cake", null))
                .withMessageContaining("cookie")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("cake"));
        assertThatExceptionOfType(ModelSelectionException.Unknown.class)
                .isThrownBy(() -> models.require("cookie", 4))
                .withMessageContaining("version 3");
    }

    @Test
    void aBrokenVersionLeavesTheOneBelowInService() throws Exception {
        put("cookie", "1");
        breakIn("cookie", "2");
        ModelRepository models = load(null);
        assertThat(models.require("cookie", null).version()).isEqualTo(1);
        assertThat(models.refused()).singleElement().satisfies(refused -> {
            assertThat(refused.name()).isEqualTo("cookie");
            assertThat(refused.version()).isEqualTo(2);
            assertThat(refused.reason()).contains("no ONNX graph");
        });
    }

    @Test
    void otherFilesAndFoldersAreLeftOut() throws Exception {
        put("cookie", "1");
        put("cookie", "latest");
        put("cookie", "01");
        put(".hidden", "1");
        put("with space", "1");
        Files.writeString(directory.resolve("README.md"), "about the models");
        Files.createDirectories(directory.resolve("empty/1"));
        assertThat(load(null).models()).extracting(ServedModel::toString).containsExactly("cookie version 1");
    }

    @Test
    void startUpFailsWhenNoModelCanBeServedAndSaysWhy() throws Exception {
        breakIn("cookie", "1");
        assertThatExceptionOfType(ModelStartUpException.class)
                .isThrownBy(() -> load(null))
                .withMessageContaining("cookie version 1: ")
                .satisfies(e -> assertThat(e.remedy()).contains("<name>/<version>/model.onnx"));
    }

    @Test
    void startUpFailsWithoutTheDirectoryAndNamesTheProperty() {
        ModelProperties properties = new ModelProperties(directory.resolve("nowhere"), null);
        assertThatExceptionOfType(ModelStartUpException.class)
                .isThrownBy(() -> repository(properties).load())
                .withMessageContaining("nowhere")
                .satisfies(e -> assertThat(e.remedy()).contains("draem.models.directory"));
    }

    @Test
    void startUpFailsWhenTheDefaultIsNotServed() throws Exception {
        put("cookie", "1");
        assertThatExceptionOfType(ModelStartUpException.class)
                .isThrownBy(() -> load("cake"))
                .withMessageContaining("draem.models.default is 'cake'")
                .withMessageContaining("cookie");
    }

    @Test
    void nothingIsServedBeforeItIsLoaded() throws Exception {
        put("cookie", "1");
        ModelRepository models = repository(new ModelProperties(directory, null));
        assertThatExceptionOfType(ModelSelectionException.NotReady.class)
                .isThrownBy(() -> models.require("cookie", null));
    }

    private ModelRepository load(@Nullable String defaultModel) {
        ModelRepository models = repository(new ModelProperties(directory, defaultModel));
        models.load();
        return models;
    }

    private ModelRepository repository(ModelProperties properties) {
        repository = new ModelRepository(
                properties,
                new ModelOpener(new ExecutionOptions(ProviderChoice.CPU, 0, 1, 1, 1)),
                new ModelRepository.QueuePlan(4, Duration.ZERO, Duration.ofSeconds(10), QueueListener.NONE));
        return repository;
    }

    private void put(String name, String version) throws Exception {
        Path folder = Files.createDirectories(directory.resolve(name).resolve(version));
        Files.copy(TestModels.graph(), folder.resolve("model.onnx"));
    }

    private void breakIn(String name, String version) throws Exception {
        Path folder = Files.createDirectories(directory.resolve(name).resolve(version));
        Files.writeString(folder.resolve("model.onnx"), "broken");
    }
}
