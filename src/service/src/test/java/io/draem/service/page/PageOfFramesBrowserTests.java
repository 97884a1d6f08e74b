package io.draem.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.model.TestModels;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The page with a model that cuts images into tiles: its map is high where the image is white. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"draem.inference.provider=cpu", "draem.models.default=tiled"})
@EnabledIfSystemProperty(named = "draem.test.browser", matches = "wanted", disabledReason = "Needs Chromium: -Pbrowser")
@Timeout(180)
class PageOfFramesBrowserTests {

    private static final Path PICTURES = Path.of("target/page");
    private static final String CANVAS = "#overlay canvas";
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 800;

    @TempDir
    private static Path folder;

    private static Path image;
    private static Browser browser;

    @LocalServerPort
    private int port;

    private BrowserTab tab;

    @DynamicPropertySource
    static void models(DynamicPropertyRegistry properties) throws Exception {
        write("tiled", null);
        BufferedImage left = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        left.getRaster().setSample(0, 0, 0, 255);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(left, "png", png);
        String mask = Base64.getEncoder().encodeToString(png.toByteArray());
        write("masked", RegionOfInterest.ofJson("{\"mask\": \"" + mask + "\"}"));
        properties.add("draem.models.directory", () -> folder.resolve("models").toString());
    }

    private static void write(String name, @Nullable RegionOfInterest region) throws Exception {
        FrameSize tile = FrameSize.square(256);
        Tiling tiling = new Tiling(FrameScale.ONE, 16, Tiling.marginOf(tile));
        Framing framing = new Framing(tiling, FrameScore.MAXIMUM, region, false);
        Path version = Files.createDirectories(folder.resolve("models/" + name + "/1"));
        Files.write(version.resolve("model.onnx"), TestModels.tiled(tile, framing));
    }

    /** Gray, with a large and a small white rectangle. */
    @BeforeAll
    static void start() throws Exception {
        BufferedImage drawn = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = drawn.createGraphics();
        graphics.setColor(new Color(90, 90, 90));
        graphics.fillRect(0, 0, WIDTH, HEIGHT);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(200, 150, 60, 60);
        graphics.fillRect(900, 600, 12, 8);
        graphics.dispose();
        image = folder.resolve("frame.png");
        ImageIO.write(drawn, "png", image.toFile());
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
        tab.open("http://localhost:" + port + "/");
        tab.await("!document.querySelector('#model').disabled");
        tab.choose("#file", image);
        tab.awaitVerdict("anomalous");
        assertThat(tab.text("#zoom")).endsWith(" %");
    }

    @Test
    void zoomsByWheelAndKeysAndButtons() throws Exception {
        double whole = zoom();
        tab.wheel(tab.on(CANVAS, 0.2, 0.2), -240);
        tab.await("parseFloat(document.querySelector('#zoom').value) > " + whole);
        tab.evaluate("document.querySelector('#zoom-fit').click()");
        assertThat(zoom()).isEqualTo(whole);
        tab.evaluate("document.querySelector('" + CANVAS + "').focus()");
        tab.press("+");
        assertThat(zoom()).isGreaterThan(whole);
        tab.press("-");
        assertThat(zoom()).isEqualTo(whole);
        tab.press("1");
        assertThat(zoom()).isEqualTo(100);
        tab.press("0");
        assertThat(zoom()).isEqualTo(whole);
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void aWheelOfAWholeImageThatWouldZoomOutScrollsThePage() throws Exception {
        double whole = zoom();
        BrowserTab.Position at = tab.on(CANVAS, 0.5, 0.5);
        double before = tab.evaluate("scrollY").asDouble();
        tab.wheel(at, 200);
        tab.await("scrollY > " + before);
        assertThat(zoom()).isEqualTo(whole);
    }

    @Test
    void zoomsByTwoFingers() throws Exception {
        tab.size(400, 800, true);
        tab.awaitFrame();
        double whole = zoom();
        tab.pinch(tab.on(CANVAS, 0.5, 0.5), 60, 180);
        tab.await("parseFloat(document.querySelector('#zoom').value) > " + 2 * whole);
    }

    @Test
    void allPicturesMoveTogether() throws Exception {
        tab.evaluate("document.querySelector('#zoom-actual').click()");
        tab.awaitFrame();
        tab.evaluate("before = [...document.querySelectorAll('figure > canvas')].map((canvas) => canvas.toDataURL())");
        tab.drag(tab.on(CANVAS, 0.3, 0.3), tab.on(CANVAS, 0.7, 0.7));
        tab.await("""
            [...document.querySelectorAll('figure > canvas')].every((canvas, i) => canvas.toDataURL() !== before[i])""");
        assertThat(tab.evaluate("document.querySelectorAll('#regions [aria-pressed=true]').length")
                        .asInt())
                .as("a drag is no click")
                .isZero();
    }

    @Test
    void aClickOnABoxMarksItsRow() throws Exception {
        String marked = "document.querySelector('#regions [aria-pressed=true]')?.closest('tr').innerText";
        tab.click(tab.on(CANVAS, 905.0 / WIDTH, 604.0 / HEIGHT));
        tab.await(marked + ".includes('900, 600')");
        tab.click(tab.on(CANVAS, 230.0 / WIDTH, 180.0 / HEIGHT));
        tab.await(marked + ".includes('200, 150')");
        tab.screenshot(PICTURES.resolve("frame.png"));
        tab.click(tab.on(CANVAS, 0.6, 0.3));
        tab.await(marked + " === undefined");
    }

    @Test
    void showsTilesOnRequest() throws Exception {
        assertThat(tab.text("#details")).contains("1200 × 800 pixels in 24 tiles");
        assertThat(queries())
                .isNotEmpty()
                .allMatch(query -> query.contains("maxPictureSide=1600") && !query.contains("tiles"));
        tab.evaluate("before = document.querySelector('" + CANVAS + "').toDataURL()");
        tab.click(tab.on("#tiles", 0.5, 0.5));
        tab.await("document.querySelector('" + CANVAS + "').toDataURL() !== before");
        tab.awaitVerdict("anomalous");
        tab.screenshot(PICTURES.resolve("tiles.png"));
        assertThat(queries()).last().asString().contains("include=polygon,tiles");
        int before = queries().size();
        tab.click(tab.on("#tiles", 0.5, 0.5));
        tab.click(tab.on("#tiles", 0.5, 0.5));
        assertThat(queries()).as("the tiles are known").hasSize(before);
    }

    @Test
    void savesPicturesOfTheSizeOfTheImage() throws Exception {
        // A link that is clicked would ask where to put its file.
        tab.evaluate("""
            (() => {
              saved = [];
              let file;
              const addressOf = URL.createObjectURL;
              URL.createObjectURL = (blob) => {
                file = blob;
                return addressOf.call(URL, blob);
              };
              HTMLAnchorElement.prototype.click = async function () {
                const picture = await createImageBitmap(file);
                saved.push(`${this.download} ${picture.width}x${picture.height}`);
              };
            })()""");
        Path large = folder.resolve("large.png");
        ImageIO.write(new BufferedImage(2000, 300, BufferedImage.TYPE_BYTE_GRAY), "png", large.toFile());
        tab.choose("#file", large);
        tab.await("document.querySelector('#details').innerText.includes('2000 × 300 pixels')");
        tab.awaitVerdict("normal");
        for (String picture : List.of("map", "overlay")) {
            tab.click(tab.on("#save-" + picture, 0.5, 0.5));
            tab.await("saved.includes('large-" + picture + ".png 2000x300')");
            tab.await("!document.querySelector('#save-" + picture + "').disabled");
        }
        assertThat(queries())
                .filteredOn(query -> !query.contains("maxPictureSide"))
                .hasSize(2)
                .anyMatch(query -> query.contains("include=map"));
    }

    @Test
    void onlyADrawnRegionCountsUntilItIsCleared() throws Exception {
        tab.click(tab.on("#region-draw", 0.5, 0.5));
        for (double[] corner : new double[][] {{0.5, 0.5}, {0.95, 0.5}, {0.95, 0.95}, {0.5, 0.95}, {0.5, 0.95}}) {
            tab.click(tab.on(CANVAS, corner[0], corner[1]));
        }
        tab.await("document.querySelector('#region-use').checkVisibility()");
        tab.screenshot(PICTURES.resolve("region-drawn.png"));
        tab.click(tab.on("#region-use", 0.5, 0.5));
        tab.await("document.querySelector('#details').innerText.includes('Region of interest')");
        tab.awaitVerdict("anomalous");
        assertThat(tab.text("#regions tbody")).contains("900, 600").doesNotContain("200, 150");
        assertThat(tab.text("#details")).contains("drawn on this page", "of which ");
        assertThat(queries())
                .last()
                .asString()
                .matches(".*roi=0\\.\\d{1,6},0\\.\\d{1,6}( 0\\.\\d{1,6},0\\.\\d{1,6}){3}&.*");
        tab.screenshot(PICTURES.resolve("region.png"));
        tab.click(tab.on("#region-clear", 0.5, 0.5));
        tab.await("!document.querySelector('#details').innerText.includes('Region of interest')");
        assertThat(tab.text("#regions tbody")).contains("900, 600", "200, 150");
    }

    @Test
    void aRegionThatTheServiceRefusesIsRemoved() throws Exception {
        tab.click(tab.on("#region-draw", 0.5, 0.5));
        for (double down : new double[] {0.2, 0.4, 0.6, 0.6}) {
            tab.click(tab.on(CANVAS, 0.3, down));
        }
        tab.click(tab.on("#region-use", 0.5, 0.5));
        tab.await("!document.querySelector('#problem').hidden");
        assertThat(tab.text("#problem"))
                .contains("Polygon 1 of a region of interest has no area: its points are on a line");
        tab.click(tab.on("#problem button", 0.5, 0.5));
        tab.awaitVerdict("anomalous");
        assertThat(queries()).last().asString().doesNotContain("roi=");
    }

    @Test
    void showsTheServicesOverlayWhereAMaskDecidesWhatCounts() throws Exception {
        tab.evaluate("""
            (() => {
              const select = document.querySelector("#model");
              select.value = "masked/1";
              select.dispatchEvent(new Event("change"));
            })()""");
        tab.await("document.querySelector('#details').innerText.includes('50.0 % of the image')");
        tab.awaitVerdict("anomalous");
        assertThat(queries())
                .filteredOn(query -> query.contains("model=masked"))
                .hasSize(1);
        assertThat(queries()).last().asString().contains("overlay");
        tab.await("""
            (() => {
              const canvas = document.querySelector('#overlay canvas');
              const at = (part) => canvas.getContext('2d').getImageData(part * canvas.width, 9, 1, 1).data[0];
              return Math.abs(at(0.25) - 90) < 3 && Math.abs(at(0.75) - 36) < 3;
            })()""");
    }

    @Test
    void theKeyboardAloneDrawsARegion() throws Exception {
        tab.tabTo("region-draw");
        tab.press("Enter");
        tab.press(" ");
        for (String way : List.of("ArrowRight", "ArrowDown")) {
            for (int i = 0; i < 12; i++) {
                tab.press(way);
            }
            tab.press(" ");
        }
        assertThat(tab.text("#region-note")).startsWith("3 corners.");
        tab.press("Enter");
        assertThat(tab.evaluate("document.activeElement.id").asString()).isEqualTo("region-use");
        tab.press("Enter");
        tab.await("document.querySelector('#details').innerText.includes('Region of interest')");
        assertThat(tab.evaluate("document.activeElement.id").asString()).isEqualTo("region-clear");
    }

    @Test
    void axeFindsNothingToBlame() throws Exception {
        tab.click(tab.on("#tiles", 0.5, 0.5));
        tab.click(tab.on("#region-draw", 0.5, 0.5));
        tab.click(tab.on("#regions tbody button", 0.5, 0.5));
        assertThat(tab.blamedByAxe()).isEmpty();
    }

    private double zoom() throws Exception {
        return tab.evaluate("parseFloat(document.querySelector('#zoom').value)").asDouble();
    }

    /** Returns the queries of all detections, decoded. */
    private List<String> queries() {
        return tab.requests().stream()
                .filter(address -> address.contains("/v1/detect?"))
                .map(address -> URLDecoder.decode(address.substring(address.indexOf('?') + 1), StandardCharsets.UTF_8))
                .toList();
    }
}
