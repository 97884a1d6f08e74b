package io.draem.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
@EnabledOnOs(OS.LINUX)
class LocaleStartTests {

    @Test
    void namesTheLocaleWhereItLosesTheNameOfTheModelDirectory(@TempDir Path directory) throws Exception {
        try (ServiceProcess service = ServiceProcess.start(
                directory, Map.of("LC_ALL", "C"), "--draem.models.directory=" + directory.resolve("Prüflinge"))) {
            assertThat(service.awaitExit()).as(service.log()).isEqualTo(1);
            assertThat(service.log())
                    .contains("APPLICATION FAILED TO START", "start the program with LANG=C.UTF-8", "without LC_ALL")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void printsDigitsFrom0To9InEveryLocale(@TempDir Path directory) throws Exception {
        for (String options : List.of(
                "-Duser.language=ar -Duser.country=EG",
                "-Duser.language=ar -Duser.country=EG -Duser.extensions=nu-arab")) {
            try (ServiceProcess service = ServiceProcess.start(
                    directory, Map.of("JAVA_TOOL_OPTIONS", options), "--draem.image.max-bytes=2GB")) {
                assertThat(service.awaitExit()).as(service.log()).isEqualTo(1);
                assertThat(service.log())
                        .contains("draem.image.max-bytes must be between 1B and 1GB, got 2147483648B")
                        .doesNotContainPattern("[\\p{Nd}&&[^0-9]]");
            }
        }
    }
}
