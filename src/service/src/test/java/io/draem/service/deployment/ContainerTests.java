package io.draem.service.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.Capability;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs an image that has been built already as strictly as the chart does: an ordinary user, no capabilities, a root file
 * system that cannot be written. Its temporary folder allows no execution either, so that a library unpacked at start fails.
 *
 * <pre>{@code
 * docker build -t draem-service:cpu --target service-cpu .
 * ./mvnw -pl src/service -am test -Dtest=ContainerTests -Dsurefire.failIfNoSpecifiedTests=false -Ddraem.image=draem-service:cpu
 * }</pre>
 *
 * Skipped where no image is named or no container engine answers. For podman, start {@code podman system service} and set
 * {@code DOCKER_HOST} to its socket and {@code TESTCONTAINERS_RYUK_DISABLED=true}.
 */
@Tag("container")
@ExtendWith(ContainerTests.Requirements.class)
class ContainerTests {

    private static final @Nullable String IMAGE = System.getProperty("draem.image");
    private static final Path BROKEN_COOKIE = HelmChart.DIRECTORY.resolveSibling("src/data/cookie/test/broken/000.jpg");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static @Nullable GenericContainer<?> shared;

    @BeforeAll
    static void start() {
        shared = started();
    }

    @AfterAll
    static void stop() {
        if (shared != null) {
            shared.stop();
        }
    }

    @Test
    void findsTheBreakInAPhotographAndCountsIt() throws Exception {
        var answer = CLIENT.send(photograph(shared), HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var verdict = JsonMapper.shared().readTree(answer.body());
        assertThat(verdict.path("anomalous").asBoolean()).as(answer.body()).isTrue();
        assertThat(verdict.path("regions").isEmpty()).as(answer.body()).isFalse();

        var metrics = get(shared, "/actuator/prometheus");
        assertThat(metrics.lines())
                .anyMatch(line -> line.startsWith("draem_detect_seconds_count{") && line.contains("model=\"cookie\""))
                .anyMatch(line -> line.startsWith("draem_model_info{") && line.contains("provider="));
    }

    @Test
    void losesNoRequestWhenItIsToldToStop() throws Exception {
        try (var container = started()) {
            var request = photograph(container);
            var answers = IntStream.range(0, 8)
                    .mapToObj(i -> CLIENT.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
                    .toList();
            CompletableFuture.anyOf(answers.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
            var docker = container.getDockerClient();
            docker.killContainerCmd(container.getContainerId())
                    .withSignal("TERM")
                    .exec();

            // Those that had come in are finished; one that had not may be refused, in words.
            for (var answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS).statusCode()).isIn(200, 503);
            }
            assertThat(docker.waitContainerCmd(container.getContainerId())
                            .exec(new WaitContainerResultCallback())
                            .awaitStatusCode(30, TimeUnit.SECONDS))
                    .as(container.getLogs())
                    .isEqualTo(143);
        }
    }

    private static GenericContainer<?> started() {
        var container = new GenericContainer<>(DockerImageName.parse(IMAGE))
                .withImagePullPolicy(image -> false)
                .withExposedPorts(8080)
                .withTmpFs(Map.of("/tmp", "rw,noexec,nosuid,size=64m"))
                .withCreateContainerCmdModifier(command -> command.getHostConfig()
                        .withReadonlyRootfs(true)
                        .withCapDrop(Capability.ALL)
                        .withSecurityOpts(List.of("no-new-privileges")))
                .waitingFor(Wait.forHttp("/actuator/health/readiness").withStartupTimeout(Duration.ofMinutes(3)));
        container.start();
        return container;
    }

    private static HttpRequest photograph(GenericContainer<?> container) throws Exception {
        return HttpRequest.newBuilder(uri(container, "/v1/detect"))
                .header("Content-Type", "image/jpeg")
                .timeout(Duration.ofMinutes(1))
                .POST(HttpRequest.BodyPublishers.ofFile(BROKEN_COOKIE))
                .build();
    }

    private static String get(GenericContainer<?> container, String path) throws Exception {
        return CLIENT.send(HttpRequest.newBuilder(uri(container, path)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static URI uri(GenericContainer<?> container, String path) {
        return URI.create("http://%s:%d%s".formatted(container.getHost(), container.getMappedPort(8080), path));
    }

    /** An image by name and an engine to run it; where one is missing, the tests are skipped and one line says so. */
    static class Requirements implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (context.getTestMethod().isPresent()) {
                return ConditionEvaluationResult.enabled("the class is");
            }
            var missing = missing();
            if (missing == null) {
                return ConditionEvaluationResult.enabled("image and engine are there");
            }
            System.out.println("ContainerTests are skipped: " + missing);
            return ConditionEvaluationResult.disabled(missing);
        }

        private static @Nullable String missing() {
            if (IMAGE == null) {
                return "no image is named, -Ddraem.image=NAME does";
            }
            // The search for an engine logs a stack trace for every place where there is none.
            var log = (Logger) LoggerFactory.getLogger("org.testcontainers");
            log.setLevel(Level.OFF);
            ((Logger) LoggerFactory.getLogger("com.github.dockerjava")).setLevel(Level.OFF);
            ((Logger) LoggerFactory.getLogger("tc")).setLevel(Level.WARN);
            if (!DockerClientFactory.instance().isDockerAvailable()) {
                return "no container engine answers";
            }
            log.setLevel(Level.WARN);
            return null;
        }
    }
}
