package io.draem.service.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import ch.qos.logback.classic.Level;
import io.draem.model.TestModels;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.SlowGraph;
import io.draem.service.queue.InferenceException;
import io.draem.service.queue.TestContext;
import io.draem.testing.Await;
import io.draem.text.Sha256;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A version that fails on white images once it is in service. */
@Tag("slow")
@Timeout(60)
class FailingVersionTests extends ModelDirectoryTest {

    private static final int SIDE = 32;

    @Test
    void aSuspendedVersionIsNotLoadedByARequestEither() throws Exception {
        models.close();
        models = new LoadedModels(LoadedModels.controlled(temporary, ModelProperties.Control.EXPLICIT));
        models.load();
        try (ModelWatcher watcher = new ModelWatcher(models.updater(), null, Duration.ofSeconds(30), models.budget())) {
            ModelControl control = models.control(watcher);
            directory.put("cookie", "2", failingGraph());
            control.load("cookie", "plant");
            ServedModel failing = serving();
            assertThat(failing.version()).isEqualTo(2);
            fail(failing, RecentRuns.LEAST);
            models.failOver(failing);
            assertThat(serving().version()).isEqualTo(1);
            assertThatExceptionOfType(ModelSelectionException.NotLoaded.class)
                    .isThrownBy(() -> control.load("cookie", "plant"))
                    .withMessageStartingWith("Version 2 is suspended")
                    .withMessageEndingWith("Version 1 serves requests");
            control.unload("cookie", "plant");
            assertThatExceptionOfType(ModelSelectionException.NotLoaded.class)
                    .isThrownBy(() -> control.load("cookie", "plant"))
                    .withMessageStartingWith("Version 2 is suspended");
            assertThat(models.repository().versions("cookie")).isEmpty();
            directory.put("cookie", "2", 2);
            control.load("cookie", "plant");
            assertThat(serving().version()).isEqualTo(2);
        }
    }

    @Test
    void aCandidateDoesNotReplaceAFailingVersion() throws Exception {
        models.close();
        directory.remove("cookie");
        directory.put("cookie", "1", failingGraph());
        directory.put("cookie", "2", 2);
        Files.writeString(directory.file("cookie", "2").resolveSibling("candidate"), "");
        models = new LoadedModels(LoadedModels.properties(temporary, null));
        models.load();
        ServedModel failing = serving();
        assertThat(failing.version()).isEqualTo(1);
        fail(failing, RecentRuns.LEAST);
        models.failOver(failing);
        models.pollTwice();
        assertThat(serving()).isSameAs(failing);
        assertThat(failing.isFailing()).isTrue();
        assertThat(models.repository().require("cookie", 2).isFailing()).isFalse();
    }

    @Test
    void failsOverToTheVersionThatServedBeforeAndIsStillThereByName() throws Exception {
        ServedModel failing = deployFailing("2");
        assertThat(failing.isSuspended()).isFalse();
        fail(failing, RecentRuns.LEAST);
        models.failOver(failing);
        assertThat(serving().version()).isEqualTo(1);
        assertThat(models.repository().require("cookie", 2)).isSameAs(failing);
        assertThat(failing.isSuspended()).isTrue();
        assertThat(failing.recentFailures()).startsWith("10 of the 1");
        assertThat(models.events(ModelEvent.Failover.class))
                .containsExactly(new ModelEvent.Failover(failing, serving()));
        assertThat(models.repository().refused()).isEmpty();
    }

    @Test
    void looksAtTheDirectoryDoNotBringItBackNorDoGoodRuns() throws Exception {
        ServedModel failing = deployFailing("2");
        fail(failing, RecentRuns.LEAST);
        models.failOver(failing);
        for (int i = 0; i < 2 * RecentRuns.WINDOW; i++) {
            run(failing, 0.5f);
        }
        ServedModel successor = serving();
        for (int look = 0; look < 10; look++) {
            models.poll();
        }
        Files.setLastModifiedTime(directory.file("cookie", "2"), FileTime.fromMillis(1_000_000));
        models.pollTwice();
        models.failOver(failing);
        assertThat(serving()).isSameAs(successor);
        assertThat(successor.version()).isEqualTo(1);
        assertThat(models.events(ModelEvent.Failover.class)).hasSize(1);
    }

    @Test
    void anotherFileBringsTheVersionBack() throws Exception {
        ServedModel failing = deployFailing("2");
        fail(failing, RecentRuns.LEAST);
        models.failOver(failing);
        directory.put("cookie", "2", 5);
        models.pollTwice();
        assertThat(serving().version()).isEqualTo(2);
        assertThat(serving().isSuspended()).isFalse();
        failing.closed().get(20, TimeUnit.SECONDS);
    }

    @Test
    void itsBytesAreKnownWhenTheyComeBack() throws Exception {
        ServedModel failing = deployFailing("2");
        fail(failing, RecentRuns.LEAST);
        models.failOver(failing);
        directory.remove("cookie/2");
        models.pollTwice();
        assertThat(models.repository().versions("cookie")).containsExactly(serving());
        deploy("2", failingGraph());
        assertThat(serving().version()).isEqualTo(1);
        assertThat(models.repository().require("cookie", 2).isSuspended()).isTrue();
    }

    @Test
    void aFailingVersionIsPassedOverByTheNextThatFails() throws Exception {
        ServedModel second = deployFailing("2");
        fail(second, RecentRuns.LEAST);
        models.failOver(second);
        ServedModel third = deployFailing("3", 7);
        assertThat(serving()).isSameAs(third);
        second.closed().get(20, TimeUnit.SECONDS);
        fail(third, RecentRuns.LEAST);
        models.failOver(third);
        assertThat(models.repository().versions("cookie"))
                .extracting(ServedModel::version)
                .containsExactly(1, 3);
    }

    @Test
    void theOnlyVersionServesOnUntilAnotherIsThere() throws Exception {
        directory.remove("cookie");
        directory.put("tile", "1");
        deploy("2", failingGraph());
        ServedModel failing = serving();
        fail(failing, RecentRuns.LEAST);
        models.failOver(failing);
        assertThat(serving()).isSameAs(failing);
        assertThat(failing.isFailing()).isTrue();
        assertThat(failing.isSuspended()).isFalse();
        assertThat(models.events(ModelEvent.Failover.class)).isEmpty();
        directory.put("cookie", "1");
        models.pollTwice();
        assertThat(serving().version()).isEqualTo(1);
        assertThat(models.events(ModelEvent.Failover.class)).hasSize(1);
    }

    @Test
    void theVersionThatItFailedOverToServesOnThoughItFailsTooOrIsRemoved() throws Exception {
        Files.write(directory.file("cookie", "1"), failingGraph(3));
        models.pollTwice();
        ServedModel failing = deployFailing("2");
        fail(failing, RecentRuns.LEAST);
        models.failOver(failing);
        ServedModel last = serving();
        fail(last, RecentRuns.LEAST);
        models.failOver(last);
        models.pollTwice();
        assertThat(serving()).isSameAs(last);
        assertThat(last.version()).isEqualTo(1);
    }

    @Test
    void whatItFailedOverToAnswersThoughItsFileIsRemoved() throws Exception {
        ServedModel failing = deployFailing("2");
        fail(failing, RecentRuns.LEAST);
        models.failOver(failing);
        directory.remove("cookie/1");
        models.pollTwice();
        assertThat(serving().version()).isEqualTo(1);
    }

    @Test
    void filesThatHaveNotBeenSeenAtRestAreNotTouched() throws Exception {
        ServedModel failing = deployFailing("5");
        directory.put("cookie", "4", 4); // seen by no look
        Files.write(directory.file("cookie", "1"), new byte[] {1}); // changes
        fail(failing, RecentRuns.LEAST);
        models.failOver(failing);
        assertThat(serving()).isSameAs(failing);
        assertThat(models.events(ModelEvent.LoadFailed.class)).isEmpty();
        models.pollTwice();
        assertThat(serving().version()).isEqualTo(4);
    }

    @Test
    void aVersionAmongSeveralGivesWayToTheNextThatIsNamed() throws Exception {
        directory.put("cookie", "3", 3);
        Files.write(directory.file("cookie", "2"), failingGraph());
        try (LoadedModels named =
                new LoadedModels(LoadedModels.versions(temporary, Map.of("cookie", List.of(2, 3, 9))))) {
            named.load();
            ServedModel failing = named.repository().require("cookie", null);
            fail(failing, RecentRuns.LEAST);
            named.failOver(failing);
            assertThat(named.repository().versions("cookie"))
                    .extracting(ServedModel::version)
                    .containsExactly(3, 2);
            assertThat(named.repository().refused())
                    .extracting(FailedVersion::version)
                    .containsExactly(9);
            named.pollTwice();
            assertThat(named.repository().require("cookie", null).version()).isEqualTo(3);
        }
    }

    @Test
    void aVersionGivesWayOnceHoweverManyFindOut() throws Exception {
        ServedModel failing = deployFailing("2");
        List<ServedModel> reported = new ArrayList<>();
        models.updater().rollout().whenFailing(model -> {
            synchronized (reported) {
                reported.add(model);
            }
        });
        ExecutorService clients = Executors.newFixedThreadPool(8);
        List<Future<?>> done = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            done.add(clients.submit(() -> {
                fail(failing, 20);
                models.failOver(failing);
                models.poll();
                return null;
            }));
        }
        for (Future<?> one : done) {
            one.get(50, TimeUnit.SECONDS);
        }
        clients.shutdown();
        assertThat(reported).containsExactly(failing);
        assertThat(models.events(ModelEvent.Failover.class)).hasSize(1);
        assertThat(serving().version()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void failsOverWhileALookHangs(boolean otherIsLoaded) throws Exception {
        Files.write(directory.file("cookie", "2"), failingGraph());
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        CountDownLatch failedOver = new CountDownLatch(1);
        ModelSessions.Opener opener = hangingAt(ModelDirectory.graph(9), hangs, released);
        ModelProperties properties = otherIsLoaded
                ? LoadedModels.versions(temporary, Map.of("cookie", List.of(2, 1)))
                : LoadedModels.properties(temporary, null);
        try (LoadedModels served = new LoadedModels(properties, Duration.ofSeconds(30), opener);
                ModelWatcher watcher = new ModelWatcher(
                        served.updater(), Duration.ofMillis(10), Duration.ofSeconds(20), served.budget())) {
            served.load();
            served.whenFailedOver(failedOver::countDown);
            watcher.start();
            ServedModel failing = served.repository().require("cookie", null);
            assertThat(failing.version()).isEqualTo(2);
            directory.put("tile", "1", 9);
            assertThat(hangs.await(20, TimeUnit.SECONDS)).isTrue();
            fail(failing, RecentRuns.LEAST);
            assertThat(failedOver.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(served.repository().require("cookie", null).version()).isEqualTo(1);
            assertThat(served.repository().versions("tile")).as("still hangs").isEmpty();
            released.countDown();
        } finally {
            released.countDown();
        }
    }

    @Test
    void nothingIsSaidOfAFailingVersionWhoseFileWasReplacedMeanwhile() throws Exception {
        Files.write(directory.file("cookie", "2"), failingGraph());
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        ModelSessions.Opener opener = hangingAt(ModelDirectory.graph(9), hangs, released);
        try (LoadedModels served =
                        new LoadedModels(LoadedModels.properties(temporary, null), Duration.ofSeconds(30), opener);
                LogLines lines = new LogLines(ModelUpdater.class, Level.ERROR)) {
            served.load();
            ServedModel failing = served.repository().require("cookie", null);
            directory.put("cookie", "2", 9);
            Thread look = new Thread(served::pollTwice);
            look.start();
            assertThat(hangs.await(20, TimeUnit.SECONDS)).isTrue();
            fail(failing, RecentRuns.LEAST);
            Thread failingOver = new Thread(() -> served.failOver(failing));
            failingOver.start();
            Await.until(Duration.ofSeconds(20), () -> failingOver.getState() == Thread.State.BLOCKED);
            released.countDown();
            look.join();
            failingOver.join();
            assertThat(served.repository().require("cookie", null)).isNotSameAs(failing);
            assertThat(lines.taken()).isEmpty();
        } finally {
            released.countDown();
        }
    }

    private ServedModel serving() throws ModelSelectionException {
        return models.repository().require("cookie", null);
    }

    private ServedModel deployFailing(String version) throws Exception {
        return deployFailing(version, 0);
    }

    private ServedModel deployFailing(String version, int variant) throws Exception {
        deploy(version, failingGraph(variant));
        ServedModel model = serving();
        assertThat(model.version()).hasToString(version);
        return model;
    }

    private void deploy(String version, byte[] graph) throws Exception {
        Files.write(directory.file("cookie", version), graph);
        models.pollTwice();
    }

    /** Sends white images, one at a time: the queue is short. */
    private static void fail(ServedModel model, int runs) throws Exception {
        for (int i = 0; i < runs; i++) {
            synchronized (model) {
                assertThatExceptionOfType(InferenceException.Failed.class).isThrownBy(() -> run(model, 1));
            }
        }
        // The last run is reported when its request has ended: the one after it comes later.
        synchronized (model) {
            run(model, 0.5f);
        }
    }

    private static void run(ServedModel model, float value) throws Exception {
        float[] pixels = new float[3 * SIDE * SIDE];
        Arrays.fill(pixels, value);
        model.submit(new ModelInput(pixels, false), new TestContext()).await();
    }

    /** Opens graphs, but one only once it is released. */
    private static ModelSessions.Opener hangingAt(byte[] hung, CountDownLatch hangs, CountDownLatch released) {
        String digest = Sha256.of(hung);
        return graph -> {
            if (graph.digest().equals(digest)) {
                hangs.countDown();
                awaitQuietly(released);
            }
            return LoadedModels.OPENER.open(graph);
        };
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static byte[] failingGraph() throws Exception {
        return failingGraph(0);
    }

    private static byte[] failingGraph(int variant) throws Exception {
        Map<String, String> metadata = new HashMap<>();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession shipped = OrtEnvironment.getEnvironment()
                        .createSession(TestModels.graph().toString(), options)) {
            metadata.putAll(shipped.getMetadata().getCustomMetadata());
        }
        metadata.put("draem.input.width", Integer.toString(SIDE));
        metadata.put("draem.input.height", Integer.toString(SIDE));
        metadata.put("variant", Integer.toString(variant));
        return SlowGraph.undefinedWhereWhite(SIDE, metadata);
    }
}
