package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A service below a path, with management on a port of its own below another one. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "draem.inference.provider=cpu",
            "server.servlet.context-path=/line-3",
            "management.server.port=0",
            "management.server.base-path=/operations/", // which means the same as without the slash at its end
            "management.endpoints.web.base-path=/ops/"
        })
@Timeout(60)
class ManagementPortHttpTests {

    @TempDir
    private static Path directory;

    @LocalManagementPort
    private int port;

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry properties) throws Exception {
        Path keys = Files.writeString(directory.resolve("keys"), Http.keyLine("good", "good-key"));
        properties.add("draem.security.api-keys.file", keys::toString);
        properties.add("draem.models.directory", () -> TestModels.directory().toString());
    }

    @Test
    void healthNeedsNoKeyAndTheRestDoes() throws Exception {
        Http http = new Http(port);
        assertThat(http.get("/operations/ops/health/readiness").statusCode()).isEqualTo(200);
        assertThat(http.get("/operations/ops/prometheus").statusCode()).isEqualTo(401);
    }

    @Test
    void problemsNameTheExplorerOfTheMainPortHoweverThePathIsWritten() throws Exception {
        Http http = new Http(port);
        for (String path :
                List.of("/operations/no/such/path", "/oper%61tions/no/such/path", "/oper%61tions/ops/health/nothing")) {
            HttpResponse<byte[]> response = http.get(path, "X-API-Key", "good-key");
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(Http.text(response)).as(path).contains("See /line-3/swagger-ui.html on the main port for");
        }
    }
}
