package io.draem.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.api.Http;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A service below a path, and behind a proxy that puts it below another one. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "draem.inference.provider=cpu",
            "server.servlet.context-path=/line-3/", // which means the same as without the slash at its end
            "management.endpoints.web.base-path=/ops/", // likewise
            "server.forward-headers-strategy=framework"
        })
@Tag("slow")
@Timeout(60)
class ForwardedHttpTests {

    private static final String KEY = "X-API-Key";
    private static final String PREFIX = "X-Forwarded-Prefix";

    @TempDir
    private static Path directory;

    private Http http;

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry properties) throws Exception {
        Path keys = Files.writeString(directory.resolve("keys"), Http.keyLine("good", "good-key"));
        properties.add("draem.security.api-keys.file", keys::toString);
        properties.add("draem.models.directory", () -> TestModels.directory().toString());
    }

    @Autowired
    void connect(@LocalServerPort int port) {
        http = new Http(port);
    }

    @Test
    void imagesAreTakenBelowTheContextPathAlone() throws Exception {
        byte[] image = Files.readAllBytes(TestModels.good());
        assertThat(http.post("/line-3/v1/detect", "image/jpeg", image, KEY, "good-key")
                        .statusCode())
                .isEqualTo(200);
        assertThat(http.post("/v1/detect", "image/jpeg", image, KEY, "good-key").statusCode())
                .isEqualTo(404);
        assertThat(http.get("/line-3/ops/health/readiness").statusCode()).isEqualTo(200);
    }

    @Test
    void problemsNameTheExplorerWithTheContextPath() throws Exception {
        assertThat(Http.text(http.get("/line-3/no/such/path", KEY, "good-key")))
                .contains("See /line-3/swagger-ui.html for the paths");
        assertThat(Http.text(http.get("/", KEY, "good-key"))).contains("See /line-3/swagger-ui.html for the paths");
        assertThat(Http.text(http.get("/line-3/ops/health/nothing", KEY, "good-key")))
                .contains("See /line-3/swagger-ui.html for the paths");
        assertThat(Http.text(http.get("/line-3/v3/api-docs")))
                .contains("see /line-3/swagger-ui.html")
                .doesNotContain("see /swagger-ui.html");
    }

    @Test
    void errorsOfTheProtocolAreItsOwnBelowAContextPath() throws Exception {
        for (String path : new String[] {"/line-3/v2/models", "/line-3/v2/models/cookie/infer"}) {
            HttpResponse<byte[]> response = http.get(path);
            assertThat(Http.json(response).propertyNames()).as(path).containsExactly("error");
        }
    }

    @Test
    void problemsNameTheExplorerWithThePrefixThatAProxyAdds() throws Exception {
        assertThat(Http.text(http.get("/line-3/no/such/path", KEY, "good-key", PREFIX, "/plant")))
                .contains("See /plant/swagger-ui.html for the paths");
        HttpResponse<byte[]> protocol =
                http.get("/line-3/v2/nothing", KEY, "good-key", PREFIX, "/a/prefix/that/is/longer/than/the/path");
        assertThat(protocol.statusCode()).isEqualTo(404);
        assertThat(Http.json(protocol).propertyNames()).containsExactly("error");
        HttpResponse<byte[]> denied = http.get("/line-3/v2/models", PREFIX, "/a/prefix/that/is/longer/than/the/path");
        assertThat(denied.statusCode()).isEqualTo(401);
        assertThat(Http.json(denied).propertyNames())
                .as(Http.text(denied) + denied.headers())
                .containsExactly("error");
    }

    @Test
    void theApiDocumentNamesThePrefixThatAProxyAdds() throws Exception {
        assertThat(server()).isEqualTo("/line-3/");
        assertThat(server(PREFIX, "/plant")).isEqualTo("/plant/");
        assertThat(server()).isEqualTo("/line-3/");
        assertThat(http.get("/line-3/swagger-ui.html", PREFIX, "/plant")
                        .headers()
                        .firstValue("Location")
                        .orElseThrow())
                .endsWith("/plant/swagger-ui/index.html");
    }

    private String server(String... headers) throws Exception {
        return Http.json(http.get("/line-3/v3/api-docs", headers))
                .at("/servers/0/url")
                .asString();
    }

    /** A prefix is what a client says, too: it neither opens what is closed nor closes what is open. */
    @Test
    void aPrefixDoesNotChangeWhatNeedsAKey() throws Exception {
        assertThat(http.get("/line-3/ops/health/liveness", PREFIX, "/plant").statusCode())
                .isEqualTo(200);
        assertThat(http.get("/line-3/v1/models", PREFIX, "/line-3/swagger-ui.html")
                        .statusCode())
                .isEqualTo(401);
        byte[] photograph = Files.readAllBytes(TestModels.good());
        assertThat(http.post("/line-3/v1/detect", "image/jpeg", photograph, KEY, "good-key", PREFIX, "/plant")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void errorsOfTheProtocolAreItsOwnHoweverThePathIsWritten() throws Exception {
        for (String path : List.of(
                "/line-3/%76%32/models", "/line%2D3/v2;a=b/models", "/line-3/v2/models/a%2Fb/infer", "/line-3/v2//x")) {
            HttpResponse<byte[]> response = http.get(path, KEY, "good-key", PREFIX, "/plant");
            assertThat(response.statusCode()).as(path).isIn(200, 400, 404);
            assertThat(Http.json(response).propertyNames()).as(path).containsExactly("error");
        }
    }
}
