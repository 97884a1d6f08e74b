package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.api.Http;
import io.draem.service.api.HttpTest;
import io.draem.text.Sha256;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The examples of {@code call-from-a-program.md}, with clients generated from the contract, against a service that requires keys.
 * The profile {@code clients} has generated them. Images are identified by their digest: a client that sends the file's name
 * instead of its bytes does not get through.
 */
@Tag("clients")
@Timeout(1200)
@EnabledIfSystemProperty(
        named = "draem.test.clients",
        matches = "wanted",
        disabledReason = "Needs clients that are generated first: -Pclients")
class GeneratedClientTests extends HttpTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String KEY = "the-key-of-the-examples";
    private static final String NAME = "line-3:0142";
    private static final String PATIENT = "60";
    private static final String HASTY = "0.001";
    private static final Path CLIENTS =
            TestModels.file("src/deployment/target/clients").toAbsolutePath();
    private static final Path EXAMPLES =
            TestModels.file("src/deployment/src/test/clients").toAbsolutePath();
    private static final Path IMAGE = TestModels.broken().toAbsolutePath();
    private static final Path ANOTHER = TestModels.good().toAbsolutePath();

    @TempDir
    private static Path folder;

    private Path noImage;

    @DynamicPropertySource
    static void keys(DynamicPropertyRegistry properties) throws IOException {
        Path keys = Files.writeString(folder.resolve("keys"), Http.keyLine("line-3", KEY));
        properties.add("draem.security.api-keys.file", keys::toString);
    }

    @BeforeEach
    void writeWhatIsNoImage() throws IOException {
        noImage = Files.writeString(folder.resolve("notes.txt"), "Lamp 2 was exchanged.\n");
    }

    @Test
    void javaExaminesImages() throws Exception {
        Path classes = Files.createDirectories(CLIENTS.resolve("java-example"));
        List<String> arguments = new ArrayList<>(List.of(
                "-nowarn", "-proc:none", "-d", classes.toString(), "-cp", classPath(), example("java/Detect.java")));
        try (Stream<Path> sources = Files.walk(CLIENTS.resolve("java/src/main/java"))) {
            sources.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
        }
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler().run(null, said, said, arguments.toArray(String[]::new));
        assertThat(status).as(said.toString(StandardCharsets.UTF_8)).isZero();
        check(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classes + File.pathSeparator + classPath(),
                "Detect");
    }

    @Test
    void pythonExaminesImages() throws Exception {
        Programs.require("python3");
        Path environment = CLIENTS.resolve("python-example");
        Programs.install(CLIENTS, "python3", "-m", "venv", environment.toString());
        String python = environment.resolve("bin/python").toString();
        Programs.install(CLIENTS, python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "./python");
        check(python, example("python/detect.py"));
    }

    @Test
    void typeScriptExaminesImages() throws Exception {
        Programs.require("node", "npm");
        Programs.install(CLIENTS.resolve("typescript"), "npm", "install", "--no-audit", "--no-fund");
        Path example = copy("typescript");
        Programs.install(example, "npm", "install", "--no-audit", "--no-fund");
        Programs.run(example, List.of("npm", "run", "build"));
        check("node", example.resolve("detect.js").toString());
    }

    @Test
    void goExaminesImages() throws Exception {
        Programs.require("go");
        Path example = copy("go");
        Programs.install(example, "go", "mod", "tidy");
        Programs.run(example, List.of("go", "build", "-o", "detect", "."));
        check(example.resolve("detect").toString());
    }

    @Test
    void curlExaminesImages() throws Exception {
        Programs.require("sh", "curl");
        Path run = Files.createDirectories(folder.resolve("curl"));
        List<JsonNode> answers = Programs.run(run, command(http.base(), KEY, PATIENT, "sh", example("curl/detect.sh")))
                .lines()
                .map(JSON::readTree)
                .toList();

        assertThat(answers).hasSize(3);
        assertThat(answers.get(0).at("/image/digest").asString()).isEqualTo(digest());
        assertThat(answers.get(0).at("/anomalous").asBoolean()).isTrue();
        assertThat(run.resolve("overlay.png")).hasBinaryContent(overlay());
        assertThat(answers.get(1).at("/results/0/detection/image/digest").asString())
                .isEqualTo(digest());
        assertThat(answers.get(1).at("/results/2/problem/status").asInt()).isEqualTo(415);
        assertThat(answers.get(2)).isEqualTo(problem());
    }

    /**
     * Lets an example run with a good key, with a bad one, with less time than an image takes, and against a service that
     * is newer than the client.
     */
    private void check(String... program) throws Exception {
        Path run = Files.createDirectories(
                folder.resolve(Path.of(program[program.length - 1]).getFileName() + "-run"));
        assertThat(Programs.run(run, command(http.base(), KEY, PATIENT, program)))
                .isEqualTo(expected());
        assertThat(run.resolve("overlay.png")).hasBinaryContent(overlay());
        assertThat(Programs.run(run, command(http.base(), "no key", PATIENT, program)))
                .startsWith("problem: 401 urn:draem:problem:unauthorized, request ");
        assertThat(Programs.run(run, command(http.base(), KEY, HASTY, program)))
                .startsWith("problem: 504 urn:draem:problem:deadline-exceeded, request ");
        try (NewerService newer = new NewerService(http.base())) {
            assertThat(Programs.run(run, command(newer.base(), KEY, PATIENT, program)))
                    .isEqualTo(expected());
        }
    }

    private List<String> command(String url, String key, String seconds, String... program) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(url, key, seconds, IMAGE.toString(), ANOTHER.toString(), noImage.toString()));
        return command;
    }

    /** What the examples say: of the image what its file says, of the verdict what a plain request says. */
    private String expected() throws Exception {
        JsonNode verdict = Http.json(post(IMAGE));
        BufferedImage image = ImageIO.read(IMAGE.toFile());
        JsonNode problem = problem();
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "anomalous: score %.3f, threshold %.3f, by cookie 1 on cpu",
                verdict.get("score").asDouble(),
                verdict.get("threshold").asDouble()));
        lines.add("arrived: %d x %d, %s".formatted(image.getWidth(), image.getHeight(), digest()));
        for (JsonNode region : verdict.get("regions")) {
            JsonNode box = region.get("box");
            lines.add(String.format(
                    Locale.ROOT,
                    "region: %d x %d at %d, %d, peak %.3f",
                    box.get("width").asInt(),
                    box.get("height").asInt(),
                    box.get("x").asInt(),
                    box.get("y").asInt(),
                    region.get("peak").asDouble()));
        }
        lines.add(IMAGE.getFileName() + ": anomalous");
        lines.add(ANOTHER.getFileName() + ": normal");
        lines.add("notes.txt: The media type is not supported");
        lines.add("problem: 415 urn:draem:problem:unsupported-media-type, request " + NAME);
        lines.add(problem.get("detail").asString());
        return String.join("\n", lines) + "\n";
    }

    private JsonNode problem() throws Exception {
        return Http.json(post(noImage, "X-Request-Id", NAME));
    }

    private byte[] overlay() throws Exception {
        return post(IMAGE, "Accept", "image/png").body();
    }

    private HttpResponse<byte[]> post(Path file, String... headers) throws Exception {
        List<String> all = new ArrayList<>(List.of("X-API-Key", KEY));
        all.addAll(List.of(headers));
        return http.post(
                "/v1/detect", "application/octet-stream", Files.readAllBytes(file), all.toArray(String[]::new));
    }

    private static String digest() throws IOException {
        return Sha256.of(Files.readAllBytes(IMAGE));
    }

    private static String example(String file) {
        return EXAMPLES.resolve(file).toString();
    }

    /** Copies an example into the folder of the client that it uses. */
    private static Path copy(String language) throws IOException {
        Path example = Files.createDirectories(CLIENTS.resolve(language + "-example"));
        try (Stream<Path> files = Files.list(EXAMPLES.resolve(language))) {
            files.forEach(file -> {
                try {
                    Files.copy(file, example.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return example;
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
