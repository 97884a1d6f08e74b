package io.draem.service.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.draem.model.TestModels;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.SlowGraph;
import io.draem.service.history.ModelHistory;
import io.draem.service.history.ServedChange;
import io.draem.service.history.ServedChange.Reason;
import io.draem.service.models.ModelProperties.Loading;
import io.draem.service.queue.InferenceException;
import io.draem.service.queue.TestContext;
import io.draem.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Version 1 of a model, and what becomes of a candidate. */
@Tag("slow")
@Timeout(60)
class RolloutControlTests {

    private static final String KEY = "plant";

    @TempDir
    Path temporary;

    private ModelDirectory directory;
    private LoadedModels models;
    private ModelWatcher watcher;
    private RolloutControl rollout;

    @BeforeEach
    void start() throws Exception {
        directory = new ModelDirectory(temporary);
        directory.put("cookie", "1", 1);
        start(LoadedModels.properties(temporary, null));
    }

    private void start(ModelProperties properties) {
        models = new LoadedModels(properties);
        watcher = new ModelWatcher(models.updater(), null, Duration.ofSeconds(30), models.budget());
        rollout = models.rollout(watcher);
        models.load();
    }

    private void restart(ModelProperties properties) {
        close();
        start(properties);
    }

    @AfterEach
    void close() {
        watcher.close();
        models.close();
    }

    @Test
    void aKeyKeepsItsVersionOverRestartsAndGoesToTheCandidateOnlyWhenItsShareGrows() throws Exception {
        directory.put("cookie", "2", 2);
        Set<String> before = Set.of();
        for (String share : List.of("0.1", "0.5", "1")) {
            Files.writeString(marker(2), "0\nanswers " + share);
            models.pollTwice();
            Set<String> keys = keysOfTheCandidate();
            assertThat(keys).containsAll(before);
            assertThat(keys.size() / 200.0)
                    .isBetween(Double.parseDouble(share) - 0.08, Double.parseDouble(share) + 0.08);
            restart(LoadedModels.properties(temporary, null));
            assertThat(keysOfTheCandidate()).isEqualTo(keys);
            before = keys;
        }
        assertThat(answering(1, "line-1").version())
                .as("a request that names a version")
                .isEqualTo(1);
        assertThat(route(null, (candidate, served) -> false).version())
                .as("it does not take it")
                .isEqualTo(1);
        Files.writeString(marker(2), "0\nanswers 0.5");
        models.pollTwice();
        Set<Integer> versions = new HashSet<>();
        for (int i = 0; i < 64; i++) {
            versions.add(answering(null, null).version());
        }
        assertThat(versions).as("without a key").containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void aCandidateThatFailsAnswersNothingAndIsNotPromoted() throws Exception {
        directory.put("cookie", "2", SlowGraph.undefinedWhereWhite(32, metadata()));
        Files.writeString(marker(2), "answers 1");
        models.pollTwice();
        ServedModel candidate = answering(null, "line-1");
        assertThat(candidate.version()).isEqualTo(2);
        for (int i = 0; i < RecentRuns.LEAST; i++) {
            assertThatExceptionOfType(InferenceException.Failed.class).isThrownBy(() -> run(candidate, 1));
        }
        // The last run is reported when its request has ended: the one after it comes later.
        run(candidate, 0.5f);
        assertThat(answering(null, "line-1").version()).isEqualTo(1);
        assertThat(answering(2, "line-1").version()).isEqualTo(2);
        assertThatExceptionOfType(ModelSelectionException.Conflict.class)
                .isThrownBy(() -> rollout.promote("cookie", null, KEY))
                .withMessageContaining("failed on 10 of the ");
        assertThat(marker(2)).exists();
    }

    @Test
    void aCandidateThatIsNotOpenAnswersNothing() throws Exception {
        directory.put("cookie", "2", 2);
        Files.writeString(marker(2), "answers 1");
        restart(properties(Map.of(), Loading.ON_DEMAND));
        assertThat(answering(null, "line-1").version()).isEqualTo(1);
        run(answering(2, null), 0.5f);
        assertThat(answering(null, "line-1").version()).isEqualTo(2);
    }

    @Test
    void aCandidateIsPromotedAndRolledBackByItsFileAndBothAreInTheHistory() throws Exception {
        directory.put("cookie", "2", 2);
        Files.writeString(marker(2), "answers 0.5");
        models.pollTwice();
        ServedModel first = serving();
        ServedModel second = models.repository().candidate("cookie").model();
        RolloutControl.Change promoted = rollout.promote("cookie", 2, KEY);
        assertThat(promoted).isEqualTo(new RolloutControl.Change(second, first));
        assertThat(serving()).as("its session stays open").isSameAs(second);
        assertThat(marker(2)).doesNotExist();
        assertThat(rollout.promote("cookie", 2, KEY)).isEqualTo(new RolloutControl.Change(second, second));
        assertThatExceptionOfType(ModelSelectionException.NoCandidate.class)
                .isThrownBy(() -> rollout.promote("cookie", null, KEY));

        RolloutControl.Change back = rollout.rollback("cookie", 2, KEY);
        assertThat(back.served().version()).isEqualTo(1);
        assertThat(marker(2)).hasContent("0");
        Candidate candidate = models.repository().candidate("cookie");
        assertThat(candidate).isEqualTo(new Candidate(second, 0, 0));
        ServedModel lower = serving();
        assertThat(rollout.rollback("cookie", 2, KEY))
                .as("the request is repeated")
                .isEqualTo(new RolloutControl.Change(lower, lower));
        assertThatExceptionOfType(ModelSelectionException.Conflict.class)
                .isThrownBy(() -> rollout.rollback("cookie", 3, KEY))
                .withMessageContaining("Version 1 of cookie is the version in service now, not version 3");
        assertThatExceptionOfType(ModelSelectionException.Conflict.class)
                .isThrownBy(() -> rollout.rollback("cookie", null, KEY))
                .withMessageContaining("no lower version");
        models.pollTwice();
        assertThat(serving().version()).isEqualTo(1);

        restart(LoadedModels.properties(temporary, null));
        assertThat(serving().version()).isEqualTo(1);
        rollout.promote("cookie", null, KEY);
        Files.writeString(marker(2), "");
        models.pollTwice();
        ModelHistory.Changes history = models.history().of("cookie");
        assertThat(history.kept()).isTrue();
        assertThat(history.changes())
                .extracting(change -> change.cause().reason() + " " + change.from() + " " + change.to() + " "
                        + change.cause().key())
                .containsExactly("FILES 2 1 null", "PROMOTION 1 2 plant", "ROLLBACK 2 1 plant", "PROMOTION 1 2 plant");
        assertThat(MisplacedGraphs.find(temporary)).isEmpty();
        assertThat(ModelFile.list(temporary).get("cookie")).hasSize(2);
    }

    @Test
    void anotherCandidateOrAHigherVersionIsAConflict() throws Exception {
        directory.put("cookie", "2", 2);
        Files.writeString(marker(2), "");
        models.pollTwice();
        assertThatExceptionOfType(ModelSelectionException.Conflict.class)
                .isThrownBy(() -> rollout.promote("cookie", 3, KEY))
                .withMessageContaining("Version 2 of cookie is the candidate now, not version 3");
        Files.writeString(temporary.resolve("cookie/2/note"), "new");
        assertThatExceptionOfType(ModelSelectionException.Conflict.class)
                .isThrownBy(() -> rollout.promote("cookie", 2, KEY))
                .withMessageContaining("have changed since it was loaded");
        directory.put("cookie", "3", 3);
        models.pollTwice();
        assertThatExceptionOfType(ModelSelectionException.Conflict.class)
                .isThrownBy(() -> rollout.promote("cookie", null, KEY))
                .withMessageContaining("and roll that one back");
        assertThatExceptionOfType(ModelSelectionException.Unknown.class)
                .isThrownBy(() -> rollout.promote("tile", null, KEY));
        assertThat(serving().version()).isEqualTo(3);
        assertThat(marker(2)).exists();
        assertThat(rollout.rollback("cookie", null, KEY).served().version())
                .as("version 2 is a candidate")
                .isEqualTo(1);
    }

    @Test
    void ofSeveralRequestsOneChangesTheVersion() throws Exception {
        directory.put("cookie", "2", 2);
        Files.writeString(marker(2), "");
        models.pollTwice();
        assertThat(atOnce(() -> rollout.promote("cookie", 2, KEY))).containsOnly("2");
        assertThat(atOnce(() -> rollout.rollback("cookie", 2, KEY))).containsOnly("1");
        assertThat(models.history().of("cookie").changes())
                .extracting(change -> change.cause().reason())
                .containsExactly(Reason.ROLLBACK, Reason.PROMOTION);
    }

    @Test
    void aRollbackWithNothingToServeInsteadIsUndone() throws Exception {
        directory.put("cookie", "2", 2);
        models.pollTwice();
        directory.breakIn("cookie", "1");
        models.pollTwice();
        ServedModel served = serving();
        assertThatExceptionOfType(ModelSelectionException.NotLoaded.class)
                .isThrownBy(() -> rollout.rollback("cookie", null, KEY))
                .withMessageStartingWith("Version 2 of cookie serves as before")
                .withMessageContaining("version 1, ");
        assertThat(serving()).isSameAs(served);
        assertThat(marker(2)).doesNotExist();
        models.pollTwice();
        assertThat(serving()).isSameAs(served);
        assertThat(models.history().of("cookie").changes()).hasSize(1);
    }

    /** A refused version whose file is whole by now looks as before: a scan would try it again at some time. */
    @Test
    void noOtherVersionThanTheIntendedOneServes() throws Exception {
        directory.put("cookie", "2", 2);
        Files.writeString(marker(2), "");
        byte[] graph = ModelDirectory.graph(3);
        FileTime time = FileTime.fromMillis(1_000_000_000_000L);
        directory.put("cookie", "3", new byte[graph.length]);
        Files.setLastModifiedTime(directory.file("cookie", "3"), time);
        models.pollTwice();
        directory.put("cookie", "3", graph);
        Files.setLastModifiedTime(directory.file("cookie", "3"), time);
        for (int i = 0; i < 2; i++) {
            assertThat(rollout.promote("cookie", null, KEY).served().version()).isEqualTo(2);
            assertThat(rollout.rollback("cookie", null, KEY).served().version()).isEqualTo(1);
        }
        assertThat(models.repository().refused())
                .extracting(FailedVersion::version)
                .containsExactly(3);
    }

    @Test
    void aFileThatCouldNotBeRestoredIsNotRemoved() throws Exception {
        directory.put("cookie", "2", 2);
        Files.writeString(marker(2), "");
        models.pollTwice();
        String text = "#".repeat(65);
        Files.writeString(marker(2), text);
        assertThatExceptionOfType(ModelSelectionException.Conflict.class)
                .isThrownBy(() -> rollout.promote("cookie", null, KEY))
                .withMessageContaining("more than 64 bytes");
        assertThat(marker(2)).hasContent(text);
        assertThat(serving().version()).isEqualTo(1);
    }

    @Test
    void anUnloadMeanwhileIsNotUndone() throws Exception {
        directory.put("cookie", "2", 2);
        Files.writeString(marker(2), "answers 0.5");
        restart(LoadedModels.controlled(temporary, ModelProperties.Control.EXPLICIT));
        ExecutorService client = Executors.newSingleThreadExecutor();
        try {
            Future<RolloutControl.Change> promotion;
            synchronized (models.updater().rollout().loading("cookie")) {
                promotion = client.submit(() -> rollout.promote("cookie", 2, KEY));
                Await.until(Duration.ofSeconds(30), () -> Files.notExists(marker(2)));
                models.updater().unload("cookie", new ServedChange.Cause(Reason.UNLOAD, KEY));
            }
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> promotion.get(30, TimeUnit.SECONDS))
                    .withCauseInstanceOf(ModelSelectionException.Conflict.class)
                    .withMessageContaining("unloaded");
        } finally {
            client.shutdownNow();
        }
        assertThat(models.repository().versions("cookie")).isEmpty();
        assertThat(marker(2)).hasContent("answers 0.5");
    }

    @Test
    void aSuspendedVersionIsTakenBackByItsNumber() throws Exception {
        directory.put("cookie", "2", SlowGraph.undefinedWhereWhite(32, metadata()));
        models.pollTwice();
        ServedModel second = serving();
        for (int i = 0; i < RecentRuns.LEAST; i++) {
            assertThatExceptionOfType(InferenceException.Failed.class).isThrownBy(() -> run(second, 1));
        }
        run(second, 0.5f); // the last run is reported when its request has ended
        models.failOver(second);
        assertThat(serving().version()).isEqualTo(1);
        directory.put("cookie", "0", 3);
        assertThatExceptionOfType(ModelSelectionException.Conflict.class)
                .isThrownBy(() -> rollout.rollback("cookie", null, KEY))
                .withMessageContaining("Version 2 of cookie is suspended");
        ServedModel first = serving();
        for (int i = 0; i < 2; i++) {
            assertThat(rollout.rollback("cookie", 2, KEY)).isEqualTo(new RolloutControl.Change(first, first));
            assertThat(marker(2)).hasContent("0");
        }
        models.pollTwice();
        assertThat(serving()).isSameAs(first);
    }

    @Test
    void aVersionThatIsNewIsLeftToTheScan() throws Exception {
        directory.put("cookie", "2", 2);
        Files.writeString(marker(2), "");
        models.pollTwice();
        directory.breakIn("cookie", "3");
        assertThat(rollout.promote("cookie", null, KEY).served().version()).isEqualTo(2);
        assertThat(models.repository().refused())
                .as("it may still be being copied")
                .isEmpty();
        assertThat(rollout.rollback("cookie", null, KEY).served().version()).isEqualTo(1);
        assertThat(models.repository().refused()).isEmpty();
        directory.put("cookie", "3", 3);
        models.pollTwice();
        assertThat(serving().version()).isEqualTo(3);
    }

    @Test
    void configurationAndNoControlAreConflicts() throws Exception {
        directory.put("cookie", "2", 2);
        Files.writeString(marker(2), "");
        restart(properties(Map.of("cookie", List.of(1, 2)), Loading.EAGER));
        for (Callable<?> change : changes()) {
            assertThatExceptionOfType(ModelSelectionException.Conflict.class)
                    .isThrownBy(change::call)
                    .withMessageContaining("draem.models.versions.cookie");
        }
        restart(LoadedModels.controlled(temporary, ModelProperties.Control.NONE));
        for (Callable<?> change : changes()) {
            assertThatExceptionOfType(ModelSelectionException.Conflict.class)
                    .isThrownBy(change::call)
                    .withMessageContaining("draem.models.control=none");
        }
        assertThat(marker(2)).exists();
    }

    /** The other replica shares the directory, and neither scans it. */
    @Test
    void withoutScansEachReplicaIsAskedAndFindsTheFileChangedAlready() throws Exception {
        directory.put("cookie", "2", 2);
        Files.writeString(marker(2), "");
        ModelProperties explicit = LoadedModels.controlled(temporary, ModelProperties.Control.EXPLICIT);
        restart(explicit);
        try (LoadedModels other = new LoadedModels(explicit);
                ModelWatcher otherWatcher =
                        new ModelWatcher(other.updater(), null, Duration.ofSeconds(30), other.budget())) {
            other.load();
            RolloutControl otherRollout = other.rollout(otherWatcher);
            for (RolloutControl replica : List.of(rollout, otherRollout)) {
                assertThat(replica.promote("cookie", 2, KEY).served().version()).isEqualTo(2);
            }
            for (RolloutControl replica : List.of(rollout, otherRollout)) {
                assertThat(replica.rollback("cookie", 2, KEY).served().version())
                        .isEqualTo(1);
            }
            assertThat(other.history().of("cookie").changes()).as("written").hasSizeGreaterThanOrEqualTo(2);
            assertThat(models.history().of("cookie").changes())
                    .extracting(ServedChange::to)
                    .containsExactly(1, 1, 2, 2);
        }
    }

    @Test
    void linksAreFollowedUnlessTheyAreSharedOrTheFileItselfIsOne() throws Exception {
        Path store = Files.createDirectories(temporary.resolveSibling(temporary.getFileName() + "-store"));
        Path linked = Files.createDirectory(store.resolve("casting-2"));
        Files.write(linked.resolve("model.onnx"), ModelDirectory.graph(2));
        Files.writeString(linked.resolve("candidate"), "");
        Path link = Files.createSymbolicLink(temporary.resolve("cookie/2"), linked);
        models.pollTwice();
        assertThat(rollout.promote("cookie", null, KEY).served().version()).isEqualTo(2);
        assertThat(linked.resolve("candidate")).doesNotExist();

        Path second = Files.createDirectory(temporary.resolve("tile"));
        Files.createSymbolicLink(second.resolve("7"), linked);
        assertThatExceptionOfType(ModelSelectionException.Conflict.class)
                .isThrownBy(() -> rollout.rollback("cookie", null, KEY))
                .withMessageContaining("is that of version 7 of tile too");
        directory.remove("tile");
        assertThat(rollout.rollback("cookie", null, KEY).served().version()).isEqualTo(1);
        assertThat(linked.resolve("candidate")).hasContent("0");

        Path data = Files.writeString(store.resolve("data"), "");
        Files.delete(linked.resolve("candidate"));
        Files.createSymbolicLink(linked.resolve("candidate"), data);
        models.pollTwice();
        assertThatExceptionOfType(ModelSelectionException.Conflict.class)
                .isThrownBy(() -> rollout.promote("cookie", null, KEY))
                .withMessageContaining("candidate is no ordinary file");
        assertThat(data).exists();
        Files.delete(link);
        new ModelDirectory(store.getParent()).remove(store.getFileName().toString());
    }

    /** The path of that folder is longer than the file system names one: links lead there, and the way back has no name. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aFolderOfAnotherModelWithoutARealPathDoesNotMatter() throws Exception {
        directory.put("cookie", "2", 2);
        Files.writeString(marker(2), "");
        Path store = Files.createDirectories(temporary.resolveSibling(temporary.getFileName() + "-deep"));
        String segment = "x".repeat(200);
        List<Path> folders = new ArrayList<>();
        List<Path> links = new ArrayList<>();
        try {
            Path last = store;
            while (folders.size() < 22) {
                folders.add(Files.createDirectory(last.resolve(segment)));
                last = Files.createSymbolicLink(
                        store.resolve("link-" + folders.size()),
                        Path.of(last.equals(store) ? segment : last.getFileName() + "/" + segment));
                links.add(last);
            }
            Path deep = last;
            assertThat(deep).isDirectory();
            assertThatExceptionOfType(IOException.class).isThrownBy(deep::toRealPath);
            folders.add(Files.write(deep.resolve("model.onnx"), ModelDirectory.graph(3)));
            links.add(Files.createSymbolicLink(
                    Files.createDirectory(temporary.resolve("tile")).resolve("7"), deep));
            models.pollTwice();
            assertThat(rollout.promote("cookie", null, KEY).served().version()).isEqualTo(2);
            assertThat(rollout.rollback("cookie", null, KEY).served().version()).isEqualTo(1);
        } finally {
            for (int i = folders.size() - 1; i >= 0; i--) {
                Files.deleteIfExists(folders.get(i));
            }
            for (Path link : links) {
                Files.deleteIfExists(link);
            }
            Files.delete(store);
        }
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsAConflict() throws Exception {
        directory.put("cookie", "2", 2);
        Files.writeString(marker(2), "");
        models.pollTwice();
        Path folder = temporary.resolve("cookie/2");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            assumeThat(Files.isWritable(folder)).as("root may write everywhere").isFalse();
            assertThatExceptionOfType(ModelSelectionException.Conflict.class)
                    .isThrownBy(() -> rollout.promote("cookie", null, KEY))
                    .withMessageContaining("may not write to its folder");
            assertThat(serving().version()).isEqualTo(1);
        } finally {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private List<Callable<?>> changes() {
        return List.of(() -> rollout.promote("cookie", null, KEY), () -> rollout.rollback("cookie", null, KEY));
    }

    private static List<String> atOnce(Callable<RolloutControl.Change> change) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(4);
        try {
            List<Future<String>> results = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                results.add(clients.submit(() -> {
                    try {
                        return Integer.toString(change.call().served().version());
                    } catch (ModelSelectionException e) {
                        return e.getClass().getSimpleName();
                    }
                }));
            }
            List<String> texts = new ArrayList<>();
            for (Future<String> result : results) {
                texts.add(result.get(30, TimeUnit.SECONDS));
            }
            return texts;
        } finally {
            clients.shutdownNow();
        }
    }

    private Set<String> keysOfTheCandidate() throws Exception {
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            if (answering(null, "line-" + i).version() == 2) {
                keys.add("line-" + i);
            }
        }
        return keys;
    }

    private ServedModel answering(Integer version, String key) throws Exception {
        return route(version, new Routing(key, (candidate, served) -> true));
    }

    private ServedModel route(String key, BiPredicate<ServedModel, ServedModel> fits) throws Exception {
        return route((Integer) null, new Routing(key, fits));
    }

    private ServedModel route(Integer version, Routing routing) throws Exception {
        try (ModelLease lease = models.repository().lease("cookie", version, routing)) {
            return lease.model();
        }
    }

    private ServedModel serving() throws ModelSelectionException {
        return models.repository().require("cookie", null);
    }

    private Path marker(int version) {
        return temporary.resolve("cookie").resolve(Integer.toString(version)).resolve("candidate");
    }

    private static void run(ServedModel model, float value) throws Exception {
        float[] pixels = new float[3 * model.card().width() * model.card().height()];
        Arrays.fill(pixels, value);
        model.submit(new ModelInput(pixels, false), new TestContext()).await();
    }

    private Map<String, String> metadata() throws Exception {
        Map<String, String> metadata = new HashMap<>(serving().card().toMetadata());
        metadata.put("draem.input.width", "32");
        metadata.put("draem.input.height", "32");
        return metadata;
    }

    private ModelProperties properties(Map<String, List<Integer>> versions, Loading loading) throws Exception {
        return new ModelProperties(
                temporary,
                null,
                ModelProperties.Control.POLL,
                Duration.ofSeconds(10),
                DataSize.ofMegabytes(100),
                versions,
                0.5,
                Map.of(),
                loading,
                loading == Loading.EAGER ? null : DataSize.ofBytes(Files.size(TestModels.graph()) * 20),
                Set.of());
    }
}
