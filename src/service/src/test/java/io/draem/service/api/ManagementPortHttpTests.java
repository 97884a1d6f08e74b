package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
            "management.server.base-path=/operations"
        })
@Timeout(60)
class ManagementPortHttpTests {

    @LocalManagementPort
    private int port;

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry properties) {
        properties.add("draem.models.directory", () -> TestModels.directory().toString());
    }

    @Test
    void problemsNameTheExplorerOfTheMainPortHoweverThePathIsWritten() throws Exception {
        Http http = new Http(port);
        assertThat(http.get("/operations/actuator/health/readiness").statusCode())
                .isEqualTo(200);
        for (String path : List.of(
                "/operations/no/such/path", "/oper%61tions/no/such/path", "/oper%61tions/actuator/health/nothing")) {
            HttpResponse<byte[]> response = http.get(path);
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(Http.text(response)).as(path).contains("See /line-3/swagger-ui.html on the main port for");
        }
    }
}
