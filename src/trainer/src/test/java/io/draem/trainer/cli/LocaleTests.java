package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.trainer.checkpoint.imported.ImportedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** File names and numbers by the locale that the JVM is started with. */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class LocaleTests {

    private static final Map<String, String> NONE = Map.of("LC_ALL", "C");
    private static final String REMEDY = ": start the program with LANG=C.UTF-8 in its environment, and without LC_ALL";

    @TempDir
    Path folder;

    @Test
    void namesTheLocaleWhereAnArgumentOrAFileCannotBeRead() throws Exception {
        Path images = Files.createDirectories(folder.resolve("Prüflinge"));
        Files.writeString(images.resolve("süß.png"), "");
        assertThat(failure(NONE, "train", "--data", images.toString(), "--output", "models"))
                .startsWith("draem-trainer: The name '")
                .endsWith(REMEDY);
        Files.move(images, folder.resolve("parts"));
        assertThat(failure(NONE, "train", "--data", "parts", "--output", "models"))
                .startsWith("draem-trainer: The name 'parts/")
                .endsWith(REMEDY);
        Files.writeString(folder.resolve("options.yaml"), "data: Prüflinge");
        assertThat(failure(NONE, "train", "--config", "options.yaml", "--output", "models")
                        .lines())
                .first()
                .asString()
                .contains("The name 'Prüflinge'")
                .endsWith(REMEDY);
    }

    @Test
    void readsAndPrintsAllNamesWithUtf8() throws Exception {
        Path images = Files.createDirectories(folder.resolve("Prüflinge"));
        Files.writeString(images.resolve("süß.png"), "");
        assertThat(failure(
                        Map.of("LC_ALL", "C.UTF-8"),
                        "train",
                        "--data",
                        "Prüflinge",
                        "--name",
                        "x",
                        "--output",
                        "models"))
                .contains("Prüflinge/süß.png cannot be read");
    }

    @Test
    void printsDigitsFrom0To9InEveryLocale() throws Exception {
        Path models = folder.resolve("models");
        for (String options : List.of(
                "-Duser.language=ar -Duser.country=EG",
                "-Duser.language=ar -Duser.country=EG -Duser.extensions=nu-arab")) {
            try (TrainerProcess trainer = TrainerProcess.start(
                    folder,
                    Map.of("LC_ALL", "C.UTF-8", "JAVA_TOOL_OPTIONS", options),
                    "import",
                    ImportedFolder.read("anomalib")
                            .files(".ckpt")
                            .get(0)
                            .toAbsolutePath()
                            .toString(),
                    "--name=plate",
                    "--output=" + models)) {
                assertThat(trainer.awaitExit()).as(trainer.log()).isZero();
                assertThat(trainer.log())
                        .containsPattern("widths [0-9]+ and [0-9]+")
                        .containsPattern("input [0-9]+×[0-9]+ pixels")
                        .doesNotContainPattern("[\\p{Nd}&&[^0-9]]");
            }
        }
    }

    private String failure(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        try (TrainerProcess trainer = TrainerProcess.start(folder, environment, arguments)) {
            assertThat(trainer.awaitExit()).isIn(1, 2);
            return trainer.log();
        }
    }
}
