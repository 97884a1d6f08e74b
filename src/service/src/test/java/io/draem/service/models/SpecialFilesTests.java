package io.draem.service.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ch.qos.logback.classic.Level;
import io.draem.model.TestModels;
import io.draem.testing.BoundedProcess;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is no file where a graph, its weights or a folder is expected: refused by its kind, and never opened. */
@Tag("slow")
@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
class SpecialFilesTests extends ModelDirectoryTest {

    enum Kind {
        NAMED_PIPE("a named pipe") {
            @Override
            void make(Path path) throws Exception {
                BoundedProcess.run(Duration.ofSeconds(10), "mkfifo", path.toString());
            }
        },
        FOLDER("a folder") {
            @Override
            void make(Path path) throws IOException {
                Files.createDirectory(path);
            }
        },
        SOCKET("a socket") {
            @Override
            void make(Path path) throws IOException {
                Path near = Files.createTempDirectory("s").resolve("s"); // a socket's path has 108 bytes at most
                try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                    channel.bind(UnixDomainSocketAddress.of(near));
                }
                Files.move(near, path);
            }
        },
        DEVICE("a device") {
            @Override
            void make(Path path) throws IOException {
                Files.createSymbolicLink(path, Path.of("/dev/zero"));
            }
        },
        LOST_LINK("a link to something that is not there") {
            @Override
            void make(Path path) throws IOException {
                Files.createSymbolicLink(path, Path.of("nowhere"));
            }
        },
        LOOPING_LINK("a link that leads back to itself") {
            @Override
            void make(Path path) throws IOException {
                Files.createSymbolicLink(path, path.getFileName());
            }
        },
        FILE("a file") {
            @Override
            void make(Path path) throws IOException {
                Files.writeString(path, "a note");
            }
        };

        final String text;

        Kind(String text) {
            this.text = text;
        }

        abstract void make(Path path) throws Exception;
    }

    @ParameterizedTest
    @EnumSource(names = "FILE", mode = EnumSource.Mode.EXCLUDE)
    void inPlaceOfAGraphIsRefusedAndSaidOnce(Kind kind) throws Exception {
        Path graph = directory.file("tile", "1");
        kind.make(graph);
        isRefusedOnce("tile", 1, "model.onnx is " + kind.text);
        Files.delete(graph);
        directory.put("tile", "1", 3);
        models.pollTwice();
        assertThat(models.repository().refused()).isEmpty();
        assertThat(models.repository().require("tile", null).version()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = "FOLDER", mode = EnumSource.Mode.EXCLUDE)
    void inPlaceOfAVersionsFolderIsRefusedAndSaidOnce(Kind kind) throws Exception {
        kind.make(Files.createDirectory(temporary.resolve("tile")).resolve("3"));
        isRefusedOnce("tile", 3, "it is " + kind.text + ": a version is a folder");
    }

    @ParameterizedTest
    @EnumSource(names = "FILE", mode = EnumSource.Mode.EXCLUDE)
    void inPlaceOfTheWeightsBesideAGraphIsRefusedAndSaidOnce(Kind kind) throws Exception {
        Path graph = directory.file("tile", "1");
        Files.copy(Path.of(System.getProperty("golden.dir", "../golden"), "anomalib", "model.onnx"), graph);
        kind.make(graph.resolveSibling("model.onnx.data"));
        isRefusedOnce("tile", 1, "Its weights are in model.onnx.data, which is " + kind.text);
    }

    @ParameterizedTest
    @EnumSource(
            names = {"FILE", "FOLDER"},
            mode = EnumSource.Mode.EXCLUDE)
    void inPlaceOfAModelsFolderIsWarnedOfOnce(Kind kind) throws Exception {
        try (LogLines lines = new LogLines(ModelUpdater.class, Level.WARN)) {
            kind.make(temporary.resolve("tile"));
            models.pollTwice();
            models.pollTwice();
            assertThat(lines.taken())
                    .singleElement()
                    .asString()
                    .contains(temporary.resolve("tile") + " is not served: it is " + kind.text);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FILE", mode = EnumSource.Mode.EXCLUDE)
    void inPlaceOfAGraphThatServesLeavesItInService(Kind kind) throws Exception {
        ServedModel before = models.repository().require("cookie", null);
        Path graph = directory.file("cookie", "1");
        Files.delete(graph);
        kind.make(graph);
        models.pollTwice();
        assertThat(models.repository().require("cookie", null)).isSameAs(before);
        assertThat(models.repository().refused())
                .singleElement()
                .satisfies(refused -> assertThat(refused.reason()).contains(kind.text));
    }

    @Test
    void whatMayNotBeReadIsRefusedAndLoadedOnceItMay() throws Exception {
        directory.put("tile", "1", 3);
        Path graph = directory.file("tile", "1");
        Files.setPosixFilePermissions(graph, PosixFilePermissions.fromString("---------"));
        assumeThat(Files.isReadable(graph)).as("root may read everything").isFalse();
        isRefusedOnce("tile", 1, "model.onnx is not readable by the user of the service");
        for (int look = 0; look < 50; look++) {
            models.poll();
        }
        Files.setPosixFilePermissions(graph, PosixFilePermissions.fromString("r--------"));
        models.pollTwice();
        assertThat(models.repository().refused()).isEmpty();

        Path folder = temporary.resolve("tile");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("---------"));
        try {
            models.pollTwice();
            assertThat(models.repository().models())
                    .as("not taken for removed")
                    .extracting(ServedModel::name)
                    .containsExactly("cookie", "tile");
        } finally {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void controlCharactersOfNamesAndMetadataAreEscaped() throws Exception {
        String evil = "z\nERROR forged\u001b[31m\u202e";
        try (LogLines lines = new LogLines(ModelUpdater.class, Level.WARN)) {
            directory.put(evil, "1");
            models.pollTwice();
            assertThat(lines.taken())
                    .singleElement()
                    .asString()
                    .contains("z\\u000aERROR forged\\u001b[31m\\u202e/1/model.onnx is not served");
        }
        byte[] graph = ModelDirectory.graph(0);
        Files.write(directory.file("tile", "1"), TestModels.withMetadata(graph, "draem.resize", evil));
        isRefusedOnce("tile", 1, "draem.resize is 'z\\u000aERROR forged\\u001b[31m\\u202e'");
    }

    private void isRefusedOnce(String name, int version, String reason) throws Exception {
        try (LogLines lines = new LogLines(LoadFailures.class, Level.INFO)) {
            for (int look = 0; look < 8; look++) {
                models.poll();
            }
            assertThat(models.repository().refused()).singleElement().satisfies(refused -> {
                assertThat(refused.name()).isEqualTo(name);
                assertThat(refused.version()).isEqualTo(version);
                assertThat(refused.reason()).contains(reason);
            });
            List<String> logged = lines.taken();
            assertThat(logged).singleElement().asString().contains(reason);
        }
    }
}
