package io.draem.service.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.draem.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.StaticApplicationContext;

/** Models that are loaded and unloaded on request, from a directory that is empty at the start. */
@Tag("slow")
class ModelControlTests {

    private static final String KEY = "plant";

    @TempDir
    Path temporary;

    private ModelDirectory directory;
    private LoadedModels models;
    private ModelWatcher watcher;
    private ModelControl control;

    @BeforeEach
    void start() {
        directory = new ModelDirectory(temporary);
        start(ModelProperties.Control.EXPLICIT);
    }

    private void start(ModelProperties.Control how) {
        models = new LoadedModels(LoadedModels.controlled(temporary, how));
        watcher = new ModelWatcher(models.updater(), null, Duration.ofSeconds(30), models.budget());
        control = models.control(watcher);
    }

    @AfterEach
    void close() {
        watcher.close();
        models.close();
    }

    @Test
    void aModelIsServedOnceItIsLoadedAndUntilItIsUnloaded() throws Exception {
        models.load();
        assertThat(control.index(false)).isEmpty();
        directory.put("cookie", "1");
        directory.put("cookie", "2", 2);
        control.load("cookie", KEY);
        assertThat(control.index(true)).containsExactly(new ModelControl.Entry("cookie", 2, true, null));
        assertThat(models.repository().defaultModel().name()).isEqualTo("cookie");
        assertThat(models.repository().defaultModel().needsAttention()).isFalse();

        ServedModel served = serving();
        control.load("cookie", KEY);
        assertThat(serving()).as("its files are the same").isSameAs(served);
        control.unload("cookie", KEY);
        assertThat(control.index(true)).isEmpty();
        assertThat(control.index(false))
                .containsExactly(
                        new ModelControl.Entry("cookie", 1, false, "not loaded"),
                        new ModelControl.Entry("cookie", 2, false, "not loaded"));
        control.unload("cookie", KEY);
        control.load("cookie", KEY);
        assertThat(serving().version()).isEqualTo(2);
    }

    @Test
    void aRefusedVersionIsReportedAndLeavesTheOneBeforeInService() throws Exception {
        directory.put("cookie", "1");
        models.load();
        ServedModel first = serving();
        directory.breakIn("cookie", "2");
        assertThatExceptionOfType(ModelSelectionException.NotLoaded.class)
                .isThrownBy(() -> control.load("cookie", KEY))
                .withMessageStartingWith("Version 2 is not served: ")
                .withMessageEndingWith(". Version 1 serves requests");
        assertThat(serving()).isSameAs(first);
        assertThat(control.index(false)).extracting(ModelControl.Entry::state).containsExactly("READY", "UNAVAILABLE");

        // Each request is an attempt, where scans would wait.
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(ModelSelectionException.NotLoaded.class)
                    .isThrownBy(() -> control.load("cookie", KEY));
        }
        assertThat(models.events(ModelEvent.LoadFailed.class)).hasSize(4);
        directory.put("cookie", "2", 2);
        control.load("cookie", KEY);
        assertThat(serving().version()).isEqualTo(2);
        assertThat(models.repository().refused()).isEmpty();
    }

    @Test
    void aLowerVersionThanTheRefusedOneDoesNotBeginToServe() throws Exception {
        directory.put("cookie", "1");
        models.load();
        ServedModel first = serving();
        directory.put("cookie", "2", 2);
        directory.breakIn("cookie", "3");
        assertThatExceptionOfType(ModelSelectionException.NotLoaded.class)
                .isThrownBy(() -> control.load("cookie", KEY))
                .withMessageStartingWith("Version 3 is not served: ")
                .withMessageEndingWith(". Version 1 serves requests");
        assertThat(serving()).isSameAs(first);
        directory.put("tile", "1");
        directory.breakIn("tile", "2");
        assertThatExceptionOfType(ModelSelectionException.NotLoaded.class).isThrownBy(() -> control.load("tile", KEY));
        assertThat(models.repository().versions("tile")).isEmpty();
    }

    @Test
    void theDefaultStaysWhileItIsNotLoaded() throws Exception {
        directory.put("cookie", "1");
        models.load();
        directory.put("tile", "1", 3);
        control.load("tile", KEY);
        control.unload("cookie", KEY);
        assertThat(models.repository().defaultModel().name()).isEqualTo("cookie");
        assertThat(models.repository().defaultModel().served()).isFalse();
        control.load("cookie", KEY);
        assertThat(models.repository().defaultModel().served()).isTrue();
    }

    @Test
    void changesThatWaitAtTheShutdownAreRefused() throws Exception {
        directory.put("cookie", "1");
        models.load();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        ExecutorService clients = Executors.newFixedThreadPool(5);
        try {
            List<Future<?>> changes = new ArrayList<>();
            changes.add(clients.submit(() -> {
                watcher.load(() -> {
                    begun.countDown();
                    await(released);
                });
                return null;
            }));
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 3; i++) {
                changes.add(clients.submit(() -> {
                    control.load("cookie", KEY);
                    return null;
                }));
            }
            Await.until(Duration.ofSeconds(20), () -> watcher.waiting() == 4);
            assertThatExceptionOfType(ModelSelectionException.NotNow.class)
                    .isThrownBy(() -> control.load("cookie", KEY))
                    .withMessageContaining("other changes");
            watcher.onApplicationEvent(null);
            released.countDown();
            changes.get(0).get(20, TimeUnit.SECONDS);
            for (Future<?> change : changes.subList(1, 4)) {
                assertThatThrownBy(() -> change.get(20, TimeUnit.SECONDS)).hasMessageContaining("shuts down");
            }
        } finally {
            released.countDown();
            clients.shutdownNow();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aBrokenModelDoesNotEndTheStart() throws Exception {
        directory.breakIn("cookie", "1");
        models.load();
        assertThat(control.index(false)).extracting(ModelControl.Entry::state).containsExactly("UNAVAILABLE");
        assertThatExceptionOfType(ModelSelectionException.Unknown.class)
                .isThrownBy(() -> models.repository().require(null, null))
                .withMessageStartingWith("No model is served now");
        directory.put("cookie", "1");
        control.load("cookie", KEY);
        assertThat(serving().version()).isEqualTo(1);
    }

    @Test
    void aRefusedModelIsForgottenOnceItIsUnloaded() throws Exception {
        directory.put("cookie", "1");
        models.load();
        directory.breakIn("tile", "1");
        assertThatExceptionOfType(ModelSelectionException.NotLoaded.class)
                .isThrownBy(() -> control.load("tile", KEY))
                .withMessageNotContaining("serves requests");
        control.unload("tile", KEY);
        assertThat(models.repository().refused()).isEmpty();
        directory.remove("tile");
        assertThatExceptionOfType(ModelSelectionException.Unknown.class).isThrownBy(() -> control.unload("tile", KEY));
    }

    @Test
    void aModelWithoutFilesStaysInServiceUntilItIsUnloaded() throws Exception {
        directory.put("cookie", "1");
        directory.put("tile", "1", 3);
        models.load();
        directory.remove("cookie");
        assertThatExceptionOfType(ModelSelectionException.Unknown.class).isThrownBy(() -> control.load("cookie", KEY));
        assertThat(serving().version()).isEqualTo(1);
        control.unload("cookie", KEY);
        assertThat(control.index(false)).extracting(ModelControl.Entry::name).containsExactly("tile");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDirectoryThatIsGoneSaysNothingOfItsModels(boolean empty) throws Exception {
        directory.put("cookie", "1");
        models.load();
        Path volume = temporary.resolveSibling(temporary.getFileName() + "-volume");
        Files.move(temporary, volume);
        if (empty) {
            Files.createDirectory(temporary);
        }
        assertThatExceptionOfType(ModelSelectionException.NotNow.class).isThrownBy(() -> control.load("cookie", KEY));
        assertThatExceptionOfType(ModelSelectionException.NotNow.class).isThrownBy(() -> control.load("tile", KEY));
        control.unload("cookie", KEY);
        assertThat(control.index(false)).containsExactly(new ModelControl.Entry("cookie", 1, false, "not loaded"));
        Files.deleteIfExists(temporary);
        Files.move(volume, temporary);
        control.load("cookie", KEY);
        assertThat(serving().version()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../cookie", "a/b", ".hidden", "cookie\u0000", "", "file"})
    void aNameThatIsNoModelIsUnknown(String name) throws Exception {
        directory.put("cookie", "1");
        Files.writeString(temporary.resolve("file"), "no folder");
        models.load();
        assertThatExceptionOfType(ModelSelectionException.Unknown.class).isThrownBy(() -> control.load(name, KEY));
        assertThatExceptionOfType(ModelSelectionException.Unknown.class).isThrownBy(() -> control.unload(name, KEY));
    }

    @ParameterizedTest
    @EnumSource(names = {"POLL", "NONE"})
    void otherwiseRequestsChangeNothing(ModelProperties.Control how) throws Exception {
        close();
        directory.put("cookie", "1");
        start(how);
        models.load();
        directory.put("tile", "1");
        assertThatExceptionOfType(ModelSelectionException.NotLoaded.class)
                .isThrownBy(() -> control.load("tile", KEY))
                .withMessageContaining("draem.models.control=explicit");
        assertThatExceptionOfType(ModelSelectionException.NotLoaded.class)
                .isThrownBy(() -> control.unload("cookie", KEY));
        assertThat(control.index(false)).containsExactly(new ModelControl.Entry("cookie", 1, true, null));
    }

    @Test
    void nothingIsLoadedBeforeTheStartOrAfterTheEnd() throws Exception {
        directory.put("cookie", "1");
        assertThatExceptionOfType(ModelSelectionException.NotReady.class).isThrownBy(() -> control.load("cookie", KEY));
        models.load();
        watcher.onApplicationEvent(new ContextClosedEvent(new StaticApplicationContext()));
        assertThatExceptionOfType(ModelSelectionException.NotNow.class)
                .isThrownBy(() -> control.load("cookie", KEY))
                .withMessageContaining("shuts down");
        watcher.close();
        assertThatExceptionOfType(ModelSelectionException.NotNow.class)
                .isThrownBy(() -> control.unload("cookie", KEY))
                .withMessageContaining("shuts down");
    }

    private ServedModel serving() {
        return models.repository().versions("cookie").get(0);
    }
}
