package io.draem.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.api.Http;
import io.draem.service.api.HttpTest;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page in a real browser, which is looked for on the PATH. Pictures of it are left in {@code target/page}. */
@EnabledIfSystemProperty(named = "draem.test.browser", matches = "wanted", disabledReason = "Needs Chromium: -Pbrowser")
@Timeout(180)
class PageBrowserTests extends HttpTest {

    private static final Path PICTURES = Path.of("target/page");
    private static final String OVERLAY = "document.querySelector('#overlay canvas').toDataURL()";

    /** Counts the pixels of outlines on the overlay. */
    private static final String MAGENTA = """
        (() => {
          const canvas = document.querySelector('#overlay canvas');
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          return data.filter((red, i) => i % 4 === 0 && red > 240 && data[i + 1] < 60 && data[i + 2] > 240).length;
        })()""";

    @TempDir
    private static Path folder;

    private static Browser browser;

    private BrowserTab tab;

    @BeforeAll
    static void start() throws Exception {
        browser = Browser.startOrSkip(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void open() throws Exception {
        tab = browser.tab();
        tab.open(http.base() + "/");
        tab.await("!document.querySelector('#model').disabled");
    }

    @Test
    void asksNobodyButTheServiceAndComplainsOfNothing() throws Exception {
        tab.choose("#file", TestModels.broken());
        tab.awaitVerdict("anomalous");
        assertThat(tab.complaints()).isEmpty();
        assertThat(tab.requests())
                .anyMatch(address -> address.endsWith("/page/main.js"))
                .allMatch(address -> address.startsWith(http.base() + "/"));
    }

    @Test
    void showsABrokenCookieAsAnomalousWithItsRegions() throws Exception {
        tab.choose("#file", TestModels.broken());
        tab.awaitVerdict("anomalous");
        assertThat(tab.text("#word")).isEqualTo("Anomalous");
        assertThat(tab.text("#why")).contains("is above the threshold");
        assertThat(tab.text("#announcement")).startsWith("Anomalous. The score");
        int regions = Http.json(http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.broken())))
                .get("regions")
                .size();
        assertThat(tab.evaluate("document.querySelectorAll('#regions tbody tr').length")
                        .asInt())
                .isEqualTo(regions)
                .isPositive();
        tab.await(MAGENTA + " > 0");
        assertThat(tab.isShown("#tiles-choice") || tab.isShown("#region"))
                .as("tools of models with tiles or regions of interest")
                .isFalse();
        assertThat(tab.text("#details")).contains("sha256:", "version 1", "cpu", "inference");
        tab.screenshot(PICTURES.resolve("wide-light.png"));
    }

    @Test
    void showsAGoodCookieAsNormal() throws Exception {
        tab.choose("#file", TestModels.good());
        tab.awaitVerdict("normal");
        assertThat(tab.text("#word")).isEqualTo("Normal");
        assertThat(tab.text("#why")).contains("is not above the threshold");
        assertThat(tab.isShown("#verdict .icon-normal")).isTrue();
        assertThat(tab.isShown("#verdict .icon-anomalous")).isFalse();
    }

    @Test
    void theKeyboardAloneMovesTheThresholdAndTheServiceSaysTheOtherVerdict() throws Exception {
        tab.choose("#file", TestModels.broken());
        tab.awaitVerdict("anomalous");
        tab.tabTo("threshold");
        tab.press("End");
        tab.awaitVerdict("normal");
        assertThat(tab.text("#image-threshold output")).isEqualTo("1.000");
        assertThat(tab.requests()).anyMatch(address -> address.contains("threshold=1"));
        tab.evaluate("document.querySelector('#image-threshold button').focus()");
        tab.press("Enter");
        tab.awaitVerdict("anomalous");
        assertThat(tab.isShown("#image-threshold button")).isFalse();
    }

    @Test
    void afterAFileThatFailsNothingIsSaidOfTheOneBefore() throws Exception {
        tab.choose("#file", TestModels.broken());
        tab.awaitVerdict("anomalous");
        assertThat(tab.text("#image-threshold .note")).contains("This image");
        tab.choose("#file", Files.writeString(folder.resolve("no-image.jpg"), "no image"));
        tab.await("document.querySelector('#word').textContent === 'No verdict'");
        assertThat(tab.evaluate("document.querySelector('#image-threshold .note').textContent")
                        .asString())
                .doesNotContain("This image");
        assertThat(tab.isShown("#image-threshold .score")).isFalse();
    }

    @Test
    void theRegionsFollowThePixelThreshold() throws Exception {
        tab.choose("#file", TestModels.broken());
        tab.awaitVerdict("anomalous");
        tab.tabTo("pixels");
        tab.press("End");
        tab.await("document.querySelector('#regions-note').textContent.startsWith('No pixel is above the pixel"
                + " threshold 1.000')");
        tab.awaitVerdict("anomalous");
        tab.await(MAGENTA + " > 0"); // outline of the region of the peak
    }

    @Test
    void marksARegionAndEnlargesAPictureByKeyboard() throws Exception {
        tab.choose("#file", TestModels.broken());
        tab.awaitVerdict("anomalous");
        tab.evaluate("document.querySelector('#reconstruction button').focus()");
        tab.press("Enter");
        assertThat(tab.evaluate("""
            document.querySelector("#reconstruction canvas").clientWidth
              > 2 * document.querySelector("#overlay canvas").clientWidth""").asBoolean()).isTrue();
        tab.await("document.querySelector('#overlay canvas').width < 400");
        tab.awaitFrame();
        tab.evaluate("before = " + OVERLAY);
        tab.evaluate("document.querySelector('#regions tbody button').focus()");
        tab.press("Enter");
        tab.await(OVERLAY + " !== before");
        tab.press("Enter");
        tab.await(OVERLAY + " === before");
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void axeFindsNothingToBlame(String scheme) throws Exception {
        tab.prefer("prefers-color-scheme", scheme);
        tab.choose("#file", TestModels.broken());
        tab.awaitVerdict("anomalous");
        assertThat(tab.blamedByAxe()).isEmpty();
    }

    @Test
    void examinesWhatIsDropped() throws Exception {
        tab.drop(TestModels.broken());
        tab.awaitVerdict("anomalous");
        assertThat(tab.text("#chosen")).isEqualTo("000.jpg");
    }

    @Test
    void examinesWhatIsPasted() throws Exception {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(ImageIO.read(TestModels.broken().toFile()), "png", png);
        tab.paste(png.toByteArray());
        tab.awaitVerdict("anomalous");
    }

    @Test
    void showsTheServicesOwnOverlayWhereTheBrowserCannotReadTheImage() throws Exception {
        Path tiff = folder.resolve("cookie.tif");
        ImageIO.write(ImageIO.read(TestModels.broken().toFile()), "tiff", tiff.toFile());
        tab.choose("#file", tiff);
        tab.awaitVerdict("anomalous");
        assertThat(tab.text("#original")).contains("This browser cannot show this format.");
        tab.await(MAGENTA + " > 0");
    }

    @Test
    void saysWhatIsWrongWithABrokenFileAndGoesOn() throws Exception {
        Path half = folder.resolve("half.jpg");
        byte[] whole = Files.readAllBytes(TestModels.broken());
        Files.write(half, Arrays.copyOf(whole, whole.length / 2));
        tab.choose("#file", half);
        tab.await("!document.querySelector('#problem').hidden");
        String detail = Http.json(http.post("/v1/detect", "image/jpeg", Files.readAllBytes(half)))
                .get("detail")
                .asString();
        assertThat(tab.text("#problem")).contains(detail, "urn:draem:problem:invalid-image", "HTTP 400", "request ");
        assertThat(tab.text("#word")).isEqualTo("No verdict");
        tab.screenshot(PICTURES.resolve("problem.png"));
        tab.choose("#file", TestModels.good());
        tab.awaitVerdict("normal");
        assertThat(tab.isShown("#problem")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"1280, 800, false, dark", "360, 740, true, light", "360, 740, true, dark"})
    void nothingLeavesTheScreenSideways(int width, int height, boolean phone, String scheme) throws Exception {
        tab.size(width, height, phone);
        tab.prefer("prefers-color-scheme", scheme);
        tab.choose("#file", TestModels.broken());
        tab.awaitVerdict("anomalous");
        tab.screenshot(PICTURES.resolve((phone ? "phone-" : "wide-") + scheme + ".png"));
        assertThat(tab.evaluate("document.documentElement.scrollWidth").asInt()).isLessThanOrEqualTo(width);
        assertThat(tab.evaluate("""
            [...document.querySelectorAll("main *:not(.visually-hidden)")]
              .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
              .map((element) => element.outerHTML.slice(0, 80))""")).isEmpty();
        assertThat(tab.isShown("[for=camera]")).isEqualTo(phone);
    }
}
