package io.draem.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

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
}
