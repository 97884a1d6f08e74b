package io.draem.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.api.Http;
import io.draem.testing.Await;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** Goes through captured images in Chromium, with the keyboard. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"draem.inference.provider=cpu", "draem.capture.random-share=1"})
@EnabledIfSystemProperty(named = "draem.test.browser", matches = "wanted", disabledReason = "Needs Chromium: -Pbrowser")
@Timeout(180)
class ReviewBrowserTests {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String[] REVIEWER = {"X-API-Key", "anna-key"};

    @TempDir
    private static Path folder;

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void captures(DynamicPropertyRegistry properties) throws Exception {
        Path keys = Files.writeString(
                folder.resolve("keys"),
                Http.keyLine("line", "line-key")
                        + Http.keyLine("anna", "anna-key").strip() + ":review\n");
        properties.add("draem.security.api-keys.file", keys::toString);
        properties.add("draem.models.directory", () -> TestModels.directory().toString());
        properties.add(
                "draem.capture.directory", () -> folder.resolve("captured").toString());
    }

    @Test
    void imagesAreLabeledByKeyboardAndDefectsOutlined() throws Exception {
        Http http = new Http(port);
        int sent = 0;
        for (Path image : new Path[] {
            TestModels.good(), TestModels.broken(), TestModels.file("src/data/cookie/test/broken/014.jpg")
        }) {
            assertThat(http.post("/v1/detect", "image/jpeg", Files.readAllBytes(image), "X-API-Key", "line-key")
                            .statusCode())
                    .isEqualTo(200);
            int expected = ++sent;
            Await.until(LIMIT, () -> images(http).get("images").size() == expected);
        }
        try (Browser browser = Browser.startOrSkip(folder)) {
            BrowserTab tab = browser.tab();
            tab.open("http://localhost:" + port + "/review");
            tab.await("!document.querySelector('#access').hidden");
            tab.type("line-key");
            tab.press("Enter");
            tab.await("document.querySelector('#access label').textContent.includes('may not review')");
            tab.type("anna-key");
            tab.press("Enter");
            shows(tab, "Image 3:");
            tab.await("!document.querySelector('#marked').hidden");
            tab.awaitFrame();
            tab.screenshot(Path.of("target/page/review.png"));

            // The last image has an outline, the one before is a defect where the model says, the first is good.
            tab.press("o");
            tab.click(tab.on("#canvas", 0.4, 0.4));
            tab.click(tab.on("#canvas", 0.6, 0.4));
            tab.click(tab.on("#canvas", 0.6, 0.6));
            tab.press("Enter");
            tab.await("document.querySelector('#region-note').textContent.includes('One outline')");
            tab.awaitFrame();
            tab.screenshot(Path.of("target/page/review-outline.png"));
            tab.press("d");
            shows(tab, "Image 2:");
            tab.press("d");
            shows(tab, "Image 1:");
            tab.press("g");
            tab.await("document.querySelector('#announcement').textContent.includes('last image')");
            assertThat(tab.text("#counts")).isEqualTo("0 without a label, 1 good, 2 defect, 0 unsure");
            JsonNode images = images(http);
            assertThat(images.at("/images/0/review/label").asString()).isEqualTo("defect");
            assertThat(images.at("/images/0/review/outlines/0")).hasSize(3);
            assertThat(images.at("/images/1/review/label").asString()).isEqualTo("defect");
            assertThat(images.at("/images/1/review").has("outlines")).isFalse();
            assertThat(images.at("/images/2/review/label").asString()).isEqualTo("good");

            // Another reviewer was faster: the label is not lost, and this reviewer decides again.
            tab.press("p");
            shows(tab, "Image 2:");
            HttpResponse<byte[]> other =
                    http.put("/v1/review/images/2/label", "{\"label\":\"unsure\",\"revision\":1}", REVIEWER);
            assertThat(other.statusCode()).isEqualTo(200);
            tab.press("g");
            tab.await("document.querySelector('#problem').textContent.includes('Another label came first')");
            tab.await("document.querySelector('#word').textContent.includes('labeled unsure')");
            assertThat(tab.text("#caption")).startsWith("Image 2:");
            assertThat(images(http).at("/images/1/review/label").asString()).isEqualTo("unsure");
            tab.press("g");
            shows(tab, "Image 1:");
            assertThat(images(http).at("/images/1/review/label").asString()).isEqualTo("good");
            assertThat(tab.requests()).noneMatch(address -> address.contains("anna-key"));
            assertThat(tab.complaints())
                    .allMatch(complaint ->
                            complaint.contains("401") || complaint.contains("403") || complaint.contains("409"));
            assertThat(tab.blamedByAxe()).isEmpty();
        }
    }

    private static void shows(BrowserTab tab, String image) throws Exception {
        tab.await("document.querySelector('#caption').textContent.startsWith('" + image + "')");
        tab.await("document.querySelector('#canvas').getAttribute('aria-label')?.startsWith('" + image.replace(":", ",")
                + "')");
    }

    private static JsonNode images(Http http) throws Exception {
        return Http.json(http.get("/v1/review/images", REVIEWER));
    }
}
