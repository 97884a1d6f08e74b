package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.model.TestModels;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class DetectionHttpTests extends HttpTest {

    @Test
    void findsTheBreakOfABrokenCookieInThePixelsOfItsPhotograph() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.broken());
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(photograph));
        HttpResponse<byte[]> response = http.postForm("/v1/detect", "image", "000.jpg", photograph);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        JsonNode body = Http.json(response);
        assertThat(body.get("anomalous").asBoolean()).isTrue();
        assertThat(body.get("score").asDouble())
                .isGreaterThan(body.get("threshold").asDouble());
        assertThat(body.get("normalizedScore").asDouble()).isBetween(0.5, 1.0);
        assertThat(body.get("image").get("width").asInt()).isEqualTo(image.getWidth());
        assertThat(body.get("image").get("height").asInt()).isEqualTo(image.getHeight());
        assertThat(body.get("model").get("name").asString()).isEqualTo(TestModels.name());
        assertThat(body.get("model").get("version").asInt()).isEqualTo(1);
        assertThat(body.get("model").get("digest").asString())
                .startsWith("sha256:")
                .hasSize(71);
        assertThat(body.get("regions")).isNotEmpty().allSatisfy(region -> {
            JsonNode box = region.get("box");
            assertThat(box.get("x").asInt()).isNotNegative();
            assertThat(box.get("x").asInt() + box.get("width").asInt()).isLessThanOrEqualTo(image.getWidth());
            assertThat(box.get("y").asInt() + box.get("height").asInt()).isLessThanOrEqualTo(image.getHeight());
            assertThat(region.get("area").asInt())
                    .isBetween(1, box.get("width").asInt() * box.get("height").asInt());
            assertThat(region.get("peak").asDouble())
                    .isGreaterThan(body.get("pixelThreshold").asDouble())
                    .isGreaterThanOrEqualTo(region.get("mean").asDouble());
            assertThat(region.has("polygon")).isFalse();
        });
        assertThat(body.get("regionCount").asInt())
                .isEqualTo(body.get("regions").size());
        assertThat(body.get("minRegionArea").asInt()).isEqualTo(16);
        assertThat(body.get("pixelThresholdLowered").asBoolean()).isFalse();
        assertThat(body.has("mask")).isFalse();
        assertThat(body.get("timing").propertyNames())
                .containsExactlyInAnyOrder(
                        "decode", "preprocess", "queue", "inference", "postprocess", "other", "total", "inputs");
    }

    @Test
    void saysThatAGoodCookieIsNormal() throws Exception {
        JsonNode body =
                Http.json(http.postForm("/v1/detect", "image", "000.jpg", Files.readAllBytes(TestModels.good())));
        assertThat(body.get("anomalous").asBoolean()).isFalse();
        assertThat(body.get("score").asDouble())
                .isLessThan(body.get("threshold").asDouble());
        assertThat(body.get("normalizedScore").asDouble()).isLessThan(0.5);
    }

    @Test
    void saysOfAWronglyExposedImageWhatIsUnusual() throws Exception {
        JsonNode usual = Http.json(http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.broken())));
        assertThat(usual.at("/input/usual").asBoolean()).isTrue();
        assertThat(usual.at("/input/reasons").size()).isZero();
        assertThat(usual.get("warnings").size()).isZero();
        BufferedImage image = ImageIO.read(TestModels.good().toFile());
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                for (int band = 0; band < 3; band++) {
                    image.getRaster()
                            .setSample(x, y, band, 3 * image.getRaster().getSample(x, y, band) / 10);
                }
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        JsonNode dark = Http.json(http.post("/v1/detect", "image/png", png.toByteArray()));
        assertThat(dark.at("/input/usual").asBoolean()).isFalse();
        JsonNode reason = dark.at("/input/reasons/0");
        assertThat(reason.get("type").asString()).isEqualTo("too-dark");
        assertThat(reason.get("measure").asString()).isEqualTo("brightness");
        assertThat(reason.get("value").asDouble()).isLessThan(reason.get("min").asDouble());
        assertThat(reason.get("min").asDouble()).isLessThan(reason.get("max").asDouble());
    }

    @ParameterizedTest
    @ValueSource(strings = {"image/jpeg", "image/png", "application/octet-stream"})
    void takesTheBytesAsTheBodyWhateverTypeTheyAreSaidToBe(String contentType) throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.broken());
        JsonNode raw = Http.json(http.post("/v1/detect", contentType, photograph));
        JsonNode form = Http.json(http.postForm("/v1/detect", "image", "a.jpg", photograph));
        assertThat(raw.get("score")).isEqualTo(form.get("score"));
        assertThat(raw.get("regions")).isEqualTo(form.get("regions"));
        assertThat(raw.get("image")).isEqualTo(form.get("image"));
        assertThat(raw.get("id")).isNotEqualTo(form.get("id"));
    }

    @Test
    void aThresholdOfTheCallerDecidesTheVerdict() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.broken());
        JsonNode strict = Http.json(http.post("/v1/detect?threshold=0", "image/jpeg", photograph));
        JsonNode lax = Http.json(http.post("/v1/detect?threshold=1", "image/jpeg", photograph));
        assertThat(strict.get("anomalous").asBoolean()).isTrue();
        assertThat(lax.get("anomalous").asBoolean()).isFalse();
        assertThat(lax.get("threshold").asDouble()).isEqualTo(1);
        assertThat(strict.get("score")).isEqualTo(lax.get("score"));
        assertThat(strict.get("normalizedScore").asDouble())
                .isGreaterThan(lax.get("normalizedScore").asDouble());
        JsonNode exact = Http.json(
                http.post("/v1/detect?threshold=" + strict.get("score").asString(), "image/jpeg", photograph));
        assertThat(exact.get("anomalous").asBoolean())
                .as("the score itself is not above")
                .isFalse();
    }

    @Test
    void mapAndMaskHaveTheSizeOfTheImageAndAgree() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.broken());
        JsonNode body = Http.json(http.post("/v1/detect?include=map,mask,overlay", "image/jpeg", photograph));
        BufferedImage map = picture(body, "anomalyMap", "png16");
        BufferedImage mask = picture(body, "mask", "png");
        BufferedImage overlay = picture(body, "overlay", "png");
        assertThat(map.getSampleModel().getSampleSize(0)).isEqualTo(16);
        assertThat(overlay.getRaster().getNumBands()).isEqualTo(3);
        double threshold = body.get("pixelThreshold").asDouble();
        int above = 0;
        for (int y = 0; y < map.getHeight(); y++) {
            for (int x = 0; x < map.getWidth(); x++) {
                double value = map.getRaster().getSample(x, y, 0) / 65535.0;
                boolean marked = mask.getRaster().getSample(x, y, 0) == 255;
                if (Math.abs(value - threshold) > 1e-4) {
                    assertThat(marked).isEqualTo(value > threshold);
                }
                above += marked ? 1 : 0;
            }
        }
        int inRegions = 0;
        for (JsonNode region : body.get("regions")) {
            inRegions += region.get("area").asInt();
        }
        assertThat(inRegions).isPositive().isLessThanOrEqualTo(above);
    }

    @Test
    void heatBeginsAtThePixelThresholdOfTheRequestAsTheOutlinesDo() throws Exception {
        BufferedImage image = ImageIO.read(TestModels.good().toFile());
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        JsonNode body =
                Http.json(http.post("/v1/detect?include=overlay&pixelThreshold=1", "image/png", png.toByteArray()));
        BufferedImage overlay = picture(body, "overlay", "png");
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                assertThat(overlay.getRGB(x, y)).isEqualTo(image.getRGB(x, y));
            }
        }
    }

    @Test
    void theExactMapHasTheValuesThatThePictureRounds() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.broken());
        JsonNode body = Http.json(http.post("/v1/detect?include=map&include=map-float32", "image/jpeg", photograph));
        BufferedImage rounded = picture(body, "anomalyMap", "png16");
        JsonNode exact = body.get("anomalyMapFloat32");
        assertThat(exact.get("encoding").asString()).isEqualTo("float32");
        FloatBuffer values = ByteBuffer.wrap(
                        Base64.getDecoder().decode(exact.get("data").asString()))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        assertThat(values.remaining()).isEqualTo(rounded.getWidth() * rounded.getHeight());
        for (int y = 0; y < rounded.getHeight(); y++) {
            for (int x = 0; x < rounded.getWidth(); x++) {
                assertThat(values.get() * 65535.0).isCloseTo(rounded.getRaster().getSample(x, y, 0), within(0.51));
            }
        }
    }

    @Test
    void aPixelThresholdOfTheCallerDecidesTheRegionsAndNotTheVerdict() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.broken());
        JsonNode own = Http.json(http.post("/v1/detect", "image/jpeg", photograph));
        JsonNode low = Http.json(http.post("/v1/detect?pixelThreshold=0.1&include=mask", "image/jpeg", photograph));
        JsonNode high = Http.json(http.post("/v1/detect?pixelThreshold=1", "image/jpeg", photograph));
        assertThat(low.get("pixelThreshold").asDouble()).isEqualTo(0.1);
        assertThat(area(low)).isGreaterThan(area(own));
        assertThat(high.get("pixelThresholdLowered").asBoolean()).isTrue();
        assertThat(high.get("regions")).isNotEmpty();
        for (String field : List.of("anomalous", "score", "normalizedScore", "threshold")) {
            assertThat(low.get(field)).isEqualTo(own.get(field));
            assertThat(high.get(field)).isEqualTo(own.get(field));
        }
    }

    @Test
    void outlinesRegionsForWhoeverAsksForThem() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.broken());
        JsonNode body = Http.json(http.post("/v1/detect?include=polygon", "image/jpeg", photograph));
        assertThat(body.get("regions"))
                .isNotEmpty()
                .allSatisfy(region -> assertThat(region.get("polygon").size()).isBetween(4, 1000));
        JsonNode overlay = Http.json(http.post("/v1/detect?include=overlay", "image/jpeg", photograph));
        assertThat(overlay.get("regions"))
                .isNotEmpty()
                .allSatisfy(region -> assertThat(region.has("polygon")).isFalse());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "threshold=0&pixelThreshold=1",
                "threshold=0&pixelThreshold=1&minRegionArea=999999999",
                "threshold=0&minRegionArea=999999999",
                "threshold=0&pixelThreshold=0",
                "pixelThreshold=0.9"
            })
    void anAnomalousImageHasARegionInAnswerMaskAndBatchWhateverTheThresholds(String query) throws Exception {
        for (byte[] photograph :
                List.of(Files.readAllBytes(TestModels.broken()), Files.readAllBytes(TestModels.good()))) {
            JsonNode body = Http.json(http.post("/v1/detect?include=mask&" + query, "image/jpeg", photograph));
            if (!body.get("anomalous").asBoolean()) {
                continue;
            }
            assertThat(body.get("regions")).isNotEmpty();
            assertThat(body.get("regionCount").asInt()).isPositive();
            double lowest = body.get("pixelThreshold").asDouble();
            JsonNode first = body.get("regions").get(0);
            assertThat(first.get("peak").asDouble()).isGreaterThan(lowest);
            int centreX = first.get("box").get("x").asInt();
            int y = first.get("box").get("y").asInt();
            BufferedImage mask = picture(body, "mask", "png");
            int inFirstRow = 0;
            for (int x = centreX; x < centreX + first.get("box").get("width").asInt(); x++) {
                inFirstRow += mask.getRaster().getSample(x, y, 0) == 255 ? 1 : 0;
            }
            assertThat(inFirstRow).isPositive();
            JsonNode batch = Http.json(http.postForm("/v1/detect/batch?" + query, "images", "a.jpg", photograph))
                    .get("results")
                    .get(0)
                    .get("detection");
            assertThat(batch.get("regions")).isEqualTo(body.get("regions"));
        }
    }

    @Test
    void theSmallestAreaIsThatOfTheRequestAndTheAnswerSaysIt() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.broken());
        JsonNode own = Http.json(http.post("/v1/detect", "image/jpeg", photograph));
        int largest = own.get("regions").get(0).get("area").asInt();
        JsonNode met =
                Http.json(http.post("/v1/detect?threshold=1&minRegionArea=" + largest, "image/jpeg", photograph));
        JsonNode missed =
                Http.json(http.post("/v1/detect?threshold=1&minRegionArea=999999999", "image/jpeg", photograph));
        assertThat(met.get("minRegionArea").asInt()).isEqualTo(largest);
        assertThat(met.get("regions").get(0)).isEqualTo(own.get("regions").get(0));
        assertThat(met.get("regions"))
                .allSatisfy(region -> assertThat(region.get("area").asInt()).isGreaterThanOrEqualTo(largest));
        assertThat(missed.get("minRegionArea").asInt()).isEqualTo(999_999_999);
        assertThat(missed.get("regions")).as("of a normal image").isEmpty();
        assertThat(missed.get("regionCount").asInt()).isZero();
        for (String wrong : List.of("0", "-1", "1.5", "many", "1000000000")) {
            HttpResponse<byte[]> refused = http.post("/v1/detect?minRegionArea=" + wrong, "image/jpeg", photograph);
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(Http.text(refused)).contains("minRegionArea must be a whole number of pixels from 1");
        }
    }

    private static int area(JsonNode body) {
        int area = 0;
        for (JsonNode region : body.get("regions")) {
            area += region.get("area").asInt();
        }
        return area;
    }

    @Test
    void theReconstructionComesAtTheSizeOfTheModelOrIsRefusedWithTheReason() throws Exception {
        HttpResponse<byte[]> response =
                http.post("/v1/detect?include=reconstruction", "image/jpeg", Files.readAllBytes(TestModels.good()));
        JsonNode model = Http.json(http.get("/v1/models/" + TestModels.name()));
        if (model.get("reconstruction").asBoolean()) {
            JsonNode picture = Http.json(response).get("reconstruction");
            assertThat(picture.get("width")).isEqualTo(model.get("input").get("width"));
            assertThat(picture.get("height")).isEqualTo(model.get("input").get("height"));
        } else {
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(Http.text(response)).contains("without its reconstruction");
        }
    }

    @Test
    void givesTheOverlayToWhoeverAcceptsOnlyAPicture() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.broken());
        HttpResponse<byte[]> response = http.post("/v1/detect", "image/jpeg", photograph, "Accept", "image/png");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("image/png");
        JsonNode json = Http.json(http.post("/v1/detect?include=overlay", "image/jpeg", photograph));
        assertThat(response.body())
                .isEqualTo(Base64.getDecoder()
                        .decode(json.get("overlay").get("data").asString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "application/json", "image/png;q=0.5, application/json", "application/*"})
    void givesJsonToWhoeverDoesNotPreferAPicture(String accept) throws Exception {
        HttpResponse<byte[]> response =
                http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.good()), "Accept", accept);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    }

    @Test
    void answersManyClientsAtATimeAsItAnswersOne() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.broken());
        String expected = Http.json(http.post("/v1/detect", "image/jpeg", photograph))
                .get("score")
                .toString();
        List<Thread> clients = new ArrayList<>();
        List<String> scores = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 8; i++) {
            clients.add(new Thread(() -> {
                for (int j = 0; j < 5; j++) {
                    try {
                        JsonNode body = Http.json(http.post("/v1/detect", "image/jpeg", photograph));
                        scores.add(body.get("score").toString());
                    } catch (Exception e) {
                        scores.add(e.toString());
                    }
                }
            }));
        }
        clients.forEach(Thread::start);
        for (Thread client : clients) {
            client.join(60_000);
        }
        assertThat(scores).hasSize(40).containsOnly(expected);
    }

    private static BufferedImage picture(JsonNode body, String name, String encoding) throws Exception {
        JsonNode picture = body.get(name);
        assertThat(picture.get("encoding").asString()).isEqualTo(encoding);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(
                Base64.getDecoder().decode(picture.get("data").asString())));
        assertThat(image.getWidth())
                .isEqualTo(body.get("image").get("width").asInt())
                .isEqualTo(picture.get("width").asInt());
        assertThat(image.getHeight())
                .isEqualTo(body.get("image").get("height").asInt())
                .isEqualTo(picture.get("height").asInt());
        return image;
    }
}
