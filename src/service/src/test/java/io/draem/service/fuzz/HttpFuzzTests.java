package io.draem.service.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.Tiling;
import io.draem.model.TestModels;
import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionService;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ServedModel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Sends broken requests: {@code -Dfuzz.inputs=100000} for many, {@code -Dfuzz.seed=N} for others. */
@Tag("slow")
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"draem.inference.provider=cpu", "draem.models.default=cookie"})
class HttpFuzzTests {

    private static final String[] INSIDES = {
        "Exception",
        "\tat ",
        "java.",
        "io.draem",
        "org.apache",
        Path.of("").toAbsolutePath().toString(),
        "<html"
    };

    @LocalServerPort
    private int port;

    @Autowired
    private Admission admission;

    @Autowired
    private DetectionService detection;

    @Autowired
    private ModelRepository models;

    @TempDir
    private static Path directory;

    /** The project's own model, and one that cuts images into tiles and takes regions of interest. */
    @DynamicPropertySource
    static void models(DynamicPropertyRegistry properties) throws IOException {
        write(TestModels.name(), Files.readAllBytes(TestModels.graph()));
        Framing framing = new Framing(new Tiling(FrameScale.ONE, 16, 0), FrameScore.MAXIMUM, null, false);
        write("tiled", TestModels.tiled(FrameSize.square(64), framing));
        properties.add("draem.models.directory", () -> directory.toString());
    }

    private static void write(String name, byte[] graph) throws IOException {
        Files.write(
                Files.createDirectories(directory.resolve(name).resolve("1")).resolve("model.onnx"), graph);
    }

    @Test
    void noRequestBreaksTheServiceOrLeavesAnythingBehind() throws Exception {
        assertThat(send(new RequestMutator(new ImageMutator(Seeds.images()))::next, Seeds.inputs(500)))
                .containsKeys(200, 400, 413, 415);
    }

    @Test
    void noInferenceRequestBreaksTheServiceOrLeavesAnythingBehind() throws Exception {
        assertThat(send(new InferenceMutator(new ImageMutator(Seeds.images()))::next, Seeds.inputs(200)))
                .containsKeys(200, 400, 404);
    }

    /** Returns how many answers there were of each status. */
    private Map<Integer, Integer> send(Function<RandomGenerator, byte[]> requests, int inputs) throws Exception {
        Map<Integer, Integer> statuses = new TreeMap<>();
        long before = 0;
        try (RawConnection connection = new RawConnection(port)) {
            for (int i = 0; i < inputs; i++) {
                if (i == inputs / 5) {
                    before = heapAfterCollection();
                }
                SplittableRandom random = new SplittableRandom(Seeds.seed() + i);
                byte[] request = requests.apply(random);
                // Of a broken head nobody knows where the request ends: the end of the stream says it.
                boolean keepAlive = isWhole(request);
                RawConnection.Reply reply = connection.send(request, keepAlive);
                statuses.merge(reply.status(), 1, Integer::sum);
                assertThat(reply.status())
                        .as("input %d of seed %d: %s", i, Seeds.seed(), reply.text())
                        .isNotIn(500, 502);
                assertThat(keepAlive && reply.status() == 0)
                        .as("input %d of seed %d has no answer, or a part of one", i, Seeds.seed())
                        .isFalse();
                // Whoever closes its sending side counts as gone, and its request as cancelled.
                assertThat(keepAlive && reply.status() == 503)
                        .as("input %d of seed %d: %s", i, Seeds.seed(), reply.text())
                        .isFalse();
                if (reply.status() >= 400) {
                    assertThat(reply.text())
                            .as("input %d of seed %d", i, Seeds.seed())
                            .doesNotContain(INSIDES);
                }
                if (i % 10_000 == 9_999) {
                    System.out.println((i + 1) + " requests by status: " + statuses);
                }
            }
        }
        System.out.println(inputs + " broken requests by status, 0 for none: " + statuses);
        assertThat(admission.awaitAnswers(Duration.ofSeconds(60))).isTrue();
        assertThat(detection.pixelsInFlight()).isZero();
        assertThat(models.models()).extracting(ServedModel::queueDepth).containsOnly(0);
        long after = heapAfterCollection();
        System.out.println("Heap after collection: " + (before >> 10) + " KB, then " + (after >> 10) + " KB");
        assertThat(after - before).isLessThan(32 << 20);
        return statuses;
    }

    /** Tells whether the bytes are one request, neither more nor less, as far as a simple reader sees. */
    private static boolean isWhole(byte[] request) {
        String text = new String(request, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0 || !text.startsWith("POST /v1/detect") && !text.startsWith("POST /v2/models/")) {
            return false;
        }
        String head = text.substring(0, end);
        int at = head.lastIndexOf("\r\nContent-Length: ");
        return at >= 0
                && head.indexOf("\r\nContent-Length: ") == at
                && !head.contains("Transfer-Encoding")
                && head.substring(at + 18).equals(Integer.toString(request.length - end - 4));
    }

    private static long heapAfterCollection() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
