package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.models.ModelDirectory;
import io.draem.testing.Await;
import io.draem.testing.LongTest;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
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
import tools.jackson.databind.JsonNode;

/** A version that examines what another one answers. */
@Timeout(180)
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"draem.inference.provider=cpu", "draem.models.poll-interval=100ms"})
@Tag("slow")
class CandidateHttpTests {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int MOST_IMAGES = 200;
    private static final String COMPARISON = "/v1/models/cookie/comparison";

    @TempDir
    private static Path temporary;

    private static ModelDirectory directory;

    private Http http;

    @DynamicPropertySource
    static void models(DynamicPropertyRegistry properties) throws Exception {
        directory = new ModelDirectory(temporary);
        directory.put("cookie", "1", Files.readAllBytes(TestModels.graph()));
        properties.add("draem.models.directory", () -> temporary.toString());
    }

    @Autowired
    void connect(@LocalServerPort int port) {
        http = new Http(port);
    }

    @BeforeEach
    void oneVersion() throws Exception {
        if (Files.exists(temporary.resolve("cookie/2"))) {
            directory.remove("cookie/2");
        }
        Await.until(LIMIT, () -> versions().equals(List.of("1 served")));
        assertThat(http.get(COMPARISON).statusCode()).isEqualTo(404);
        assertThat(Http.text(http.get(COMPARISON))).contains("urn:draem:problem:no-candidate");
    }

    @Test
    void aCandidateIsComparedAndAnswersNothing() throws Exception {
        putCandidate("");
        Await.until(LIMIT, () -> versions().equals(List.of("1 served", "2 candidate")));
        double requests = http.metric("draem_detect_seconds_count{");
        double before = http.metric("draem_candidate_images_total{model=\"cookie\",outcome=\"candidate-anomalous\"");
        List<String> digests = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            JsonNode normal = detect(TestModels.good(), "");
            assertThat(normal.at("/model/version").asInt()).isEqualTo(1);
            digests.add(0, normal.at("/image/digest").asString());
            awaitCompared(2 * i + 1);
            detect(TestModels.broken(), "");
            awaitCompared(2 * i + 2);
        }
        // These leave nothing to compare.
        assertThat(detect(TestModels.good(), "?version=2").get("anomalous").asBoolean())
                .isTrue();
        detect(TestModels.good(), "?threshold=0.3");

        JsonNode comparison = comparison();
        assertThat(comparison.at("/served/version").asInt()).isEqualTo(1);
        assertThat(comparison.at("/candidate/version").asInt()).isEqualTo(2);
        assertThat(comparison.at("/share").asDouble()).isEqualTo(1);
        assertThat(comparison.get("images").toString())
                .isEqualTo("{\"compared\":8,\"bothNormal\":0,\"bothAnomalous\":4,\"servedAnomalous\":0,"
                        + "\"candidateAnomalous\":4,\"failed\":0,\"dropped\":0,\"answered\":0}");
        assertThat(comparison.get("conclusion").asString()).as("4 of 8").isEqualTo("different");
        assertThat(comparison.at("/disagreement/min").asDouble()).isBetween(0.1, 0.5);
        assertThat(comparison.at("/disagreement/max").asDouble()).isBetween(0.5, 0.9);
        assertThat(comparison.at("/scoreDifference/mean").asDouble()).isPositive();
        assertThat(comparison.at("/candidate/inference/median").asDouble()).isPositive();
        assertThat(comparison
                        .get("disagreements")
                        .valueStream()
                        .map(image -> image.get("digest").asString()))
                .isEqualTo(digests);
        assertThat(comparison.at("/disagreements/0/servedScore").asDouble()).isLessThan(0.5);
        assertThat(comparison.at("/disagreements/0/candidateScore").asDouble()).isGreaterThan(0.5);

        assertThat(http.metric("draem_candidate_images_total{model=\"cookie\",outcome=\"candidate-anomalous\""))
                .isEqualTo(before + 4);
        // Other tests of this class may have left a request whose end is counted late.
        Await.until(LIMIT, () -> http.metric("draem_detect_seconds_count{") == requests + 10);
    }

    @Test
    void aCandidateIsPromotedAndTakenBackByItsFile() throws Exception {
        putCandidate("0");
        Await.until(LIMIT, () -> versions().equals(List.of("1 served", "2 candidate")));
        detect(TestModels.good(), "");
        assertThat(comparison().at("/share").asDouble()).isZero();
        double loads = http.metric("draem_model_switches_total{model=\"cookie\"}");

        Files.delete(marker());
        Await.until(LIMIT, () -> versions().equals(List.of("2 served")));
        assertThat(detect(TestModels.good(), "").get("anomalous").asBoolean()).isTrue();
        assertThat(http.get(COMPARISON).statusCode()).isEqualTo(404);
        assertThat(http.metric("draem_model_switches_total{model=\"cookie\"}")).isEqualTo(loads + 1);

        Files.writeString(marker(), "");
        Await.until(LIMIT, () -> versions().equals(List.of("1 served", "2 candidate")));
        assertThat(detect(TestModels.good(), "").get("anomalous").asBoolean()).isFalse();
        awaitCompared(1);
    }

    @Test
    void aShareThatIsNoneIsReported() throws Exception {
        putCandidate("50 %");
        Await.until(LIMIT, () -> versions().equals(List.of("1 served", "2 refused")));
        assertThat(Http.json(http.get("/v1/models/cookie"))
                        .at("/versions/1/reason")
                        .asString())
                .contains("share of the images", "0 to 1");
        Files.writeString(marker(), "0.5\n");
        Await.until(LIMIT, () -> versions().equals(List.of("1 served", "2 candidate")));
        assertThat(comparison().at("/share").asDouble()).isEqualTo(0.5);
    }

    /** Weights of 5 bits miss defects of the photographs, as a model would that was trained badly. */
    @Test
    @LongTest
    void aWorseCandidateIsDistinguishedWithin200Images() throws Exception {
        putCandidate("", CoarseGraph.of(Files.readAllBytes(TestModels.graph()), 5));
        JsonNode worse = compareUntil("fewer-anomalous", photographs());
        assertThat(worse.at("/disagreement/min").asDouble()).isGreaterThan(0.02);
        assertThat(worse.at("/images/servedAnomalous").asInt())
                .isGreaterThan(worse.at("/images/candidateAnomalous").asInt());
        assertThat(worse.at("/scoreDifference/mean").asDouble()).isNegative();
        assertThat(worse.at("/candidate/inference/median").asDouble()).isPositive();
    }

    @Test
    @LongTest
    void anEqualCandidateIsFoundToBeTheSameWithin200Images() throws Exception {
        putCandidate("", TestModels.withMetadata(Files.readAllBytes(TestModels.graph()), "note", "the same weights"));
        JsonNode equal = compareUntil("same", photographs());
        assertThat(equal.at("/disagreement/min").asDouble()).isZero();
        assertThat(equal.at("/disagreement/max").asDouble()).isLessThan(0.02);
        assertThat(equal.at("/scoreDifference/largest").asDouble()).isZero();
    }

    /** Sends one image after the other until the comparison comes to its conclusion, which no other one may precede. */
    private JsonNode compareUntil(String conclusion, List<byte[]> images) throws Exception {
        Await.until(LIMIT, () -> versions().equals(List.of("1 served", "2 candidate")));
        List<String> before = conclusion.equals("same") ? List.of("undecided") : List.of("undecided", "different");
        for (byte[] image : images.subList(0, MOST_IMAGES)) {
            JsonNode last = comparison();
            if (last.get("conclusion").asString().equals(conclusion)) {
                return last;
            }
            assertThat(last.get("conclusion").asString()).isIn(before);
            assertThat(http.post("/v1/detect", "image/png", image).statusCode()).isEqualTo(200);
            awaitCompared(last.at("/images/compared").asInt() + 1);
        }
        JsonNode last = comparison();
        assertThat(last.get("conclusion").asString()).as(last.toString()).isEqualTo(conclusion);
        return last;
    }

    /** Returns all photographs as they are and mirrored on either axis, in a fixed random order. */
    private static List<byte[]> photographs() throws Exception {
        List<byte[]> images = new ArrayList<>();
        for (String folder : List.of("test/good", "test/broken", "train/good")) {
            try (Stream<Path> files = Files.list(TestModels.file("src/data/cookie/" + folder))) {
                for (Path file : files.sorted().toList()) {
                    BufferedImage image = ImageIO.read(file.toFile());
                    images.add(png(image, false, false));
                    images.add(png(image, true, false));
                    images.add(png(image, false, true));
                }
            }
        }
        Collections.shuffle(images, new Random(7));
        return images;
    }

    private static byte[] png(BufferedImage image, boolean horizontally, boolean vertically) throws Exception {
        int width = 256;
        int height = 256;
        BufferedImage mirrored = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = mirrored.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(
                image,
                horizontally ? width : 0,
                vertically ? height : 0,
                horizontally ? -width : width,
                vertically ? -height : height,
                null);
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(mirrored, "png", bytes);
        return bytes.toByteArray();
    }

    private void awaitCompared(int images) throws Exception {
        Await.until(LIMIT, () -> comparison().at("/images/compared").asInt() == images);
    }

    private static void putCandidate(String share) throws Exception {
        putCandidate(
                share,
                TestModels.withMetadata(Files.readAllBytes(TestModels.graph()), "draem.threshold.image", "0.0001"));
    }

    private static void putCandidate(String share, byte[] graph) throws Exception {
        Files.writeString(directory.file("cookie", "2").resolveSibling("candidate"), share);
        directory.put("cookie", "2", graph);
    }

    private static Path marker() {
        return temporary.resolve("cookie/2/candidate");
    }

    private List<String> versions() throws Exception {
        return Http.json(http.get("/v1/models/cookie"))
                .get("versions")
                .valueStream()
                .map(version -> version.get("version").asInt() + " "
                        + version.get("state").asString())
                .toList();
    }

    private JsonNode comparison() throws Exception {
        HttpResponse<byte[]> response = http.get(COMPARISON);
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(200);
        return Http.json(response);
    }

    private JsonNode detect(Path image, String query) throws Exception {
        HttpResponse<byte[]> response = http.post("/v1/detect" + query, "image/jpeg", Files.readAllBytes(image));
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(200);
        return Http.json(response);
    }
}
