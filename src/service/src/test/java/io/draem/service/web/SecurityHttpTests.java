package io.draem.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.api.Certificate;
import io.draem.service.api.Http;
import io.draem.testing.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A service with keys, TLS and management on a port of its own. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "draem.inference.provider=cpu",
            "management.server.port=0",
            "draem.security.api-keys.poll-interval=50ms",
            "draem.security.rate-limit.requests=30",
            "draem.security.rate-limit.period=1h",
            "server.ssl.bundle=service",
            "spring.ssl.bundle.pem.service.reload-on-update=true",
            "spring.ssl.bundle.watch.file.quiet-period=50ms"
        })
@Tag("slow")
@Timeout(120)
class SecurityHttpTests {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String DETECT = "/v1/detect";
    private static final String INFER = "/v2/models/" + TestModels.name() + "/infer";

    @TempDir
    private static Path directory;

    @LocalServerPort
    private int port;

    @LocalManagementPort
    private int managementPort;

    @Autowired
    private OpenPaths pagePaths;

    @Autowired
    private OpenPaths documentPaths;

    private final SSLContext trusting = trusting();
    private final HttpClient client =
            HttpClient.newBuilder().sslContext(trusting).build();

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry properties) throws Exception {
        Certificate.make(directory, "first").install(directory.resolve("tls.crt"), directory.resolve("tls.key"));
        Files.writeString(
                keys(),
                Http.keyLine("good", "good-key")
                        + Http.keyLine("eager", "eager-key")
                        + Http.keyLine("reader", "reader-key")
                        + Http.keyLine("scraper", "scraper-key")
                        + Http.keyLine("sender", "sender-key"));
        properties.add("draem.models.directory", () -> TestModels.directory().toString());
        properties.add("draem.security.api-keys.file", () -> keys().toString());
        properties.add(
                "spring.ssl.bundle.pem.service.keystore.certificate", () -> "file:" + directory.resolve("tls.crt"));
        properties.add(
                "spring.ssl.bundle.pem.service.keystore.private-key", () -> "file:" + directory.resolve("tls.key"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/models",
                "/v2",
                "/v2/models/cookie",
                "/v2/models/cookie/infer",
                "/no/such/path",
                "/error",
                "/actuator/prometheus",
                "/page/",
                "/page/index.html",
                "/page/..;/v1/models",
                "/swagger-ui/",
                "/swagger-ui/..;/v1/models",
                "/swagger-ui/index.html/../../v1/models",
                "/v3/api-docs/../../v1/models",
                "/v3/api-docs;x=y",
                "//",
                "/actuator/health/..;/../v1/models",
                "/actuator/health/%2e%2e/info",
                "/actuator/health;x=y"
            })
    void nothingIsOpenWithoutAKey(String path) throws Exception {
        isUnauthorized(send(get(main(path))));
    }

    @Test
    void thePageIsOpenOnTheMainPortForABrowserHasNoKeyToSend() throws Exception {
        for (String path : pagePaths.paths()) {
            HttpResponse<String> part = send(get(main(path)));
            assertThat(part.statusCode()).as(path).isEqualTo(200);
            assertThat(part.body()).doesNotContain(TestModels.name(), "sha256:");
        }
        assertThat(send(get(management("/page/main.js"))).statusCode()).isEqualTo(401);
    }

    @Test
    void theApiDocumentAndItsExplorerAreOpenOnTheMainPortForTheyKnowNothingOfTheModels() throws Exception {
        for (String path : documentPaths.paths()) {
            HttpResponse<String> part = send(get(main(path)));
            assertThat(part.statusCode()).as(path).isIn(200, 302);
            assertThat(part.body()).doesNotContain("good-key");
            assertThat(part.headers().firstValue("Content-Security-Policy").isPresent())
                    .as(path)
                    .isEqualTo(path.startsWith("/swagger-ui/"));
        }
        assertThat(send(get(management("/v3/api-docs"))).statusCode()).isEqualTo(401);
    }

    @Test
    void aGoodKeyOpensTheDoorInEitherHeader() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.good());
        isUnauthorized(send(post(photograph)));
        isUnauthorized(send(post(photograph).header("X-API-Key", "bad-key")));
        isUnauthorized(send(post(photograph).header("Authorization", "Basic good-key")));
        assertThat(send(post(photograph).header("X-API-Key", "good-key")).statusCode())
                .isEqualTo(200);
        assertThat(send(post(photograph).header("Authorization", "Bearer good-key"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void healthIsOpenOnTheManagementPortAndTellsTheRestOnlyToThoseWithAKey() throws Exception {
        HttpResponse<String> health = send(get(management("/actuator/health/readiness")));
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body()).contains("UP").doesNotContain("sha256", TestModels.name());
        assertThat(send(get(management("/actuator/health/liveness"))).statusCode())
                .isEqualTo(200);
        assertThat(send(get(management("/actuator/health/readiness")).header("X-API-Key", "good-key"))
                        .body())
                .contains("sha256");
        for (String path : new String[] {"/actuator/prometheus", "/actuator/info", "/actuator", "/"}) {
            isUnauthorized(send(get(management(path))));
        }
        HttpResponse<String> posted = send(get(management("/actuator/info"))
                .header("X-API-Key", "good-key")
                .method("TRACE", BodyPublishers.noBody()));
        isProblem(posted, 405, "method-not-allowed");
        assertThat(posted.headers().firstValue("Allow")).hasValue("GET,HEAD,OPTIONS");
        HttpResponse<String> metrics =
                send(get(management("/actuator/prometheus")).header("Authorization", "Bearer good-key"));
        assertThat(metrics.body())
                .contains("draem_access_total{key=\"none\",outcome=\"denied\"}")
                .doesNotContain("good-key");
        assertThat(send(get(main("/actuator/prometheus")).header("X-API-Key", "good-key"))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void aKeyThatIsUsedTooOftenHasToWaitAndOthersDoNot() throws Exception {
        for (int i = 0; i < 30; i++) {
            assertThat(send(detect("eager-key")).statusCode()).isEqualTo(415);
        }
        HttpResponse<String> refused = send(detect("eager-key"));
        isProblem(refused, 429, "too-many-requests");
        assertThat(Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(1, 3600);
        isWhatTheContractSays(refused, "/paths/~1v1~1detect/post");
        HttpResponse<String> protocol = send(HttpRequest.newBuilder(main(INFER))
                .header("X-API-Key", "eager-key")
                .POST(BodyPublishers.ofString("{}")));
        isProblem(protocol, 429, "too-many-requests");
        assertThat(protocol.headers().firstValue("Retry-After")).isPresent();
        HttpResponse<String> index = send(HttpRequest.newBuilder(main("/v2/repository/index"))
                .header("X-API-Key", "eager-key")
                .POST(BodyPublishers.noBody()));
        assertThat(index.statusCode()).as("no inference").isEqualTo(200);
        assertThat(send(detect("good-key")).statusCode()).isEqualTo(415);
    }

    @Test
    void whatAKeyMayNotDoIsAnsweredWithoutTheBodyAndCountedOnce() throws Exception {
        for (int i = 0; i < 30; i++) {
            assertThat(send(detect("sender-key")).statusCode()).isEqualTo(415);
        }
        double limited = access("key=\"sender\",outcome=\"limited\"");
        double denied = access("key=\"none\",outcome=\"denied\"");
        double rejected = metric("draem_rejected_total");
        for (String path : new String[] {DETECT, "/v1/detect/batch", INFER}) {
            assertThat(headOf(path, "X-API-Key: sender-key"))
                    .startsWith("HTTP/1.1 429")
                    .contains("Retry-After: ");
            assertThat(headOf(path, "X-API-Key: another"))
                    .startsWith("HTTP/1.1 401")
                    .contains("WWW-Authenticate: ");
        }
        assertThat(headOf("/v1/models", "X-API-Key: another")).startsWith("HTTP/1.1 401");
        assertThat(access("key=\"sender\",outcome=\"granted\"")).isEqualTo(30);
        assertThat(access("key=\"sender\",outcome=\"limited\"")).isEqualTo(limited + 3);
        assertThat(access("key=\"none\",outcome=\"denied\"")).isEqualTo(denied + 4);
        assertThat(metric("draem_rejected_total")).isEqualTo(rejected);
    }

    /** Announces a body, sends none of it, and returns the head of the answer. */
    private String headOf(String path, String header) throws IOException {
        try (SSLSocket socket = (SSLSocket) trusting.getSocketFactory().createSocket("localhost", port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n" + header
                                    + "\r\nContent-Length: 100000\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) socket.getInputStream().read());
            }
            return head.toString();
        }
    }

    private double access(String labels) throws Exception {
        return metric("draem_access_total{" + labels);
    }

    private double metric(String start) throws Exception {
        return send(get(management("/actuator/prometheus")).header("X-API-Key", "scraper-key"))
                .body()
                .lines()
                .filter(line -> line.startsWith(start))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void whatTheManagementPortDoesNotHaveIsAProblem() throws Exception {
        for (String path : new String[] {"/error", "/actuator/health/nothing", "/nothing"}) {
            HttpResponse<String> response = send(get(management(path)).header("X-API-Key", "good-key"));
            isProblem(response, 404, "not-found");
            assertThat(response.body()).contains("See /swagger-ui.html on the main port");
        }
        isUnauthorized(send(get(management("/error"))));
    }

    @Test
    void onlyDetectionAndInferenceCountAgainstTheLimit() throws Exception {
        for (int i = 0; i < 40; i++) {
            assertThat(send(get(management("/actuator/prometheus")).header("X-API-Key", "scraper-key"))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(send(get(main("/v1/models")).header("X-API-Key", "scraper-key"))
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThat(send(detect("scraper-key")).statusCode()).isEqualTo(415);
    }

    private HttpRequest.Builder detect(String key) {
        return post(new byte[] {1}).header("X-API-Key", key);
    }

    @Test
    void theContractSaysHowAKeyIsSent() throws Exception {
        isWhatTheContractSays(send(get(main("/v1/models"))), "/paths/~1v1~1models/get");
        JsonNode contract = contract();
        assertThat(contract.get("security").toString()).isEqualTo("[{},{\"apiKey\":[]},{\"bearer\":[]}]");
        JsonNode schemes = contract.at("/components/securitySchemes");
        String header = schemes.at("/apiKey/name").asString();
        assertThat(schemes.at("/apiKey/in").asString()).isEqualTo("header");
        assertThat(send(get(main("/v1/models")).header(header, "reader-key")).statusCode())
                .isEqualTo(200);
        String scheme = schemes.at("/bearer/scheme").asString();
        assertThat(send(get(main("/v1/models")).header("Authorization", scheme + " reader-key"))
                        .statusCode())
                .isEqualTo(200);
        contract.get("paths")
                .forEach(path -> path.forEach(
                        operation -> assertThat(operation.get("responses").propertyNames())
                                .as(operation.get("operationId").asString())
                                .contains("401")));
        contract.get("paths")
                .forEachEntry((path, operations) -> operations.forEach(
                        operation -> assertThat(operation.get("responses").has("429"))
                                .as(operation.get("operationId").asString())
                                .isEqualTo(path.startsWith("/v1/detect"))));
    }

    /** The answer is the example that the contract has for its status, with those headers. */
    private void isWhatTheContractSays(HttpResponse<String> refused, String operation) throws Exception {
        JsonNode documented = contract().at(operation + "/responses/" + refused.statusCode());
        assertThat(documented.get("headers").propertyNames())
                .isNotEmpty()
                .allSatisfy(header -> assertThat(refused.headers().firstValue(header))
                        .as(header)
                        .isPresent());
        JsonNode problem = JSON.readTree(refused.body());
        JsonNode example = documented
                .at("/content/application~1problem+json/examples")
                .iterator()
                .next()
                .get("value");
        for (String field : new String[] {"type", "title", "status", "detail"}) {
            assertThat(problem.get(field)).as(field).isEqualTo(example.get(field));
        }
    }

    private JsonNode contract() throws Exception {
        return JSON.readTree(send(get(main("/v3/api-docs"))).body());
    }

    @Test
    void keysAreExchangedWithoutARestart() throws Exception {
        Files.writeString(keys(), Files.readString(keys()) + Http.keyLine("late", "late-key"));
        Await.until(
                LIMIT,
                () -> send(get(main("/v1/models")).header("X-API-Key", "late-key"))
                                .statusCode()
                        == 200);
        assertThat(send(get(main("/v1/models")).header("X-API-Key", "good-key")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void theCertificateIsExchangedWithoutARestart() throws Exception {
        Certificate.make(directory, "second").install(directory.resolve("tls.crt"), directory.resolve("tls.key"));
        for (int either : new int[] {port, managementPort}) {
            Await.until(LIMIT, () -> servedName(either).equals("CN=second"));
        }
    }

    private String servedName(int at) throws IOException {
        try (SSLSocket socket = (SSLSocket) trusting.getSocketFactory().createSocket("localhost", at)) {
            socket.startHandshake();
            X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return certificate.getSubjectX500Principal().getName();
        } catch (SSLHandshakeException e) {
            return "none"; // the certificate is the new one already and the key still the old one
        }
    }

    private static void isUnauthorized(HttpResponse<String> response) {
        isProblem(response, 401, "unauthorized");
        assertThat(response.headers().firstValue("WWW-Authenticate")).hasValue("Bearer realm=\"draem\"");
    }

    private static void isProblem(HttpResponse<String> response, int status, String type) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        JsonNode problem = JSON.readTree(response.body());
        if (response.uri().getPath().startsWith("/v2")) {
            assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
            assertThat(problem.propertyNames()).containsExactly("error");
            assertThat(problem.get("error").asString()).contains("key");
        } else {
            assertThat(problem.get("type").asString()).isEqualTo("urn:draem:problem:" + type);
        }
    }

    private HttpRequest.Builder post(byte[] image) {
        return HttpRequest.newBuilder(main(DETECT))
                .header("Content-Type", "image/jpeg")
                .POST(BodyPublishers.ofByteArray(image));
    }

    private static HttpRequest.Builder get(URI uri) {
        return HttpRequest.newBuilder(uri);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private URI main(String path) {
        return URI.create("https://localhost:" + port + path);
    }

    private URI management(String path) {
        return URI.create("https://localhost:" + managementPort + path);
    }

    private static Path keys() {
        return directory.resolve("keys");
    }

    /** Trusts whatever certificate comes: the tests look at the certificate themselves. */
    private static SSLContext trusting() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Trusting()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Trusting implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            chain[0].checkValidity();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
