package io.draem.service.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.file.DurableFile;
import io.draem.service.history.ServedChange.Cause;
import io.draem.service.history.ServedChange.Reason;
import io.draem.testing.Await;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ModelHistoryTests {

    private static final Cause PROMOTION = new Cause(Reason.PROMOTION, "plant");
    private static final Cause FILES = Cause.of(Reason.FILES);
    private static final Cause FAILOVER = Cause.of(Reason.FAILOVER);
    private static final Cause START = Cause.of(Reason.START);

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private Path folder;
    private Path file;

    @BeforeEach
    void folder() throws Exception {
        folder = Files.createDirectory(directory.resolve("cookie"));
        file = folder.resolve("history.jsonl");
    }

    @Test
    void aRestartKeepsTheChangesNewestFirst() throws Exception {
        try (ModelHistory history = new ModelHistory(directory)) {
            assertThat(history.of("cookie")).isEqualTo(new ModelHistory.Changes(List.of(), true));
            history.add("cookie", 1, 2, "sha256:2", PROMOTION);
            history.add("cookie", 2, 1, "sha256:1", new Cause(Reason.ROLLBACK, "plant"));
            assertThat(history.of("cookie").kept()).isTrue();
        }
        assertThat(Files.readAllLines(file))
                .hasSize(2)
                .first()
                .asString()
                .matches(
                        "\\{\"time\":\"[^\"]+Z\",\"from\":1,\"to\":2,"
                                + "\"digest\":\"sha256:2\",\"reason\":\"promotion\",\"key\":\"plant\",\"instance\":\"[^\"]+\"}");
        try (ModelHistory history = new ModelHistory(directory)) {
            ModelHistory.Changes changes = history.of("cookie");
            assertThat(changes.kept()).isTrue();
            assertThat(changes.changes()).extracting(ServedChange::to).containsExactly(1, 2);
            assertThat(changes.changes().get(1).cause()).isEqualTo(PROMOTION);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"time\":\"2026-11-30T10:00:00Z\",\"from\":2,\"to\"",
                "{\"time\":\"2026-11-30T10:00:00Z\",\"reason\":\"of a later release\"}",
                "{\"time\":7,\"reason\":\"files\"}",
                "[]",
                "\"",
                "\0\0\0\0"
            })
    void aLineThatIsNoneIsSkippedAndSpoilsNoOther(String torn) throws Exception {
        write(FILES, 1, 2);
        Files.writeString(file, torn, StandardOpenOption.APPEND);
        write(PROMOTION, 2, 3);
        assertThat(read()).extracting(ServedChange::to).containsExactly(3, 2);
        assertThat(Files.readString(file, StandardCharsets.UTF_8))
                .contains(torn + "\n")
                .endsWith("}\n");
    }

    @Test
    void aChangeOfTheFilesThatAnotherReplicaHasWrittenIsNotRepeated() throws Exception {
        write(PROMOTION, 1, 2);
        write(FILES, 1, 2);
        assertThat(read()).extracting(change -> change.cause().reason()).containsExactly(Reason.PROMOTION);
        write(FILES, 2, 1);
        write(PROMOTION, 1, 2);
        write(PROMOTION, 1, 2);
        assertThat(read()).hasSize(4);
    }

    @Test
    void aRequestTakesThePlaceOfTheChangeThatAnotherReplicaNoticed() throws Exception {
        write("b", FILES, 1, 2);
        write("b", FILES, 2, 3);
        write("a", PROMOTION, 2, 3);
        assertThat(read())
                .extracting(change -> change.cause().reason() + " by " + change.instance())
                .containsExactly("PROMOTION by a", "FILES by b");
        write("a", PROMOTION, 2, 3);
        assertThat(read()).as("another request").hasSize(3);
        Files.writeString(
                file,
                "{\"time\":\"2026-11-01T10:00:00Z\",\"to\":4,\"digest\":\"sha256:4\",\"reason\":\"files\"}\n",
                StandardOpenOption.APPEND);
        write("a", PROMOTION, 3, 4);
        assertThat(read()).as("long after a change of the files").hasSize(5);
    }

    @Test
    void aStartIsAChangeOnlyWhereTheHistoryEndsWithAnotherVersion() throws Exception {
        write(START, null, 1);
        assertThat(folder).isEmptyDirectory();
        write(FILES, 1, 2);
        write(START, null, 2);
        assertThat(read()).hasSize(1);
        write(START, null, 1);
        assertThat(read()).hasSize(2).first().satisfies(change -> {
            assertThat(change.from()).isEqualTo(2);
            assertThat(change.to()).isEqualTo(1);
        });
    }

    /** Version 2 fails on replica a alone. */
    @Test
    void aFailoverIsAChangeOfItsReplicaAlone() throws Exception {
        write("a", PROMOTION, 1, 2);
        write("a", FAILOVER, 2, 1);
        write("b", START, null, 2);
        assertThat(read()).hasSize(3).first().satisfies(change -> {
            assertThat(change.from()).as("b did not serve version 1").isNull();
            assertThat(change.to()).isEqualTo(2);
        });
        write("c", START, null, 2);
        write("b", START, null, 2);
        assertThat(read()).as("the history ends with version 2").hasSize(3);
        write("a", START, null, 2);
        write("a", START, null, 2);
        assertThat(read()).hasSize(4).first().satisfies(change -> {
            assertThat(change.from()).as("a serves version 2 again").isEqualTo(1);
            assertThat(change.to()).isEqualTo(2);
            assertThat(change.instance()).isEqualTo("a");
        });
        write("a", FAILOVER, 2, 1);
        write("b", FILES, 2, 1);
        write("c", FILES, 2, 1);
        assertThat(read()).as("version 2 was removed").hasSize(6).first().satisfies(change -> {
            assertThat(change.cause()).isEqualTo(FILES);
            assertThat(change.instance()).isEqualTo("b");
        });
        write("a", START, null, 1);
        write("d", START, null, 1);
        assertThat(read()).hasSize(6);
        write("b", START, null, 3);
        write("c", START, null, 3);
        assertThat(read())
                .as("replaced while all were stopped")
                .hasSize(7)
                .first()
                .satisfies(change -> assertThat(change.from()).isEqualTo(1));
    }

    @Test
    void aHistoryThatCannotBeWrittenNowDelaysTheReadsOfNoOther() throws Exception {
        Path other = Files.createDirectory(directory.resolve("tile")).resolve("history.jsonl");
        Files.writeString(other, "{\"time\":\"2026-11-30T10:00:00Z\",\"to\":7,\"reason\":\"files\"}\n");
        try (ModelHistory history = new ModelHistory(directory)) {
            try (FileChannel lock = FileChannel.open(
                            folder.resolve(".history.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock held = lock.lock()) {
                assertThat(held.isValid()).isTrue();
                history.add("cookie", 1, 2, "sha256:2", PROMOTION);
                ModelHistory.Changes read = history.of("tile");
                assertThat(read.kept()).isTrue();
                assertThat(read.changes()).extracting(ServedChange::to).containsExactly(7);
                ModelHistory.Changes waiting = history.of("cookie");
                assertThat(waiting.kept()).isFalse();
                assertThat(waiting.changes()).extracting(ServedChange::to).containsExactly(2);
            }
            Await.until(LIMIT, () -> history.of("cookie").kept());
            assertThat(history.of("cookie").changes()).hasSize(1);
        }
    }

    @Test
    void theFileIsBounded() throws Exception {
        Files.writeString(file, "x".repeat(HistoryFile.MOST_BYTES) + "\n");
        try (ModelHistory history = new ModelHistory(directory)) {
            for (int i = 1; i <= 110; i++) {
                history.add("cookie", i, i + 1, "sha256:" + i, PROMOTION);
            }
            Await.until(LIMIT, () -> history.of("cookie").kept());
            assertThat(history.of("cookie").changes())
                    .hasSize(100)
                    .extracting(ServedChange::to)
                    .startsWith(111, 110)
                    .endsWith(12);
        }
        assertThat(Files.size(file)).isLessThan(HistoryFile.MOST_BYTES);
        for (int i = 0; i < 3; i++) {
            Files.writeString(file, "\n".repeat(HistoryFile.MOST_BYTES / 2), StandardOpenOption.APPEND);
            write(PROMOTION, 1, 2);
            assertThat(Files.size(file)).isLessThan(HistoryFile.MOST_BYTES);
        }
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("history.jsonl", ".history.lock");
    }

    @Test
    void withoutAFolderOrBesideSomethingElseTheChangesStayInMemory() throws Exception {
        Files.createDirectory(file);
        for (String name : List.of("cookie", "tile")) {
            try (ModelHistory history = new ModelHistory(directory)) {
                history.add(name, 1, 2, "sha256:2", PROMOTION);
                history.add(name, 2, null, null, FILES);
                ModelHistory.Changes changes = history.of(name);
                assertThat(changes.kept()).isFalse();
                assertThat(changes.changes()).extracting(ServedChange::from).containsExactly(2, 1);
            }
        }
        assertThat(directory.resolve("tile")).doesNotExist();
        try (ModelHistory history = new ModelHistory(directory)) {
            assertThat(history.of("cookie")).isEqualTo(new ModelHistory.Changes(List.of(), false));
        }
    }

    @Test
    void whatCouldNotBeWrittenIsWrittenInItsOrderWithTheNextChange() throws Exception {
        Files.createDirectory(file);
        try (ModelHistory history = new ModelHistory(directory)) {
            history.add("cookie", 1, 2, "sha256:2", PROMOTION);
            history.add("cookie", 2, 3, "sha256:3", PROMOTION);
            assertThat(history.of("cookie").kept()).isFalse();
            Files.delete(file);
            history.add("cookie", 3, 4, "sha256:4", PROMOTION);
            assertThat(history.of("cookie").kept()).isTrue();
        }
        assertThat(read()).extracting(ServedChange::to).containsExactly(4, 3, 2);
        assertThat(Files.readAllLines(file)).hasSize(3);
    }

    @Test
    void aFileThatAnotherProcessHasMadeIsNotReplaced() throws Exception {
        assertThat(DurableFile.create(file, new byte[] {1})).isTrue();
        assertThat(DurableFile.create(file, new byte[] {2})).isFalse();
        assertThat(file).hasBinaryContent(new byte[] {1});
        assertThat(folder).isDirectoryContaining("glob:**/history.jsonl");
        assertThat(folder.toFile().list()).hasSize(1);
        assertThat(DurableFile.delete(file)).isTrue();
        assertThat(DurableFile.delete(file)).isFalse();
    }

    @Test
    void aLinkIsNotFollowed() throws Exception {
        Path other = Files.writeString(directory.resolve("other"), "precious");
        Files.createSymbolicLink(file, other);
        try (ModelHistory history = new ModelHistory(directory)) {
            history.add("cookie", 1, 2, "sha256:2", PROMOTION);
            assertThat(history.of("cookie").kept()).isFalse();
        }
        assertThat(other).hasContent("precious");
    }

    /** The file is shortened meanwhile, by whichever process comes to it. */
    @Test
    @Tag("slow")
    void twoProcessesLoseAndTearNothing() throws Exception {
        Files.writeString(file, "\n".repeat(HistoryFile.MOST_BYTES - 5000), StandardOpenOption.CREATE_NEW);
        List<Process> replicas = new ArrayList<>();
        for (int replica = 1; replica <= 2; replica++) {
            replicas.add(new ProcessBuilder(
                            ProcessHandle.current().info().command().orElseThrow(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            ModelHistoryTests.class.getName(),
                            directory.toString(),
                            Integer.toString(replica * 1000))
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("log-" + replica).toFile())
                    .start());
        }
        for (Process replica : replicas) {
            assertThat(replica.waitFor(50, TimeUnit.SECONDS)).isTrue();
            assertThat(replica.exitValue()).isZero();
        }
        List<String> lines = Files.readAllLines(file).stream()
                .filter(line -> !line.isEmpty())
                .toList();
        assertThat(lines).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
        Set<Integer> found = new HashSet<>();
        read().forEach(change -> found.add(change.to()));
        Set<Integer> written = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            written.add(1000 + i);
            written.add(2000 + i);
        }
        assertThat(found).isEqualTo(written);
        assertThat(lines).hasSize(40);
    }

    /** A replica. */
    public static void main(String[] arguments) throws Exception {
        try (ModelHistory history = new ModelHistory(Path.of(arguments[0]))) {
            for (int i = 0; i < 20; i++) {
                history.add("cookie", 1, Integer.parseInt(arguments[1]) + i, "sha256:2", PROMOTION);
            }
            Await.until(LIMIT, () -> history.of("cookie").kept());
        }
    }

    private void write(Cause cause, Integer from, Integer to) {
        write("replica", cause, from, to);
    }

    private void write(String instance, Cause cause, Integer from, Integer to) {
        try (ModelHistory history = new ModelHistory(directory, instance)) {
            history.add("cookie", from, to, "sha256:" + to, cause);
        }
    }

    /** A read that takes too long on a busy machine has no changes, and says that none are kept. */
    private List<ServedChange> read() throws Exception {
        List<ServedChange> changes = new ArrayList<>();
        try (ModelHistory history = new ModelHistory(directory)) {
            Await.until(LIMIT, () -> {
                ModelHistory.Changes read = history.of("cookie");
                changes.clear();
                changes.addAll(read.changes());
                return read.kept();
            });
        }
        return changes;
    }
}
