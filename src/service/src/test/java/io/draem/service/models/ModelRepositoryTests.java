package io.draem.service.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.draem.model.TestModels;
import io.draem.runtime.onnx.ProviderUnavailableException;
import io.draem.service.startup.StartUpException;
import io.draem.text.NativeLibrary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ModelRepositoryTests {

    @TempDir
    Path temporary;

    private ModelDirectory directory;
    private @Nullable LoadedModels models;

    @BeforeEach
    void directory() {
        directory = new ModelDirectory(temporary);
    }

    @AfterEach
    void close() {
        if (models != null) {
            models.close();
        }
    }

    @Test
    void servesTheHighestVersionByNumber() throws Exception {
        directory.put("cookie", "9");
        directory.put("cookie", "10");
        directory.put("cookie", "2");
        ServedModel model = load((String) null).require("cookie", null);
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
        directory.put("cookie", "1");
        ModelRepository models = load((String) null);
        assertThat(models.require(null, null).name()).isEqualTo("cookie");
        assertThat(models.require(null, 1).name()).isEqualTo("cookie");
        assertThat(models.isDefault(models.require(null, null))).isTrue();
    }

    @Test
    void ofSeveralModelsTheDefaultAnswers() throws Exception {
        directory.put("cookie", "1");
        directory.put("biscuit", "1");
        ModelRepository models = load("biscuit");
        assertThat(models.models()).extracting(ServedModel::name).containsExactly("biscuit", "cookie");
        assertThat(models.require(null, null).name()).isEqualTo("biscuit");
        assertThat(models.require("cookie", null).name()).isEqualTo("cookie");
    }

    @Test
    void ofSeveralModelsWithoutADefaultOneMustBeNamed() throws Exception {
        directory.put("cookie", "1");
        directory.put("biscuit", "1");
        ModelRepository models = load((String) null);
        assertThatExceptionOfType(ModelSelectionException.NotNamed.class)
                .isThrownBy(() -> models.require(null, null))
                .withMessageContaining("biscuit, cookie");
    }

    @Test
    void anUnknownNameOrVersionIsToldWhatThereIs() throws Exception {
        directory.put("cookie", "3");
        ModelRepository models = load((String) null);
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
        directory.put("cookie", "1");
        directory.breakIn("cookie", "2");
        ModelRepository models = load((String) null);
        assertThat(models.require("cookie", null).version()).isEqualTo(1);
        assertThat(models.refused()).singleElement().satisfies(refused -> {
            assertThat(refused.name()).isEqualTo("cookie");
            assertThat(refused.version()).isEqualTo(2);
            assertThat(refused.reason()).contains("not an ONNX graph");
        });
    }

    @Test
    void otherFilesAndFoldersAreLeftOut() throws Exception {
        directory.put("cookie", "1");
        directory.put("cookie", "latest");
        directory.put("cookie", "01");
        directory.put(".hidden", "1");
        directory.put("with space", "1");
        Files.writeString(temporary.resolve("README.md"), "about the models");
        Files.createDirectories(temporary.resolve("empty/1"));
        assertThat(load((String) null).models())
                .extracting(ServedModel::toString)
                .containsExactly("cookie version 1");
    }

    @Test
    void startUpFailsWhenNoModelCanBeServedAndSaysWhy() throws Exception {
        directory.breakIn("cookie", "1");
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> load((String) null))
                .withMessageContaining("cookie version 1: ")
                .satisfies(e -> assertThat(e.remedy()).contains("<name>/<version>/model.onnx"));
    }

    @Test
    void aModelThatNeedsLongerForAnImageThanARequestMayTakeIsRefused() throws Exception {
        directory.put("cookie", "1");
        models = new LoadedModels(LoadedModels.properties(temporary, null), Duration.ofNanos(1));
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(models::load)
                .withMessageContaining("cookie version 1: one image takes it ")
                .withMessageContaining("draem.request-timeout");
        assertThat(models.events(ModelEvent.LoadFailed.class))
                .extracting(event -> event.version().failure())
                .containsExactly(FailedVersion.Failure.TOO_SLOW);
    }

    @Test
    void aMissingNativeLibraryIsReportedWithoutAHintOnProviders() throws Exception {
        String sentence = NativeLibrary.ONNX_RUNTIME.missing("macOS ARM").orElseThrow();
        assertThat(startUpFailure(new ProviderUnavailableException(sentence, true)))
                .hasMessage(sentence)
                .satisfies(e -> assertThat(e.remedy()).isEmpty());
    }

    @Test
    void aGpuProviderThatDoesNotWorkIsReportedWithTheProvidersToUseInstead() throws Exception {
        assertThat(startUpFailure(new ProviderUnavailableException("The NVIDIA driver sees no GPU", false)))
                .hasMessage("The NVIDIA driver sees no GPU")
                .satisfies(e -> assertThat(e.remedy()).contains("draem.inference.provider", "auto or cpu"));
    }

    private StartUpException startUpFailure(ProviderUnavailableException cause) throws Exception {
        directory.put("cookie", "1");
        models = new LoadedModels(LoadedModels.properties(temporary, null), Duration.ofSeconds(30), graph -> {
            throw cause;
        });
        return catchThrowableOfType(StartUpException.class, models::load);
    }

    @Test
    void startUpFailsWithoutTheDirectoryAndNamesTheProperty() {
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> load(LoadedModels.properties(temporary.resolve("nowhere"), null)))
                .withMessageContaining("nowhere")
                .satisfies(e -> assertThat(e.remedy()).contains("draem.models.directory"));
    }

    @Test
    void aDirectoryOneLevelTooDeepIsReportedWithTheFolderAbove() throws Exception {
        directory.put("cookie", "1");
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> load(LoadedModels.properties(temporary.resolve("cookie"), null)))
                .satisfies(e -> assertThat(e.remedy()).endsWith("the folder above it, " + temporary));
    }

    @Test
    void aGraphWithoutAVersionIsReportedWithItsPath() throws Exception {
        Files.write(Files.createDirectories(temporary.resolve("tile")).resolve("model.onnx"), new byte[1]);
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> load((String) null))
                .satisfies(e -> assertThat(e.remedy()).contains("tile/1/model.onnx"));
    }

    @Test
    void aGraphInAFolderThatIsNoVersionIsReportedWithTheReason() throws Exception {
        directory.put("tile", "v4");
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> load((String) null))
                .satisfies(e -> assertThat(e.remedy()).contains("tile/v4/model.onnx", "versions are whole numbers"));
    }

    @Test
    void startUpFailsWhenTheDefaultIsNotServed() throws Exception {
        directory.put("cookie", "1");
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> load("cake"))
                .withMessageContaining("draem.models.default is 'cake'")
                .withMessageContaining("cookie");
    }

    @Test
    void nothingIsServedBeforeItIsLoaded() throws Exception {
        directory.put("cookie", "1");
        models = new LoadedModels(LoadedModels.properties(temporary, null));
        assertThatExceptionOfType(ModelSelectionException.NotReady.class)
                .isThrownBy(() -> models.repository().require("cookie", null));
    }

    private ModelRepository load(@Nullable String defaultModel) {
        return load(LoadedModels.properties(temporary, defaultModel));
    }

    private ModelRepository load(ModelProperties properties) {
        models = new LoadedModels(properties);
        models.load();
        return models.repository();
    }
}
