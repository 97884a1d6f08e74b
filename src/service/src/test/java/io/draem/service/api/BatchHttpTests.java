package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@Tag("slow")
class BatchHttpTests extends HttpTest {

    private static final String PATH = "/v1/detect/batch";

    @Test
    void everyImageHasTheVerdictThatItHasAloneInTheOrderOfTheParts() throws Exception {
        byte[] broken = Files.readAllBytes(TestModels.broken());
        byte[] good = Files.readAllBytes(TestModels.good());
        JsonNode batch = Http.json(http.postForm(
                PATH,
                List.of(image("b.jpg", broken), image("g.jpg", good), image("b2.jpg", broken)),
                "X-Request-Id",
                "shift-7"));
        assertThat(batch.get("id").asString()).isEqualTo("shift-7");
        assertThat(batch.get("succeeded").asInt()).isEqualTo(3);
        assertThat(batch.get("failed").asInt()).isZero();
        JsonNode results = batch.get("results");
        assertThat(results.get(0).get("fileName").asString()).isEqualTo("b.jpg");
        assertThat(results.get(1).get("fileName").asString()).isEqualTo("g.jpg");
        JsonNode brokenAlone = Http.json(http.post("/v1/detect", "image/jpeg", broken));
        JsonNode goodAlone = Http.json(http.post("/v1/detect", "image/jpeg", good));
        for (String field : List.of("score", "anomalous", "regions", "image", "model")) {
            assertThat(results.get(0).get("detection").get(field)).isEqualTo(brokenAlone.get(field));
            assertThat(results.get(1).get("detection").get(field)).isEqualTo(goodAlone.get(field));
            assertThat(results.get(2).get("detection").get(field)).isEqualTo(brokenAlone.get(field));
        }
        assertThat(results.get(1).get("detection").get("id").asString()).isEqualTo("shift-7-1");
    }

    @Test
    void anImageThatFailsHasItsProblemAndSpoilsNoOther() throws Exception {
        byte[] good = Files.readAllBytes(TestModels.good());
        HttpResponse<byte[]> response = http.postForm(
                PATH,
                List.of(
                        image("text.jpg", "no picture".getBytes(StandardCharsets.UTF_8)),
                        image("half.jpg", Arrays.copyOf(good, good.length / 2)),
                        image("empty.jpg", new byte[0]),
                        image("good.jpg", good)),
                "X-Request-Id",
                "shift-8");
        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode batch = Http.json(response);
        assertThat(batch.get("succeeded").asInt()).isEqualTo(1);
        assertThat(batch.get("failed").asInt()).isEqualTo(3);
        JsonNode results = batch.get("results");
        assertThat(results.get(0).get("problem").get("type").asString()).endsWith(":unsupported-media-type");
        assertThat(results.get(1).get("problem").get("type").asString()).endsWith(":invalid-image");
        assertThat(results.get(2).get("problem").get("detail").asString()).contains("empty");
        assertThat(results.get(2).get("problem").get("status").asInt()).isEqualTo(400);
        assertThat(results.get(2).get("problem").get("requestId").asString()).isEqualTo("shift-8-2");
        assertThat(results.get(2).has("detection")).isFalse();
        assertThat(results.get(3).has("problem")).isFalse();
        assertThat(results.get(3).get("detection").get("anomalous").asBoolean()).isFalse();
    }

    @Test
    void theQueryHoldsForEveryImage() throws Exception {
        byte[] good = Files.readAllBytes(TestModels.good());
        JsonNode results = Http.json(http.postForm(
                        PATH + "?threshold=0&include=mask", List.of(image("a.jpg", good), image("b.jpg", good))))
                .get("results");
        for (JsonNode entry : results) {
            assertThat(entry.get("detection").get("anomalous").asBoolean()).isTrue();
            assertThat(entry.get("detection").has("mask")).isTrue();
        }
    }

    @Test
    void whatConcernsTheWholeRequestIsItsStatus() throws Exception {
        byte[] good = Files.readAllBytes(TestModels.good());
        isProblem(http.postForm(PATH + "?model=cake", List.of(image("a.jpg", good))), 404, "cookie");
        isProblem(http.postForm(PATH, "image", "a.jpg", good), 400, "'images'");
        isProblem(http.post(PATH, "image/jpeg", good), 415, "multipart/form-data");
        isProblem(http.postForm(PATH, "images", "a.jpg", good, "Accept", "image/png"), 406, "application/json");
        isProblem(http.postForm(PATH, Collections.nCopies(65, image("a.jpg", good))), 400, "draem.batch.max-images");
        isProblem(http.postForm(PATH, Collections.nCopies(80, image("a.jpg", good))), 400, "72 parts");
        isProblem(
                http.postForm(PATH, Collections.nCopies(3, image("a.jpg", new byte[24 << 20]))),
                413,
                Integer.toString(64 << 20));
    }

    @Test
    void fileNamesComeBackShortAndHarmless() throws Exception {
        byte[] good = Files.readAllBytes(TestModels.good());
        List<Http.FormFile> files = new ArrayList<>();
        files.add(image("a".repeat(300) + ".jpg", good));
        files.add(image("tab\there\u202egpj.jpg", good));
        JsonNode results = Http.json(http.postForm(PATH, files)).get("results");
        assertThat(results.get(0).get("fileName").asString()).isEqualTo("a".repeat(128));
        assertThat(results.get(1).get("fileName").asString()).isEqualTo("tab\\u0009here\\u202egpj.jpg");
    }

    private static Http.FormFile image(String name, byte[] bytes) {
        return new Http.FormFile("images", name, bytes);
    }

    private static void isProblem(HttpResponse<byte[]> response, int status, String detail) {
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(Http.json(response).get("detail").asString()).contains(detail);
    }
}
