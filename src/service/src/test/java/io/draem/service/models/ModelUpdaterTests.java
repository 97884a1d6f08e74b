package io.draem.service.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.model.TestModels;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.OnnxModel;
import io.draem.runtime.onnx.Termination;
import io.draem.service.queue.InferenceException;
import io.draem.service.queue.QueueListener;
import io.draem.service.queue.TestContext;
import io.draem.service.sessions.SessionBudget;
import io.draem.service.sessions.SessionListener;
import io.draem.text.Sha256;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a running service makes of changes in its model directory. */
@Tag("slow")
class ModelUpdaterTests extends ModelDirectoryTest {

    @Test
    void aNewVersionTakesThePlaceOfTheOldAndTheOldIsClosed() throws Exception {
        ServedModel old = serving();
        directory.put("cookie", "2", 2);
        models.pollTwice();
        assertThat(serving().version()).isEqualTo(2);
        assertThat(models.events(ModelEvent.Changed.class))
                .last()
                .satisfies(event -> assertThat(event.models()).containsExactly(serving()));
        old.closed().get(20, TimeUnit.SECONDS);
    }

    @Test
    void aCandidateNeedsAVersionToBeComparedWith() throws Exception {
        Path marker = directory.file("tile", "1").resolveSibling("candidate");
        directory.put("tile", "1", 3);
        Files.writeString(marker, "");
        for (int i = 0; i < 40; i++) {
            models.poll();
        }
        assertThat(models.repository().versions("tile")).isEmpty();
        assertThat(models.repository().refused())
                .singleElement()
                .satisfies(refused -> assertThat(refused.reason()).contains("remove its file candidate"));
        directory.put("tile", "2", 4);
        models.pollTwice();
        assertThat(models.repository().versions("tile"))
                .extracting(ServedModel::version)
                .containsExactly(2, 1);
        assertThat(models.repository().refused()).isEmpty();
        Candidate candidate = models.repository().candidate("tile");
        assertThat(candidate.model().version()).isEqualTo(1);
        assertThat(candidate.share()).isEqualTo(1);

        Files.delete(marker);
        directory.remove("tile/2");
        models.pollTwice();
        assertThat(models.repository().require("tile", null))
                .as("nothing is loaded")
                .isSameAs(candidate.model());
        assertThat(models.repository().candidate("tile")).isNull();
    }

    @Test
    void aCandidateStaysWhileItsFileCannotBeRead() throws Exception {
        directory.put("cookie", "2", 2);
        Path marker = directory.file("cookie", "2").resolveSibling("candidate");
        Files.writeString(marker, "0.25");
        models.pollTwice();
        Candidate candidate = models.repository().candidate("cookie");
        assertThat(candidate.share()).isEqualTo(0.25);
        Files.writeString(marker, "a quarter");
        models.pollTwice();
        assertThat(models.repository().candidate("cookie")).isEqualTo(candidate);
        assertThat(models.repository().refused())
                .singleElement()
                .satisfies(refused -> assertThat(refused.reason()).contains("as 0.1"));
        Files.writeString(marker, "");
        models.pollTwice();
        assertThat(models.repository().candidate("cookie")).isEqualTo(new Candidate(candidate.model(), 1, 0));
        assertThat(models.repository().refused()).isEmpty();
    }

    @Test
    void aCandidateIsPromotedByNothingButTheRemovalOfItsFile() throws Exception {
        directory.put("cookie", "2", 2);
        Path folder = directory.file("cookie", "2").getParent();
        Path marker = Files.writeString(folder.resolve("candidate"), "");
        models.pollTwice();
        Candidate candidate = models.repository().candidate("cookie");
        Path hidden = folder.resolveSibling(".2");

        Files.move(folder, hidden);
        Files.writeString(folder, "no folder");
        models.pollTwice();
        assertThat(serving().version()).isEqualTo(1);
        assertThat(models.repository().candidate("cookie")).isEqualTo(candidate);
        Files.delete(folder);
        Files.move(hidden, folder);

        Files.delete(marker);
        Files.createDirectory(marker);
        models.pollTwice();
        assertThat(serving().version()).isEqualTo(1);
        assertThat(models.repository().candidate("cookie")).isEqualTo(candidate);
        Files.delete(marker);
        Files.writeString(marker, "0.5" + " ".repeat(100) + "no number");
        models.pollTwice();
        assertThat(models.repository().candidate("cookie")).isEqualTo(candidate);

        Files.delete(marker);
        directory.breakIn("cookie", "2");
        models.pollTwice();
        assertThat(serving().version()).as("what would not be loaded again").isEqualTo(1);
        assertThat(models.repository().candidate("cookie")).isNull();
        assertThat(models.repository().refused()).hasSize(1);
        directory.put("cookie", "2", 2);
        models.pollTwice();
        assertThat(serving().version()).isEqualTo(2);
    }

    @Test
    void aPinnedVersionThatIsACandidateServesNothing() throws Exception {
        models.close();
        directory.put("cookie", "2", 2);
        Files.writeString(directory.file("cookie", "2").resolveSibling("candidate"), "");
        models = new LoadedModels(LoadedModels.versions(temporary, Map.of("cookie", List.of(1, 2))));
        models.load();
        assertThat(serving().version()).isEqualTo(1);
        assertThat(models.repository().candidate("cookie").model().version()).isEqualTo(2);
        directory.remove("cookie/1");
        models.pollTwice();
        assertThat(serving().version()).as("nothing else may serve").isEqualTo(1);
    }

    @Test
    void aFileThatStillGrowsIsNotTouched() throws Exception {
        byte[] graph = ModelDirectory.graph(2);
        Path file = directory.file("cookie", "2");
        for (int part = 1; part <= 3; part++) {
            Files.write(file, Arrays.copyOf(graph, graph.length * part / 3));
            models.poll();
            assertThat(serving().version()).isEqualTo(1);
        }
        assertThat(models.events(ModelEvent.LoadFailed.class)).isEmpty();
        models.poll();
        assertThat(serving().version()).isEqualTo(2);
    }

    @Test
    void aRequestEndsOnTheModelThatItBeganWith() throws Exception {
        ServedModel old;
        try (ModelLease lease = models.repository().lease("cookie", null, LoadedModels.NO_CANDIDATE)) {
            old = lease.model();
            directory.put("cookie", "2", 2);
            models.pollTwice();
            assertThat(serving().version()).isEqualTo(2);
            assertThat(old.submit(gray(old), new TestContext()).await().output().score())
                    .isBetween(0f, 1f);
            assertThat(old.closed()).isNotDone();
        }
        old.closed().get(20, TimeUnit.SECONDS);
        assertThatExceptionOfType(InferenceException.ShuttingDown.class)
                .isThrownBy(() -> old.submit(gray(old), new TestContext()));
    }

    @Test
    void aLeaseThatIsClosedTwiceCountsOnce() throws Exception {
        ModelLease first = models.repository().lease("cookie", null, LoadedModels.NO_CANDIDATE);
        try (ModelLease second = models.repository().lease("cookie", null, LoadedModels.NO_CANDIDATE)) {
            first.close();
            first.close();
            directory.put("cookie", "2", 2);
            models.pollTwice();
            assertThat(second.model().unused()).isNotDone();
        }
        first.model().unused().get(20, TimeUnit.SECONDS);
    }

    @Test
    void aBrokenVersionLeavesTheOldInServiceAndIsTriedAFewTimesOnly() throws Exception {
        ServedModel old = serving();
        directory.breakIn("cookie", "2");
        models.poll();
        for (int look = 0; look < 100; look++) {
            models.poll();
        }
        assertThat(serving()).isSameAs(old);
        assertThat(models.repository().refused()).singleElement().satisfies(refused -> {
            assertThat(refused.version()).isEqualTo(2);
            assertThat(refused.failure()).isEqualTo(FailedVersion.Failure.INVALID_GRAPH);
            assertThat(refused.reason()).contains("not an ONNX graph");
        });
        assertThat(models.events(ModelEvent.LoadFailed.class)).hasSize(5);

        directory.put("cookie", "2", 2);
        models.pollTwice();
        assertThat(serving().version()).isEqualTo(2);
        assertThat(models.repository().refused()).isEmpty();
    }

    @Test
    void refusesAModelWhoseRegionOfInterestHasNoPixelOfItsFrames() throws Exception {
        FrameSize input = FrameSize.square(64);
        RegionOfInterest dot = RegionOfInterest.parse("0.5,0.5 0.50001,0.5 0.5,0.50001");
        Tiling fixed = new Tiling(FrameScale.parse("300x200"), 16, 0);
        directory.put("dot", "1", TestModels.tiled(input, new Framing(null, FrameScore.MAXIMUM, dot, false)));
        directory.put("dot", "2", TestModels.tiled(input, new Framing(fixed, FrameScore.MAXIMUM, dot, false)));
        models.pollTwice();
        assertThat(models.repository().refused())
                .extracting(FailedVersion::failure)
                .containsExactly(FailedVersion.Failure.INVALID_GRAPH, FailedVersion.Failure.INVALID_GRAPH);
        assertThat(models.repository().refused())
                .extracting(FailedVersion::reason)
                .anyMatch(reason -> reason.contains("no pixel of its frames of 64x64 pixels"))
                .anyMatch(reason -> reason.contains("no pixel of its frames of 300x200 pixels"));
    }

    @Test
    void aFileThatIsOverwrittenIsLoadedAnew() throws Exception {
        ServedModel old = serving();
        directory.put("cookie", "1", 7);
        models.pollTwice();
        assertThat(serving().version()).isEqualTo(1);
        assertThat(serving().digest())
                .isEqualTo(Sha256.of(ModelDirectory.graph(7)))
                .isNotEqualTo(old.digest());
        old.closed().get(20, TimeUnit.SECONDS);
    }

    @Test
    void aFileThatIsOverwrittenWithABrokenOneServesOnAsItWas() throws Exception {
        ServedModel old = serving();
        directory.breakIn("cookie", "1");
        models.pollTwice();
        assertThat(serving()).isSameAs(old);
        assertThat(models.repository().refused())
                .extracting(FailedVersion::version)
                .containsExactly(1);
    }

    @Test
    void aFileThatWasOnlyTouchedIsKept() throws Exception {
        ServedModel old = serving();
        Path file = directory.file("cookie", "1");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        models.pollTwice();
        assertThat(serving()).isSameAs(old);
        assertThat(old.unused()).isNotDone();
    }

    @Test
    void linksThatAreTurnedToOtherFilesAreSeen() throws Exception {
        Path first = Files.createDirectories(temporary.resolve("..2026_1"));
        Path second = Files.createDirectories(temporary.resolve("..2026_2"));
        Files.write(first.resolve("model.onnx"), ModelDirectory.graph(3));
        Files.write(second.resolve("model.onnx"), ModelDirectory.graph(4));
        Path data = Files.createSymbolicLink(temporary.resolve("..data"), first);
        Path folder = Files.createDirectories(temporary.resolve("tile/1"));
        Files.createSymbolicLink(folder.resolve("model.onnx"), Path.of("../../..data/model.onnx"));
        models.pollTwice();
        assertThat(digest("tile")).isEqualTo(Sha256.of(ModelDirectory.graph(3)));

        Path next = Files.createSymbolicLink(temporary.resolve("..data_tmp"), second);
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
        models.pollTwice();
        assertThat(digest("tile")).isEqualTo(Sha256.of(ModelDirectory.graph(4)));
    }

    @Test
    void whatLiesInTheWrongPlaceIsWarnedOfOnceAsLongAsItIsThere() throws Exception {
        try (LogLines lines = new LogLines(ModelUpdater.class, Level.WARN)) {
            directory.put("tile", "v4");
            models.pollTwice();
            assertThat(lines.taken()).singleElement().asString().contains("tile/v4/model.onnx is not served");
            directory.remove("tile");
            models.pollTwice();
            assertThat(lines.taken()).isEmpty();
            directory.put("tile", "v4");
            models.pollTwice();
            assertThat(lines.taken()).hasSize(1);
        }
    }

    @Test
    void theFirstModelStaysTheDefaultWhenAnotherIsAdded() throws Exception {
        try (LogLines lines = new LogLines(ModelRepository.class, Level.INFO)) {
            directory.put("biscuit", "1", 5);
            models.pollTwice();
            assertThat(names()).containsExactly("biscuit", "cookie");
            assertThat(nameless()).isEqualTo("cookie");
            assertThat(models.repository().isDefault(serving())).isTrue();
            models.pollTwice();
            assertThat(lines.taken())
                    .as("said once, with what keeps it over a restart")
                    .singleElement()
                    .asString()
                    .contains("WARN", "default model is cookie", "draem.models.default=cookie");
        }
        try (LoadedModels restarted = new LoadedModels(LoadedModels.properties(temporary, null))) {
            restarted.load();
            assertThatExceptionOfType(ModelSelectionException.NotNamed.class)
                    .as("a restart takes no other one")
                    .isThrownBy(() -> restarted.repository().require(null, null));
        }
    }

    @Test
    void ofSeveralModelsNoneTakesThePlaceOfTheDefaultThatIsRemovedUntilItIsBack() throws Exception {
        directory.put("biscuit", "1", 5);
        directory.put("tile", "1", 6);
        models.pollTwice();
        try (LogLines lines = new LogLines(ModelRepository.class, Level.INFO)) {
            directory.remove("cookie");
            models.pollTwice();
            assertThatExceptionOfType(ModelSelectionException.Unknown.class)
                    .isThrownBy(this::nameless)
                    .withMessageContaining("default model cookie is not served now", "biscuit, tile");
            assertThat(lines.taken())
                    .anySatisfy(line -> assertThat(line)
                            .contains("WARN", "default model is cookie, which is not served", "draem.models.default"));
            directory.put("cookie", "1");
            models.pollTwice();
            assertThat(nameless()).isEqualTo("cookie");
            assertThat(lines.taken()).anySatisfy(line -> assertThat(line).contains("default model is cookie"));
        }
    }

    @Test
    void theOnlyModelLeftAnswersInPlaceOfTheDefaultThatIsRemoved() throws Exception {
        directory.put("tile", "1", 5);
        models.pollTwice();
        try (LogLines lines = new LogLines(ModelRepository.class, Level.WARN)) {
            directory.remove("cookie");
            models.pollTwice();
            assertThat(nameless()).isEqualTo("tile");
            assertThat(lines.taken())
                    .singleElement()
                    .asString()
                    .contains("WARN", "default model is tile from now on, in place of cookie");
        }
    }

    @Test
    void aModelThatIsRenamedIsTheDefaultUnderItsNewName() throws Exception {
        Files.move(temporary.resolve("cookie"), temporary.resolve("biscuit"));
        models.pollTwice();
        assertThat(nameless()).isEqualTo("biscuit");
    }

    @Test
    void noModelTakesThePlaceOfAConfiguredDefault() throws Exception {
        directory.put("tile", "1", 5);
        try (LoadedModels configured = new LoadedModels(LoadedModels.properties(temporary, "cookie"))) {
            configured.load();
            assertThat(configured.repository().defaultModel()).hasToString("cookie");
            directory.remove("cookie");
            configured.pollTwice();
            assertThatExceptionOfType(ModelSelectionException.Unknown.class)
                    .isThrownBy(() -> configured.repository().require(null, null));
            assertThat(configured.repository().defaultModel().toString()).startsWith("cookie, which is not served");
        }
    }

    @Test
    void aModelThatStartsBesideOneThatIsRefusedIsNotTakenForTheOnlyOne() throws Exception {
        directory.breakIn("biscuit", "1");
        try (LoadedModels started = new LoadedModels(LoadedModels.properties(temporary, null))) {
            started.load();
            assertThat(started.repository().models()).hasSize(1);
            assertThatExceptionOfType(ModelSelectionException.NotNamed.class)
                    .isThrownBy(() -> started.repository().require(null, null));
            assertThat(started.repository().defaultModel().toString()).startsWith("none");
            directory.remove("biscuit");
            started.pollTwice();
            assertThat(started.repository().require(null, null).name()).isEqualTo("cookie");
        }
    }

    @Test
    void aRefusedModelThatIsRemovedIsForgotten() throws Exception {
        directory.breakIn("tile", "3");
        models.pollTwice();
        assertThat(models.repository().refused())
                .extracting(FailedVersion::name)
                .containsExactly("tile");
        directory.remove("tile");
        models.pollTwice();
        assertThat(models.repository().refused()).isEmpty();
        directory.breakIn("tile", "3");
        models.pollTwice();
        assertThat(models.repository().refused()).as("refused again").hasSize(1);
    }

    @Test
    void namesComeAndGo() throws Exception {
        directory.put("tile", "1", 5);
        models.pollTwice();
        assertThat(names()).containsExactly("cookie", "tile");
        ServedModel cookie = serving();
        directory.remove("cookie");
        models.poll();
        assertThat(names()).as("gone for one look only").containsExactly("cookie", "tile");
        models.poll();
        assertThat(names()).containsExactly("tile");
        cookie.closed().get(20, TimeUnit.SECONDS);
        assertThatExceptionOfType(ModelSelectionException.Unknown.class)
                .isThrownBy(() -> models.repository().lease("cookie", null, LoadedModels.NO_CANDIDATE));
    }

    @Test
    void theVersionBelowAnswersWhereTheHighestIsRemoved() throws Exception {
        directory.put("cookie", "2", 2);
        models.pollTwice();
        directory.remove("cookie/2");
        models.pollTwice();
        assertThat(serving().version()).isEqualTo(1);
    }

    @Test
    void aDirectoryThatIsSuddenlyEmptyOrGoneUnloadsNothing() throws Exception {
        ServedModel old = serving();
        directory.remove("cookie");
        models.pollTwice();
        assertThat(serving()).isSameAs(old);
        Files.delete(temporary);
        models.pollTwice();
        assertThat(serving()).isSameAs(old);
    }

    @Test
    void namedVersionsAreServedBesideEachOtherAndOthersAreNot() throws Exception {
        directory.put("cookie", "2", 2);
        directory.put("cookie", "3", 3);
        try (LoadedModels named = new LoadedModels(LoadedModels.versions(temporary, Map.of("cookie", List.of(1, 2))))) {
            named.load();
            ModelRepository repository = named.repository();
            assertThat(repository.require("cookie", null).version()).isEqualTo(1);
            assertThat(repository.require("cookie", 2).version()).isEqualTo(2);
            assertThatExceptionOfType(ModelSelectionException.Unknown.class)
                    .isThrownBy(() -> repository.require("cookie", 3))
                    .withMessageContaining("versions 1 and 2 are");

            directory.remove("cookie/2");
            named.pollTwice();
            assertThat(repository.versions("cookie"))
                    .extracting(ServedModel::version)
                    .containsExactly(1);
            assertThat(repository.refused())
                    .extracting(FailedVersion::failure)
                    .containsExactly(FailedVersion.Failure.MISSING);
        }
    }

    @Test
    void aFileWithoutTheConfiguredDigestIsRefused() throws Exception {
        directory.put("cookie", "2", 2);
        Map<String, String> digests =
                Map.of("cookie.2", Sha256.of(ModelDirectory.graph(7)), "cookie.1", digest("cookie"));
        try (LoadedModels checked = new LoadedModels(LoadedModels.sha256(temporary, digests))) {
            checked.load();
            assertThat(checked.repository().require("cookie", null).version()).isEqualTo(1);
            assertThat(checked.repository().refused()).singleElement().satisfies(refused -> {
                assertThat(refused.failure()).isEqualTo(FailedVersion.Failure.DIGEST_MISMATCH);
                assertThat(refused.reason()).contains(Sha256.of(ModelDirectory.graph(2)));
            });
        }
    }

    @Test
    void modelsAreChangedUnderLoadWithoutALostRequest() throws Exception {
        Thread[] clients = new Thread[3];
        List<Throwable> faults = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean go = new AtomicBoolean(true);
        for (int i = 0; i < clients.length; i++) {
            clients[i] = new Thread(() -> {
                while (go.get()) {
                    try (ModelLease lease = models.repository().lease("cookie", null, LoadedModels.NO_CANDIDATE)) {
                        lease.model()
                                .submit(gray(lease.model()), new TestContext())
                                .await();
                    } catch (Exception | Error e) {
                        faults.add(e);
                    }
                }
            });
            clients[i].start();
        }
        List<ServedModel> old = new ArrayList<>();
        for (int version = 2; version <= 6; version++) {
            old.add(serving());
            directory.put("cookie", Integer.toString(version), version);
            models.pollTwice();
            assertThat(serving().version()).isEqualTo(version);
        }
        for (ServedModel model : old) {
            model.closed().get(20, TimeUnit.SECONDS);
        }
        go.set(false);
        for (Thread client : clients) {
            client.join();
        }
        assertThat(faults).isEmpty();
    }

    static List<Throwable> unexpected() {
        return List.of(
                new IllegalStateException("a\nbug"), new NoClassDefFoundError("a/Class"), new StackOverflowError());
    }

    @ParameterizedTest
    @MethodSource("unexpected")
    void aVersionThatFailsUnexpectedlyIsRefusedAndOthersAreLoaded(Throwable cause) throws Exception {
        directory.put("biscuit", "1", 9);
        String failing = Sha256.of(ModelDirectory.graph(9));
        ModelSessions.Opener opener = graph -> {
            if (graph.digest().equals(failing)) {
                throwUnchecked(cause);
            }
            return LoadedModels.OPENER.open(graph);
        };
        try (LoadedModels served =
                        new LoadedModels(LoadedModels.properties(temporary, null), Duration.ofSeconds(30), opener);
                LogLines lines = new LogLines(LoadFailures.class, Level.INFO)) {
            served.load();
            directory.put("tile", "1", 5);
            directory.put("biscuit", "2", 9);
            for (int look = 0; look < 8; look++) {
                served.poll();
            }
            assertThat(served.repository().models())
                    .extracting(ServedModel::name)
                    .containsExactly("cookie", "tile");
            assertThat(served.repository().refused()).hasSize(2).allSatisfy(refused -> {
                assertThat(refused.name()).isEqualTo("biscuit");
                assertThat(refused.failure()).isEqualTo(FailedVersion.Failure.UNEXPECTED);
                assertThat(refused.reason())
                        .contains(cause.getClass().getName())
                        .doesNotContain("\n");
            });
            assertThat(served.events(ModelEvent.LoadFailed.class)).hasSizeGreaterThan(2);
            assertThat(lines.taken()).hasSize(2);
        }
    }

    @Test
    void theStackTraceOfAnUnexpectedFailureHoldsNoControlCharactersOfAGraph() {
        Throwable bug = new IllegalStateException("a\nERROR forged", new IllegalArgumentException("b\u001b[31m"));
        bug.addSuppressed(new IllegalStateException("c\nERROR forged"));
        StringWriter trace = new StringWriter();
        ModelLoadException.unexpected(bug).printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString())
                .contains("IllegalStateException: a\\u000aERROR forged")
                .contains("IllegalArgumentException: b\\u001b[31m")
                .contains("IllegalStateException: c\\u000aERROR forged")
                .contains("ModelUpdaterTests.theStackTraceOf")
                .doesNotContain("\nERROR", "\u001b");
        Throwable harmless = new IllegalStateException("a bug");
        assertThat(ModelLoadException.unexpected(harmless)).hasCause(harmless);
    }

    @Test
    void sessionsAreClosedWhenTheirQueueDoesNotStart() throws Exception {
        List<OnnxModel> opened = new ArrayList<>();
        ModelLoader loader = new ModelLoader(
                LoadedModels.properties(temporary, null),
                graph -> {
                    opened.addAll(LoadedModels.OPENER.open(graph));
                    return opened;
                },
                new SessionBudget(Long.MAX_VALUE, SessionListener.NONE, System::nanoTime),
                new ModelLoader.QueuePlan(0, Duration.ZERO, Duration.ofSeconds(30), QueueListener.NONE));
        ModelFile file = ModelFile.list(temporary).get("cookie").get(0);
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> loader.load(file, null, false))
                .withMessageContaining("IllegalArgumentException");
        OnnxModel model = opened.get(0);
        ModelInput image =
                new ModelInput(new float[3 * model.card().width() * model.card().height()], false);
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> model.run(List.of(image), new Termination()))
                .withMessageContaining("closed");
    }

    @Test
    void aRefusedModelInADirectoryThatIsEmptiedIsForgottenAndWhatServesIsNot() throws Exception {
        ServedModel old = serving();
        directory.breakIn("tile", "3");
        directory.breakIn("cookie", "2");
        models.pollTwice();
        assertThat(models.repository().refused()).hasSize(2);
        directory.remove("tile");
        directory.remove("cookie");
        models.poll();
        assertThat(models.repository().refused()).as("gone for one look only").hasSize(2);
        models.poll();
        assertThat(models.repository().refused()).isEmpty();
        assertThat(serving()).isSameAs(old);
    }

    @Test
    void aFailureIsLoggedOncePerStateOfTheFilesWhateverTimesItsReasonsHold() throws Exception {
        LoadFailures failures = new LoadFailures(event -> {});
        ModelFile file = ModelFile.list(temporary).get("cookie").get(0);
        try (LogLines lines = new LogLines(LoadFailures.class, Level.INFO)) {
            failures.add(
                    file, new ModelLoadException(FailedVersion.Failure.TOO_SLOW, "one image takes it 31.2 s"), null);
            failures.add(
                    file, new ModelLoadException(FailedVersion.Failure.TOO_SLOW, "one image takes it 31.9 s"), null);
            assertThat(lines.taken()).singleElement().asString().contains("31.2 s");
            assertThat(failures.models())
                    .extracting(FailedVersion::reason)
                    .containsExactly("one image takes it 31.9 s");
            failures.add(
                    file, new ModelLoadException(FailedVersion.Failure.UNREADABLE, "the file cannot be read"), null);
            assertThat(lines.taken()).as("another kind of failure").hasSize(1);
            directory.put("cookie", "1", 4);
            ModelFile changed = ModelFile.list(temporary).get("cookie").get(0);
            failures.add(
                    changed, new ModelLoadException(FailedVersion.Failure.UNREADABLE, "the file cannot be read"), null);
            assertThat(lines.taken()).as("another state").hasSize(1);
        }
    }

    private static void throwUnchecked(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) cause;
    }

    private ServedModel serving() throws ModelSelectionException {
        return models.repository().require("cookie", null);
    }

    private String nameless() throws ModelSelectionException {
        return models.repository().require(null, null).name();
    }

    private String digest(String name) throws ModelSelectionException {
        return models.repository().require(name, null).digest();
    }

    private List<String> names() {
        return models.repository().models().stream().map(ServedModel::name).toList();
    }

    private static ModelInput gray(ServedModel model) {
        return new ModelInput(new float[3 * model.card().width() * model.card().height()], false);
    }
}
