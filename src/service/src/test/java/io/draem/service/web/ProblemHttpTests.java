package io.draem.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.draem.model.TestModels;
import io.draem.service.api.Http;
import io.draem.service.api.HttpTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("slow")
class ProblemHttpTests extends HttpTest {

    private static final byte[] ZEROS = new byte[50_000_000];

    @LocalServerPort
    private int port;

    @AfterEach
    void theServiceIsAsHealthyAsBefore() throws Exception {
        assertThat(http.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
        HttpResponse<byte[]> response = http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.good()));
        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void anEmptyBodyHasNoImage() throws Exception {
        String expected = "send it as the part 'image' of multipart/form-data or as the body";
        String empty = "The part 'image' is empty";
        isProblem(http.post("/v1/detect", BodyPublishers.noBody()), 400, "invalid-request", expected);
        isProblem(http.post("/v1/detect", "image/png", new byte[0]), 400, "invalid-request", expected);
        isProblem(http.postForm("/v1/detect", "image", "a.png", new byte[0]), 400, "invalid-request", empty);
    }

    @Test
    void aTextIsNoImageWhateverItIsNamed() throws Exception {
        byte[] text = "This is no picture.".getBytes(StandardCharsets.UTF_8);
        isProblem(
                http.postForm("/v1/detect", "image", "cookie.png", text),
                415,
                "unsupported-media-type",
                "JPEG, PNG, BMP, TIFF or WebP");
        isProblem(http.post("/v1/detect", "image/png", text), 415, "unsupported-media-type", "JPEG");
    }

    @Test
    void aTruncatedPhotographIsInvalid() throws Exception {
        byte[] whole = Files.readAllBytes(TestModels.good());
        byte[] half = Arrays.copyOf(whole, whole.length / 2);
        isProblem(http.postForm("/v1/detect", "image", "a.jpg", half), 400, "invalid-image", "JPEG");
    }

    @Test
    void aHeaderThatClaimsTooManyPixelsIsRefusedUndecoded() throws Exception {
        isProblem(
                http.postForm("/v1/detect", "image", "a.png", png(60_000, 60_000)),
                413,
                "image-too-large",
                "60000x60000");
    }

    @Test
    void anUnknownModelIsToldWhichThereAre() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.good());
        isProblem(
                http.post("/v1/detect?model=cake", "image/jpeg", photograph), 404, "unknown-model", TestModels.name());
        isProblem(http.post("/v1/detect?version=99", "image/jpeg", photograph), 404, "unknown-model", "version 1");
        isProblem(http.get("/v1/models/cake"), 404, "unknown-model", TestModels.name());
    }

    @ParameterizedTest
    @ValueSource(strings = {"threshold=abc", "threshold=NaN", "threshold=-0.1", "threshold=1.1", "threshold=Infinity"})
    void aThresholdThatIsNoneIsRefusedByName(String query) throws Exception {
        isProblem(
                http.post("/v1/detect?" + query, "image/jpeg", Files.readAllBytes(TestModels.good())),
                400,
                "invalid-request",
                "threshold must be a number");
    }

    @Test
    void otherParametersAreRefusedByName() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.good());
        isProblem(
                http.post("/v1/detect?version=one", "image/jpeg", photograph), 400, "invalid-request", "version must");
        isProblem(
                http.post("/v1/detect?include=map,cake%1B", "image/jpeg", photograph),
                400,
                "invalid-request",
                "include has the value 'cake\\u001b', but takes any of regions, polygon, tiles, map, map-float32, mask, overlay, reconstruction");
    }

    @ParameterizedTest
    @CsvSource({
        "treshold=0.5, threshold' may be meant",
        "pixel-threshold=0.5, pixelThreshold' may be meant",
        "Include=map, include' may be meant",
        "zzz=1, this path takes model",
        "threshold=, threshold has no value",
        "threshold, threshold has no value",
        "threshold=0.1&threshold=0.9, give it once",
        "model=cookie&model=cookie, give it once",
        "version=1&version=1, give it once",
        "pixelThreshold=2, pixelThreshold must be a number between 0 and 1",
        "threshold=0x1p-1, must be a number",
        "version=0x1, must be a whole number",
        "version=-1, must be a whole number",
        "include=map%2C, include has the value '"
    })
    void aQueryIsTakenAtItsWord(String query, String detail) throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.good());
        isProblem(http.post("/v1/detect?" + query, "image/jpeg", photograph), 400, "invalid-request", detail);
        isProblem(
                http.postForm("/v1/detect/batch?" + query, "images", "a.jpg", photograph),
                400,
                "invalid-request",
                detail);
    }

    @Test
    void doorsWithoutParametersTakeNone() throws Exception {
        isProblem(http.get("/v1/models?version=1"), 400, "invalid-request", "takes no query parameters");
        assertThat(http.get("/v1/models?").statusCode()).isEqualTo(200);
    }

    @Test
    void whatBelongsIntoTheQueryIsRefusedInAForm() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.good());
        isProblem(
                http.postForm(
                        "/v1/detect",
                        List.of(
                                new Http.FormFile("image", "a.jpg", photograph),
                                new Http.FormFile("threshold", "", "0.5".getBytes(StandardCharsets.UTF_8)))),
                400,
                "invalid-request",
                "give it in the query");
        isProblem(
                http.postForm(
                        "/v1/detect",
                        List.of(
                                new Http.FormFile("image", "a.jpg", photograph),
                                new Http.FormFile("image", "b.jpg", photograph))),
                400,
                "invalid-request",
                "/v1/detect/batch");
    }

    @Test
    void fiftyMegabytesOfZerosAreTooLargeHoweverTheyAreSent() throws Exception {
        isProblem(http.post("/v1/detect", "application/octet-stream", ZEROS), 413, "image-too-large", "33554432");
        isProblem(http.postForm("/v1/detect", "image", "a.png", ZEROS), 413, "image-too-large", "33619968");
        isProblem(
                http.post(
                        "/v1/detect",
                        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(ZEROS)),
                        "Content-Type",
                        "image/png"),
                413,
                "image-too-large",
                "33554432");
    }

    @Test
    void aFormNeedsExactlyOneImage() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.good());
        isProblem(http.postForm("/v1/detect", "picture", "a.jpg", photograph), 400, "invalid-request", "'image'");
        isProblem(http.post("/v1/detect", "multipart/form-data", photograph), 400, "invalid-request", "boundary");
        isProblem(
                http.post("/v1/detect", "multipart/form-data; boundary=other", photograph),
                400,
                "invalid-request",
                "'image'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/json", "application/x-www-form-urlencoded", "nonsense"})
    void otherContentTypesAreRefused(String contentType) throws Exception {
        isProblem(
                http.post("/v1/detect", contentType, Files.readAllBytes(TestModels.good())),
                415,
                "unsupported-media-type",
                "; for example Content-Type: image/jpeg and the file as the body, or a form with the file as its part 'image'");
        isProblem(
                http.post("/v1/detect/batch", contentType, Files.readAllBytes(TestModels.good())),
                415,
                "unsupported-media-type",
                "multipart/form-data; each image as the file of a part 'images'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "GZIP", "deflate", "br", "identity, gzip", "nonsense"})
    void aCompressedBodyIsRefusedByItsContentEncoding(String coding) throws Exception {
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(gzip)) {
            out.write(Files.readAllBytes(TestModels.good()));
        }
        for (String type : List.of("image/jpeg", "multipart/form-data; boundary=b")) {
            for (String path : List.of("/v1/detect", "/v1/%64etect", "/v1/detect/batch")) {
                HttpResponse<byte[]> response = http.post(path, type, gzip.toByteArray(), "Content-Encoding", coding);
                isProblem(
                        response,
                        415,
                        "unsupported-media-type",
                        "Content-Encoding '" + coding + "', which is not taken for images: send it as it is, without");
                assertThat(response.headers().firstValue("Accept-Encoding")).hasValue("identity");
            }
        }
        byte[] photograph = Files.readAllBytes(TestModels.good());
        assertThat(http.post("/v1/detect", "image/jpeg", photograph, "Content-Encoding", "identity")
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Encoding: gzip, 415",
        "Content-Transfer-Encoding: base64, 415",
        "Content-Transfer-Encoding: Binary, 200"
    })
    void aPartIsTakenAsItIs(String header, int status) throws Exception {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        form.writeBytes(
                ("--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n" + header + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        form.writeBytes(Files.readAllBytes(TestModels.good()));
        form.writeBytes("\r\n--b--\r\n".getBytes(StandardCharsets.US_ASCII));
        HttpResponse<byte[]> response = http.post("/v1/detect", "multipart/form-data; boundary=b", form.toByteArray());
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(status);
        if (status == 415) {
            isProblem(response, 415, "unsupported-media-type", header.replace(": ", " '"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "application/xml", "image/jpeg"})
    void answersThatDoNotExistAreRefused(String accept) throws Exception {
        isProblem(
                http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.good()), "Accept", accept),
                406,
                "not-acceptable",
                "application/json or image/png");
    }

    @Test
    void errorsAreProblemsForThoseTooWhoAcceptOnlyPictures() throws Exception {
        isProblem(
                http.post("/v1/detect", "image/jpeg", new byte[] {1}, "Accept", "image/png"),
                415,
                "unsupported-media-type",
                "JPEG");
    }

    @Test
    void otherMethodsAndPathsAreRefused() throws Exception {
        HttpResponse<byte[]> response = http.get("/v1/detect");
        isProblem(response, 405, "method-not-allowed", "POST");
        isProblem(http.call("DELETE", "/v1/models"), 405, "method-not-allowed", "GET");
        isProblem(http.get("/v1/models/"), 404, "not-found", "none of them ends with a slash");
        assertThat(http.call("HEAD", "/v1/models").statusCode()).isEqualTo(200);
        assertThat(http.call("HEAD", "/v1/models").body()).isEmpty();
        isProblem(http.get("/no/such/path"), 404, "not-found", "/swagger-ui.html");
        isProblem(http.get("/error"), 404, "not-found", "/swagger-ui.html");
        isProblem(http.get("/actuator/env"), 404, "not-found", "/swagger-ui.html");
    }

    @ParameterizedTest
    @CsvSource({
        "/, GET",
        "/page/main.js, GET",
        "/v1/detect, POST",
        "/v1/detect/batch, POST",
        "/v1/models, GET",
        "/v1/models/cookie, GET",
        "/v2, GET",
        "/v2/health/live, GET",
        "/v2/health/ready, GET",
        "/v2/models/cookie, GET",
        "/v2/models/cookie/ready, GET",
        "/v2/models/cookie/versions/1, GET",
        "/v2/models/cookie/infer, POST",
        "/v2/models/cookie/versions/1/infer, POST",
        "/v3/api-docs, GET",
        "/v3/api-docs.yaml, GET",
        "/v3/api-docs/swagger-config, GET",
        "/swagger-ui.html, GET",
        "/swagger-ui/index.html, GET",
        "/actuator, GET",
        "/actuator/health, GET",
        "/actuator/health/readiness, GET",
        "/actuator/prometheus, GET",
        "/actuator/info, GET"
    })
    void allowNamesTheMethodsOfThePathAndNoOthers(String path, String method) throws Exception {
        Set<String> own = method.equals("GET") ? Set.of("GET", "HEAD", "OPTIONS") : Set.of("POST", "OPTIONS");
        assertThat(allowed(raw("OPTIONS", path))).isEqualTo(own);
        for (String other : List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")) {
            String response = raw(other, path);
            if (own.contains(other)) {
                assertThat(response).as(other).doesNotStartWith("HTTP/1.1 405");
            } else {
                assertThat(response).as(other).startsWith("HTTP/1.1 405");
                assertThat(allowed(response)).as(other).isEqualTo(own);
                assertThat(response).contains(other.equals("HEAD") ? "" : "This path takes " + method);
            }
        }
    }

    private String raw(String method, String path) throws Exception {
        String length = method.matches("GET|HEAD") ? "" : "Content-Length: 0\r\n";
        return raw(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + length + "\r\n");
    }

    private static Set<String> allowed(String response) {
        return response.lines()
                .filter(line -> line.startsWith("Allow: "))
                .flatMap(
                        line -> Arrays.stream(line.substring("Allow: ".length()).split(", ?")))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/v1/./detect", "//v1/detect", "/v1/x/../detect", "/v1/%2e/detect", "/actuator/%2e%2e/v1/detect"
            })
    void pathsThatOnlyTheWebServerResolvesAreNotFoundWhateverTheyAreSent(String path) throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.good());
        isProblem(http.postForm(path, "image", "a.jpg", photograph), 404, "not-found", "/swagger-ui.html");
        isProblem(http.post(path, "image/jpeg", photograph), 404, "not-found", "/swagger-ui.html");
        isProblem(http.post(path, BodyPublishers.noBody()), 404, "not-found", "/swagger-ui.html");
        // A body that does not come is not waited for.
        assertThat(raw("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"))
                .startsWith("HTTP/1.1 404");
    }

    /** Only a part of such a path would reach the endpoint. */
    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health/%2e%2e/prometheus", "/actuator/health/../info", "/actuator/health//"})
    void pathsOfOperationsThatOnlyTheWebServerResolvesAreNotFound(String path) throws Exception {
        assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404")
                .contains("\"status\":404");
    }

    static List<Arguments> refusedByTheWebServer() {
        String post = "POST /v1/detect HTTP/1.1\r\nContent-Type: image/png\r\n";
        String chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
        String notValid = "not valid HTTP";
        return List.of(
                Arguments.of("GET /%zz HTTP/1.1\r\n\r\n", 400, notValid),
                Arguments.of("GET /v1/models/%00 HTTP/1.1\r\n\r\n", 400, notValid),
                Arguments.of("GET /v1/models/..%2F..%2Fetc HTTP/1.1\r\n\r\n", 400, notValid),
                Arguments.of("GET /{ HTTP/1.1\r\n\r\n", 400, notValid),
                Arguments.of("G(T / HTTP/1.1\r\n\r\n", 400, notValid),
                Arguments.of("GET / HTTP/1.1\r\nHost: another\r\n\r\n", 400, notValid),
                Arguments.of("GET / HTTP/1.1\r\nBad Header: x\r\n\r\n", 400, notValid),
                Arguments.of(post + "Content-Length: -1\r\n\r\n", 400, notValid),
                Arguments.of(post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400, notValid),
                Arguments.of(
                        post + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
                        400,
                        notValid),
                Arguments.of("POST /v1/detect?model=%zz HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 400, "query"),
                Arguments.of(chunked + "zz\r\nab", 400, "chunks"),
                Arguments.of(chunked + "3;x=" + "y".repeat(20_000) + "\r\nabc\r\n0\r\n\r\n", 400, "chunks"),
                Arguments.of(chunked + "1\r\na\r\n0\r\nX: " + "y".repeat(20_000) + "\r\n\r\n", 400, "chunks"),
                Arguments.of("GET /v1/models HTTP/1.1\r\nExpect: nonsense\r\n\r\n", 417, "Expect: 100-continue"),
                Arguments.of("GET /" + "a".repeat(9000) + " HTTP/1.1\r\n\r\n", 431, "shorter"),
                Arguments.of("GET /v1/models?" + "a".repeat(9000) + " HTTP/1.1\r\n\r\n", 431, "shorter"),
                Arguments.of("GET / HTTP/1.1\r\nLong: " + "a".repeat(9000) + "\r\n\r\n", 431, "shorter"),
                Arguments.of("GET / HTTP/1.1\r\n" + "Many: x\r\n".repeat(200) + "\r\n", 431, "100 headers"),
                Arguments.of(post + "Transfer-Encoding: gzip\r\n\r\n", 501, "chunked"),
                Arguments.of("CONNECT localhost:1 HTTP/1.1\r\n\r\n", 501, "methods"),
                Arguments.of("GET / HTTP/3.0\r\n\r\n", 505, "HTTP/1.1"),
                Arguments.of("GET / HTP/1.1\r\n\r\n", 505, "HTTP/1.1"),
                Arguments.of("GET /swagger-ui/index.html HTTP/1.1\r\nRange: bytes=99999-\r\n\r\n", 416, "range"));
    }

    @ParameterizedTest(name = "{1} {2} {index}")
    @MethodSource("refusedByTheWebServer")
    void whatTheWebServerRefusesIsAProblemWithTheStatusOfTheAnswer(String request, int status, String detail)
            throws Exception {
        String response = raw(request.replaceFirst("\r\n", "\r\nHost: localhost\r\nConnection: close\r\n"));
        assertThat(response)
                .startsWith("HTTP/1.1 " + status)
                .contains("application/problem+json", "urn:draem:problem:", "X-Request-Id: ")
                .doesNotContainIgnoringCase("<html", "exception", "tomcat");
        JsonNode problem =
                JsonMapper.shared().readTree(response.substring(response.indexOf('{'), response.lastIndexOf('}') + 1));
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("detail").asString()).contains(detail);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: localhost\r\nExpect: nonsense\r\n\r\n",
                "GET / HTTP/3.0\r\nHost: localhost\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n"
            })
    void aConnectionThatTheWebServerClosesIsAnnouncedAsClosed(String request) throws Exception {
        assertThat(raw(request)).containsOnlyOnce("Connection: close\r\n");
    }

    @ParameterizedTest
    @CsvSource({"413, image-too-large", "418, invalid-request", "428, invalid-request", "507, internal-error"})
    void aStatusWithoutAProblemOfItsOwnStandsInOneThatIsMoreGeneral(int status, String type) {
        Problem problem = ErrorEndpoint.problem(status, null, Endpoints.EXPLORER, "an-id");
        assertThat(problem.status()).isEqualTo(status);
        assertThat(problem.type()).hasToString("urn:draem:problem:" + type);
    }

    @Test
    void aFileNameMayBeAsLongAsAFileSystemsAndALongerOneIsNamedAsThat() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.good());
        for (int length : new int[] {255 * 4, 255 * 12}) {
            HttpResponse<byte[]> response = http.postForm("/v1/detect", "image", "x".repeat(length), photograph);
            assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(200);
        }
        for (String path : List.of("/v1/detect", "/v1/detect/batch")) {
            isProblem(
                    http.postForm(path, path.endsWith("batch") ? "images" : "image", "x".repeat(9000), photograph),
                    400,
                    "invalid-request",
                    "headers of a part of the form are longer than 8192 bytes: shorten its file name");
        }
    }

    @Test
    void formsThatCannotBeReadAreToldWhatIsWrongWithThem() throws Exception {
        String part = "--B\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n\r\nabc\r\n";
        isProblem(form("B", part), 400, "invalid-request", "ends before its last boundary");
        isProblem(form("\"\"", part + "--B--\r\n"), 400, "invalid-request", "with the boundary that the Content-Type");
        isProblem(form("B", part.repeat(2) + "--B--\r\n"), 400, "invalid-request", "one part named 'image', got 2");
        isProblem(form("B", part.repeat(80) + "--B--\r\n"), 400, "invalid-request", "more than 72 parts");
        isProblem(
                form("B", part.replace("name=\"image\"; ", "") + "--B--\r\n"),
                400,
                "invalid-request",
                "one part named 'image', got 0");
        byte[] large = Arrays.copyOf(ZEROS, 33_554_433);
        isProblem(http.postForm("/v1/detect", "image", "a.png", large), 413, "image-too-large", "The part 'image'");
        isProblem(http.postForm("/v1/detect/batch", "images", "a", large), 413, "image-too-large", "The part 'images'");
    }

    private HttpResponse<byte[]> form(String boundary, String form) throws Exception {
        return http.post(
                "/v1/detect", "multipart/form-data; boundary=" + boundary, form.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aDeadlineThatPassesBeforeTheBodyComesIsOneProblemAndNotTwo() throws Exception {
        HttpResponse<byte[]> response = http.post(
                "/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.good()), "X-Request-Timeout", "1e-9");
        isProblem(response, 504, "deadline-exceeded", "before the deadline");
        assertThat(Http.text(response)).containsOnlyOnce("urn:draem:problem:").endsWith("}");
    }

    @ParameterizedTest
    @CsvSource({"application/json, 400", "*/*, 415", "nonsense, 415"})
    void aBodyThatAnEndpointOfOperationsCannotReadIsTheCallersMistake(String type, int status) throws Exception {
        String response = raw("GET /actuator/health HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type
                + "\r\nContent-Length: 1\r\nConnection: close\r\n\r\n-");
        assertThat(response).startsWith("HTTP/1.1 " + status).contains("application/problem+json");
    }

    @Test
    void pathsThatLeaveTheirFolderAreNotLogged() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        log.start();
        root.addAppender(log);
        try {
            assertThat(raw("POST /v1/../v1/detect HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 404");
        } finally {
            root.detachAppender(log);
        }
        assertThat(log.list).isEmpty();
    }

    @Test
    void anUploadThatStopsHalfwayDoesNotHoldAThread() throws Exception {
        try (Socket socket = new Socket("localhost", port)) {
            socket.getOutputStream()
                    .write(
                            "POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\nabc"
                                    .getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(response)
                    .startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400")
                    .contains("ended too early")
                    .doesNotContainIgnoringCase("<html");
        }
    }

    private static void isProblem(HttpResponse<byte[]> response, int status, String type, String detail) {
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = Http.json(response);
        assertThat(problem.propertyNames()).containsExactlyInAnyOrder("type", "title", "status", "detail", "requestId");
        assertThat(response.headers().firstValue("X-Request-Id"))
                .hasValue(problem.get("requestId").asString());
        assertThat(problem.get("type").asString()).isEqualTo("urn:draem:problem:" + type);
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("title").asString()).isNotBlank();
        assertThat(problem.get("detail").asString()).contains(detail);
    }

    private String raw(String request) throws Exception {
        try (Socket socket = new Socket("localhost", port);
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream()) {
            out.write(request.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Returns a PNG whose header claims a size and whose content is far too short for it. */
    private static byte[] png(int width, int height) {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        chunk(
                png,
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put(new byte[] {8, 2, 0, 0, 0})
                        .array());
        chunk(png, "IDAT", new byte[100]);
        chunk(png, "IEND", new byte[0]);
        return png.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream png, String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        png.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        png.writeBytes(name);
        png.writeBytes(data);
        png.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
}
