package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.capture.files.BucketStore;
import io.draem.service.capture.files.FileStore;
import io.draem.service.capture.files.S3Server;
import io.draem.service.capture.files.S3Settings;
import io.draem.testing.Await;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** Captures every image in a bucket of an S3 server that ends and comes back. */
@Timeout(600)
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "draem.inference.provider=cpu",
            "draem.capture.random-share=1",
            "draem.capture.max-images=2",
            "draem.capture.bucket=s3://captured/line"
        })
@DirtiesContext
@Tag("slow")
@EnabledIfSystemProperty(named = S3Server.GATE, matches = "wanted", disabledReason = S3Server.REASON)
class ReviewBucketHttpTests {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    private static Path temporary;

    private static S3Server server;
    private static S3Settings settings;

    private Http http;

    @DynamicPropertySource
    static void captures(DynamicPropertyRegistry properties) throws Exception {
        server = new S3Server(temporary.resolve("objects"));
        settings = new S3Settings(server.port());
        properties.add("draem.models.directory", () -> TestModels.directory().toString());
        properties.add(
                "draem.capture.directory", () -> temporary.resolve("captured").toString());
    }

    @Autowired
    void connect(@LocalServerPort int port) {
        http = new Http(port);
    }

    @AfterAll
    static void end() throws Exception {
        settings.close();
        server.close();
    }

    @Test
    void imagesAreInTheBucketAndItsFailureFailsNoRequest() throws Exception {
        byte[] broken = image(TestModels.broken(), 1);
        detect(broken);
        JsonNode captured = awaitCaptured(1);
        String path = "/v1/review/images/" + captured.get("id").asLong();
        HttpResponse<byte[]> file = http.get(path + "/image");
        assertThat(file.body()).isEqualTo(broken);
        assertThat(file.headers().firstValue("Content-Type")).hasValue("image/jpeg");
        assertThat(http.get(path + "/mask").statusCode()).isEqualTo(200);
        assertThat(http.get(path + "/preview").statusCode()).isEqualTo(200);
        try (Stream<Path> files = Files.walk(temporary.resolve("captured"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .allMatch(name -> name.getFileName().toString().startsWith("captures."));
        }
        assertThat(http.put(path + "/label", "{\"label\":\"defect\",\"revision\":0}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(export()).containsExactlyInAnyOrder("test/defect/", "ground_truth/defect/", "");

        server.stop();
        double failed = metric("failed");
        detect(image(TestModels.good(), 2));
        Await.until("the capture fails", LIMIT, () -> metric("failed") > failed);
        detect(image(TestModels.good(), 3));
        HttpResponse<byte[]> unreadable = http.get(path + "/image");
        assertThat(unreadable.statusCode()).isEqualTo(503);
        assertThat(unreadable.headers().firstValue("Retry-After")).hasValue("2");
        assertThat(Http.json(unreadable).get("type").asString()).isEqualTo("urn:draem:problem:captures-unavailable");
        HttpResponse<byte[]> export = http.get("/v1/review/export?model=" + TestModels.name());
        assertThat(export.statusCode()).isEqualTo(503);
        assertThat(export.headers().firstValue("Content-Disposition")).isEmpty();
        assertThat(Http.json(export).get("type").asString()).isEqualTo("urn:draem:problem:captures-unavailable");
        assertThat(http.call("DELETE", path).statusCode()).isEqualTo(503);

        server.start();
        detect(image(TestModels.good(), 4));
        long next = awaitCaptured(2).get("id").asLong();
        assertThat(http.get(path + "/image").body()).isEqualTo(broken);

        // Of three, the older of those without a label goes; nothing is left of the two that were not completed.
        detect(image(TestModels.good(), 5));
        Await.until(
                "a deletion",
                LIMIT,
                () -> images().size() == 2 && images().get(0).get("id").asLong() > next);
        assertThat(http.get("/v1/review/images/" + next).statusCode()).isEqualTo(404);
        Await.until("its files are gone", LIMIT, () -> objects() == 6);
        assertThat(http.call("DELETE", path).statusCode()).isEqualTo(204);
        assertThat(http.get(path + "/image").statusCode()).isEqualTo(404);
    }

    private static int objects() throws Exception {
        AtomicInteger count = new AtomicInteger();
        try (FileStore store = BucketStore.of("s3://captured/line")) {
            store.list(name -> count.incrementAndGet() > 0);
        }
        return count.get();
    }

    private String[] export() throws Exception {
        HttpResponse<byte[]> answer = http.get("/v1/review/export?model=" + TestModels.name());
        assertThat(answer.statusCode()).isEqualTo(200);
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(answer.body()))) {
            List<String> folders = new ArrayList<>();
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                assertThat(zip.readAllBytes()).isNotEmpty();
                folders.add(entry.getName().substring(0, entry.getName().lastIndexOf('/') + 1));
            }
            return folders.toArray(String[]::new);
        }
    }

    private void detect(byte[] file) throws Exception {
        HttpResponse<byte[]> answer = http.post("/v1/detect", "image/jpeg", file);
        assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(200);
    }

    private JsonNode awaitCaptured(int count) throws Exception {
        Await.until("captured images", LIMIT, () -> images().size() >= count);
        return images().get(0);
    }

    private JsonNode images() throws Exception {
        return Http.json(http.get("/v1/review/images")).get("images");
    }

    private double metric(String outcome) throws Exception {
        return http.metric("draem_captures_total{model=\"" + TestModels.name() + "\",outcome=\"" + outcome);
    }

    /** Returns a photograph as another file: what follows the end of a JPEG is ignored. */
    private static byte[] image(Path image, int number) throws Exception {
        byte[] file = Files.readAllBytes(image);
        byte[] other = Arrays.copyOf(file, file.length + 1);
        other[file.length] = (byte) number;
        return other;
    }
}
