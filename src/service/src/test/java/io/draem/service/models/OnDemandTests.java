package io.draem.service.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.draem.model.ModelCard;
import io.draem.model.TestModels;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.runtime.onnx.SlowGraph;
import io.draem.service.models.ModelProperties.Loading;
import io.draem.service.queue.InferenceException;
import io.draem.service.queue.TestContext;
import io.draem.service.startup.StartUpException;
import io.draem.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Models that are opened by their first request, with memory for two of four. */
@Timeout(60)
class OnDemandTests {

    @TempDir
    Path temporary;

    private ModelDirectory directory;
    /** A graph whose scores are NaN. */
    private byte[] undefined;

    private LoadedModels models;

    @BeforeEach
    void start() throws Exception {
        directory = new ModelDirectory(temporary);
        for (int i = 1; i <= 4; i++) {
            directory.put("model-" + i, "1", i);
        }
        models = load("model-4");
        ModelCard card = models.repository().require("model-4", null).card();
        undefined = SlowGraph.undefined(card.width(), true, card.toMetadata());
    }

    @AfterEach
    void close() {
        models.close();
    }

    @Test
    void aModelIsDescribedBeforeItIsOpenedAsAfterwards() throws Exception {
        ServedModel model = models.repository().require("model-1", null);
        assertThat(model.isOpen()).isFalse();
        List<Object> before = properties(model);
        run(model);
        assertThat(model.isOpen()).isTrue();
        assertThat(properties(model)).isEqualTo(before);
        ServedModel kept = models.repository().require("model-4", null);
        assertThat(kept.isOpen()).isTrue();
        assertThat(properties(kept).subList(1, before.size())).isEqualTo(before.subList(1, before.size()));
    }

    @Test
    void resultsAreThoseOfAModelThatStaysOpen() throws Exception {
        ServedModel kept = models.repository().require("model-4", null);
        ModelOutput expected = run(kept);
        for (int turn = 0; turn < 2; turn++) {
            for (int i = 1; i <= 3; i++) {
                ModelOutput output = run(models.repository().require("model-" + i, null));
                assertThat(output.score()).isCloseTo(expected.score(), within(1e-6f));
                assertThat(output.map().values()).containsExactly(expected.map().values(), within(1e-6f));
            }
        }
        assertThat(kept.isOpen()).isTrue();
        assertThat(models.repository().models()).filteredOn(ServedModel::isOpen).hasSize(2);
    }

    @Test
    void requestsToAllModelsAtATimeAreAllAnswered() throws Exception {
        List<CompletableFuture<ModelOutput>> outputs = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            ServedModel model = models.repository().require("model-" + (i % 4 + 1), null);
            outputs.add(CompletableFuture.supplyAsync(() -> run(model), task -> new Thread(task).start()));
        }
        for (CompletableFuture<ModelOutput> output : outputs) {
            assertThat(output.get(50, TimeUnit.SECONDS).score()).isBetween(0f, 1f);
        }
        assertThat(models.repository().models()).filteredOn(ServedModel::isOpen).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void aGraphThatHasChangedIsNotRunButReplaced() throws Exception {
        ServedModel old = models.repository().require("model-1", null);
        byte[] other = ModelDirectory.graph(1);
        other[other.length - 1] = 9;
        directory.put("model-1", "1", other);
        assertThatExceptionOfType(InferenceException.NotOpen.class)
                .isThrownBy(() -> submit(old))
                .havingCause()
                .withMessageContaining("changed");
        assertThat(old.isFailing()).isFalse();
        models.pollTwice();
        ServedModel replaced = models.repository().require("model-1", null);
        assertThat(replaced.digest()).isNotEqualTo(old.digest());
        assertThat(run(replaced).score()).isBetween(0f, 1f);
        old.closed().get(20, TimeUnit.SECONDS);
    }

    @Test
    void aGraphThatCannotBeServedIsRefusedWithoutARequest() throws Exception {
        directory.put("broken", "1", Arrays.copyOf(ModelDirectory.graph(1), 1_000));
        directory.put("large", "1", new byte[(int) Files.size(TestModels.graph()) * 4]);
        models.pollTwice();
        assertThat(models.repository().refused())
                .extracting(FailedVersion::name, FailedVersion::failure)
                .containsExactly(
                        tuple("broken", FailedVersion.Failure.INVALID_GRAPH),
                        tuple("large", FailedVersion.Failure.OUT_OF_MEMORY));
        assertThat(models.repository().refused().get(1).reason())
                .contains("more than all models may (draem.models.memory-budget");
    }

    @Test
    void aNewVersionThatDoesNotRunReplacesNone() throws Exception {
        ServedModel old = models.repository().require("model-1", null);
        directory.put("model-1", "2", undefined);
        models.pollTwice();
        assertThat(models.repository().require("model-1", null)).isSameAs(old);
        assertThat(models.repository().refused()).singleElement().satisfies(refused -> {
            assertThat(refused.version()).isEqualTo(2);
            assertThat(refused.reason()).contains("The graph's score is NaN");
        });
        directory.put("model-1", "2", 7);
        models.pollTwice();
        assertThat(models.repository().require("model-1", null).version()).isEqualTo(2);
        old.closed().get(20, TimeUnit.SECONDS);
    }

    @Test
    void aVersionThatDoesNotRunFailsOverAtItsFirstRequest() throws Exception {
        models.close();
        directory.put("model-1", "2", undefined);
        models = load("model-4");
        ServedModel failing = models.repository().require("model-1", null);
        assertThat(failing.version()).isEqualTo(2);
        models.updater().rollout().whenFailing(models::failOver);
        assertThatExceptionOfType(InferenceException.NotOpen.class)
                .isThrownBy(() -> submit(failing))
                .satisfies(e -> assertThat(e.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10)))
                .havingCause()
                .withMessageContaining("The graph's score is NaN");
        Await.until(
                Duration.ofSeconds(20),
                () -> models.repository().models().get(0).version() == 1);
        assertThat(failing.recentFailures()).contains("its opening", "The graph's score is NaN");
        assertThat(run(models.repository().require("model-1", null)).score()).isBetween(0f, 1f);
    }

    @Test
    void isClosedWhileItIsBeingOpened() throws Exception {
        ServedModel model = models.repository().require("model-1", null);
        CompletableFuture<ModelOutput> output = CompletableFuture.supplyAsync(() -> run(model));
        directory.remove("model-1");
        models.pollTwice();
        assertThat(output.handle((ran, failed) -> ran != null || failed != null).get(20, TimeUnit.SECONDS))
                .isTrue();
        model.closed().get(20, TimeUnit.SECONDS);
        assertThat(model.isOpen()).isFalse();
    }

    @Test
    void aModelToKeepOpenThatIsNotServedEndsTheStart() {
        models.close();
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> load("missing"))
                .withMessageContaining("draem.models.keep-open has [missing], but served are [model-1, model-2");
    }

    private LoadedModels load(String keptOpen) throws Exception {
        LoadedModels loaded = new LoadedModels(new ModelProperties(
                temporary,
                null,
                ModelProperties.Control.POLL,
                Duration.ofSeconds(10),
                DataSize.ofMegabytes(100),
                Map.of(),
                0.5,
                Map.of(),
                Loading.ON_DEMAND,
                // Each counts as twice its file, and its input.
                DataSize.ofBytes(Files.size(TestModels.graph()) * 5),
                Set.of(keptOpen)));
        loaded.load();
        return loaded;
    }

    private static List<Object> properties(ServedModel model) {
        return List.of(
                model.digest(),
                model.card(),
                model.provider(),
                model.mapWidth(),
                model.mapHeight(),
                model.maxBatchSize(),
                model.concurrentRuns(),
                model.reconstructs(),
                model.scoresNormalized());
    }

    private static ModelOutput run(ServedModel model) {
        try {
            return submit(model);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static ModelOutput submit(ServedModel model) throws Exception {
        float[] pixels = new float[3 * model.card().width() * model.card().height()];
        Arrays.fill(pixels, 0.5f);
        return model.submit(new ModelInput(pixels, false), new TestContext())
                .await()
                .output();
    }
}
