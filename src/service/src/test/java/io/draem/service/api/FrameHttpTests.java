package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.model.TestModels;
import io.draem.testing.Await;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** Images that are cut into tiles, and regions of interest, of models and of requests. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"draem.inference.provider=cpu", "draem.models.default=tiled"})
@Tag("slow")
class FrameHttpTests {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final int WIDTH = 200;
    private static final int HEIGHT = 150;
    private static final String RIGHT = "0.6,0+1,0+1,1+0.6,1";

    @TempDir
    private static Path directory;

    private Http http;

    @DynamicPropertySource
    static void models(DynamicPropertyRegistry properties) throws Exception {
        FrameSize tile = FrameSize.square(64);
        Tiling tiling = new Tiling(FrameScale.ONE, 16, 4);
        RegionOfInterest left = RegionOfInterest.parse("0,0 0.5,0 0.5,1 0,1");
        write("tiled", TestModels.tiled(tile, new Framing(tiling, FrameScore.MAXIMUM, null, false)));
        write("own", TestModels.tiled(tile, new Framing(tiling, FrameScore.MAXIMUM, left, false)));
        Tiling fixed = new Tiling(FrameScale.parse("160x128"), 0, 0);
        write("fixed", TestModels.tiled(new FrameSize(64, 96), new Framing(fixed, FrameScore.SMOOTHED, null, true)));
        write("whole", TestModels.tiled(tile, new Framing(null, FrameScore.MAXIMUM, null, true)));
        write("plain", TestModels.tiled(tile, Framing.WHOLE));
        properties.add("draem.models.directory", () -> directory.toString());
    }

    private static void write(String name, byte[] graph) throws Exception {
        Files.write(
                Files.createDirectories(directory.resolve(name).resolve("1")).resolve("model.onnx"), graph);
    }

    @Autowired
    void connect(@LocalServerPort int port) {
        http = new Http(port);
    }

    @Test
    void cutsAnImageIntoTilesAndAnswersOnceInItsPixels() throws Exception {
        JsonNode verdict = detect("?include=tiles", photograph());
        assertThat(verdict.get("frame").toString()).isEqualTo("{\"width\":200,\"height\":150,\"tiles\":12,\"run\":12}");
        assertThat(verdict.at("/timing/inputs").asInt()).isEqualTo(12);
        assertThat(verdict.get("tiles")).hasSize(12);
        assertThat(verdict.at("/tiles/0").toString()).isEqualTo(tile(0, 0, 60, 60, true));
        assertThat(verdict.at("/tiles/5").toString()).isEqualTo(tile(44, 43, 64, 64, true));
        assertThat(verdict.at("/tiles/11").toString()).isEqualTo(tile(140, 90, 60, 60, true));
        assertThat(verdict.has("regionOfInterest")).isFalse();
        assertThat(verdict.get("anomalous").asBoolean()).isTrue();
        assertThat(verdict.get("score").asDouble()).isEqualTo(1, within(1e-6));
        assertThat(verdict.get("regions")).hasSize(1);
        assertThat(verdict.at("/regions/0/box").toString())
                .isEqualTo("{\"x\":30,\"y\":100,\"width\":30,\"height\":30}");
        assertThat(verdict.at("/regions/0/area").asInt()).isEqualTo(900);
        assertThat(detect("", photograph()).has("tiles")).isFalse();
    }

    @Test
    void theTimesOfAnAnswerAndItsHeaderSumToTheirTotal() throws Exception {
        for (String model : List.of("tiled", "own", "plain")) {
            HttpResponse<byte[]> response =
                    http.post("/v1/detect?include=overlay&model=" + model, "image/png", photograph());
            JsonNode timing = Http.json(response).get("timing");
            Map<String, BigDecimal> header = new LinkedHashMap<>();
            for (String metric :
                    response.headers().firstValue("Server-Timing").orElseThrow().split(", ")) {
                String[] parts = metric.split(";dur=");
                header.put(parts[0], new BigDecimal(parts[1]));
            }
            assertThat(header.keySet())
                    .containsExactly("decode", "preprocess", "queue", "inference", "postprocess", "other", "total");
            BigDecimal sum = BigDecimal.ZERO;
            for (Map.Entry<String, BigDecimal> metric : header.entrySet()) {
                assertThat(metric.getValue())
                        .as(model + " " + metric.getKey())
                        .isNotNegative()
                        .isEqualByComparingTo(timing.get(metric.getKey()).decimalValue());
                sum = metric.getKey().equals("total") ? sum : sum.add(metric.getValue());
            }
            assertThat(sum).as(model).isEqualByComparingTo(header.get("total"));
        }
    }

    @Test
    void tilesOfAScaledFrameAreInPixelsOfTheImageWithoutTheirPadding() throws Exception {
        JsonNode verdict = detect("?model=fixed&include=tiles", photograph());
        assertThat(verdict.get("frame").toString()).isEqualTo("{\"width\":160,\"height\":128,\"tiles\":6,\"run\":6}");
        // Of 160 columns of the frame the second tile has those from 48 to 112.
        assertThat(verdict.at("/tiles/1").toString()).isEqualTo(tile(60, 0, 80, 113, true));
        assertThat(verdict.at("/tiles/5").toString()).isEqualTo(tile(120, 37, 80, 113, true));
        JsonNode padded = detect("?include=tiles", png(30, 100, (x, y) -> false));
        assertThat(padded.at("/tiles/0").toString()).isEqualTo(tile(0, 0, 30, 60, true));
        assertThat(padded.at("/tiles/1").toString()).isEqualTo(tile(0, 40, 30, 60, true));
    }

    @Test
    void anImageThatIsOneInputIsOneTileAndHasNoFrame() throws Exception {
        for (String model : List.of("plain", "whole")) {
            JsonNode verdict = detect("?include=tiles&model=" + model, photograph());
            assertThat(verdict.has("frame")).isFalse();
            assertThat(verdict.at("/timing/inputs").asInt()).isEqualTo(1);
            assertThat(verdict.get("tiles")).hasSize(1);
            assertThat(verdict.at("/tiles/0").toString()).isEqualTo(tile(0, 0, WIDTH, HEIGHT, true));
        }
    }

    @Test
    void whatIsOutsideTheRegionOfARequestDoesNotCountAndDoesNotRun() throws Exception {
        JsonNode verdict = detect("?include=tiles&roi=" + RIGHT, photograph());
        assertThat(verdict.get("anomalous").asBoolean()).isFalse();
        assertThat(verdict.get("score").asDouble()).isZero();
        assertThat(verdict.get("regions")).isEmpty();
        assertThat(verdict.at("/frame/run").asInt()).isEqualTo(6);
        assertThat(verdict.at("/timing/inputs").asInt()).isEqualTo(6);
        assertThat(verdict.at("/tiles/1").toString()).isEqualTo(tile(44, 0, 64, 60, false));
        assertThat(verdict.at("/tiles/2").toString()).isEqualTo(tile(92, 0, 64, 60, true));
        JsonNode region = verdict.get("regionOfInterest");
        assertThat(region.get("source").asString()).isEqualTo("request");
        assertThat(region.get("share").asDouble()).isEqualTo(0.4);
        assertThat(region.get("polygons").toString()).isEqualTo("[[[0.6,0.0],[1.0,0.0],[1.0,1.0],[0.6,1.0]]]");
        JsonNode whole = detect("?model=whole&roi=" + RIGHT, photograph());
        assertThat(whole.get("score").asDouble()).isZero();
        assertThat(whole.at("/regionOfInterest/share").asDouble()).isEqualTo(0.4);
    }

    @Test
    void aMaskCountsAsThePolygonsThatItDraws() throws Exception {
        JsonNode drawn = detect("?include=map-float32&roi=" + RIGHT + ";0,0.5+0.2,0.5+0.2,1+0,1", photograph());
        byte[] mask = png(10, 4, (x, y) -> x >= 6 || x < 2 && y >= 2);
        HttpResponse<byte[]> response =
                http.postForm("/v1/detect?include=map-float32", List.of(image(photograph()), mask(mask)));
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(200);
        JsonNode masked = Http.json(response);
        for (String field : List.of("score", "anomalous", "regions", "frame", "anomalyMapFloat32")) {
            assertThat(masked.get(field)).as(field).isEqualTo(drawn.get(field));
        }
        assertThat(masked.get("anomalous").asBoolean()).isTrue();
        assertThat(masked.at("/regions/0/box").toString()).isEqualTo("{\"x\":30,\"y\":100,\"width\":10,\"height\":30}");
        assertThat(masked.at("/regionOfInterest/source").asString()).isEqualTo("request");
        assertThat(masked.at("/regionOfInterest/share")).isEqualTo(drawn.at("/regionOfInterest/share"));
        assertThat(masked.get("regionOfInterest").has("polygons")).isFalse();
    }

    @Test
    void theRegionOfARequestReplacesThatOfTheModel() throws Exception {
        JsonNode own = detect("?model=own", photograph());
        assertThat(own.get("anomalous").asBoolean()).isTrue();
        assertThat(own.at("/regionOfInterest/source").asString()).isEqualTo("model");
        assertThat(own.at("/regionOfInterest/share").asDouble()).isEqualTo(0.5);
        assertThat(own.at("/timing/inputs").asInt()).isEqualTo(9);
        JsonNode requested = detect("?model=own&roi=" + RIGHT, photograph());
        assertThat(requested.get("anomalous").asBoolean()).isFalse();
        assertThat(requested.at("/regionOfInterest/source").asString()).isEqualTo("request");
        assertThat(requested.at("/regionOfInterest/share").asDouble()).isEqualTo(0.4);
    }

    @Test
    void theRegionOfABatchHoldsForEachImageAtItsSize() throws Exception {
        List<Http.FormFile> images = List.of(
                new Http.FormFile("images", "a.png", photograph()),
                new Http.FormFile("images", "b.png", png(80, 60, (x, y) -> true)));
        JsonNode batch = Http.json(http.postForm("/v1/detect/batch?roi=" + RIGHT, images));
        assertThat(batch.get("succeeded").asInt()).isEqualTo(2);
        assertThat(batch.at("/results/0/detection/anomalous").asBoolean()).isFalse();
        JsonNode second = batch.at("/results/1/detection");
        assertThat(second.at("/frame/width").asInt()).isEqualTo(80);
        assertThat(second.at("/regions/0/box").toString()).isEqualTo("{\"x\":48,\"y\":0,\"width\":32,\"height\":60}");
        assertThat(second.at("/regionOfInterest/share").asDouble()).isEqualTo(0.4);
    }

    @Test
    void picturesAreReducedToTheirLongestSideAndRegionsAreNot() throws Exception {
        String include = "?include=map,mask,overlay,reconstruction";
        JsonNode full = detect(include, photograph());
        JsonNode small = detect(include + "&maxPictureSide=100", photograph());
        for (String name : List.of("anomalyMap", "mask", "overlay", "reconstruction")) {
            BufferedImage large = picture(full, name);
            assertThat(List.of(large.getWidth(), large.getHeight())).as(name).containsExactly(WIDTH, HEIGHT);
            BufferedImage reduced = picture(small, name);
            assertThat(List.of(reduced.getWidth(), reduced.getHeight()))
                    .as(name)
                    .containsExactly(100, 75);
        }
        assertThat(small.get("regions")).isEqualTo(full.get("regions"));
        assertThat(picture(small, "mask").getRaster().getSample(22, 57, 0)).isEqualTo(255);
        assertThat(picture(small, "mask").getRaster().getSample(50, 20, 0)).isZero();
        JsonNode larger = detect("?include=map&maxPictureSide=16384", photograph());
        assertThat(larger.get("anomalyMap")).as("never enlarged").isEqualTo(full.get("anomalyMap"));
        HttpResponse<byte[]> overlay = http.post(
                "/v1/detect?maxPictureSide=100&roi=" + RIGHT, "image/png", photograph(), "Accept", "image/png");
        assertThat(ImageIO.read(new ByteArrayInputStream(overlay.body())).getWidth())
                .isEqualTo(100);
    }

    @Test
    void describesHowTheModelsTakeImages() throws Exception {
        JsonNode tiled = Http.json(http.get("/v1/models/tiled"));
        assertThat(tiled.at("/input/tiling").toString())
                .isEqualTo(
                        "{\"width\":64,\"height\":64,\"overlap\":16,\"margin\":4,\"scale\":1.0,\"blending\":\"sine-squared\","
                                + "\"padding\":\"reflect\"}");
        assertThat(tiled.at("/input/imageScore").asString()).isEqualTo("maximum");
        assertThat(tiled.get("regionOfInterest").toString()).isEqualTo("{\"accepted\":true}");
        JsonNode fixed = Http.json(http.get("/v1/models/fixed"));
        assertThat(fixed.at("/input/tiling/frame").toString()).isEqualTo("{\"width\":160,\"height\":128}");
        assertThat(fixed.at("/input/tiling").has("scale")).isFalse();
        assertThat(fixed.at("/input/imageScore").asString()).isEqualTo("smoothed");
        JsonNode own = Http.json(http.get("/v1/models/own"));
        assertThat(own.get("regionOfInterest").toString())
                .isEqualTo("{\"accepted\":true,\"share\":0.5,"
                        + "\"polygons\":[[[0.0,0.0],[0.5,0.0],[0.5,1.0],[0.0,1.0]]]}");
        JsonNode plain = Http.json(http.get("/v1/models/plain"));
        assertThat(plain.get("input").has("tiling")).isFalse();
        assertThat(plain.at("/input/imageScore").asString()).isEqualTo("graph");
        assertThat(plain.get("regionOfInterest").toString()).isEqualTo("{\"accepted\":false}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model=plain&roi=0,0+1,0+1,1 | accepts no region of interest | again with --region-of-interest request",
                "roi=0,0+1,0 | 3 to 2000 points | got 2",
                "roi=0,0+1,0+1 | polygons x,y x,y x,y separated by semicolons | with x and y from 0 to 1",
                "roi=0,0+1,0+1,1; | polygons x,y x,y x,y separated by semicolons | with x and y from 0 to 1",
                "roi=0,0+1,0+1,1.5 | relative to the image | got 1.0,1.5",
                "roi=0,0+1,0+1,NaN | not a decimal number | such as 0.25",
                "roi=0,0+1,0+0x1p-1,1 | not a decimal number | roi",
                "roi=%7B%22mask%22:%22AAAA%22%7D | must be polygons | send a mask",
                "roi=0,0+0.001,0+0,0.001 | no pixel of the image | make the region or the image larger",
                "model=whole&roi=0,0+0.001,0+0,0.001 | no pixel of the image | region of interest",
                "roi=0,0+1,0+1,1&roi=0,0+1,0+1,1 | give it once | roi",
                "roi= | roi has no value | give it one",
                "maxPictureSide=0 | maxPictureSide must be | 1 to 16384",
                "maxPictureSide=16385 | maxPictureSide must be | 1 to 16384",
                "maxPictureSide=1.5 | maxPictureSide must be | 1 to 16384",
                "include=overlay,tile | has the value 'tile', but takes any of regions, polygon, tiles, map | overlay"
            })
    void refusesWhatIsNoRegionOrNoSideWithTheRemedyAndCountsIt(String query, String problem, String remedy)
            throws Exception {
        assertThat(isRefused(
                        "invalid-request",
                        400,
                        problem,
                        () -> http.post("/v1/detect?" + query, "image/png", photograph())))
                .contains(remedy);
    }

    @Test
    void refusesAnImageWhoseFrameIsTooSmallForATile() throws Exception {
        assertThat(isRefused(
                        "invalid-request",
                        400,
                        "A frame of 21x100 pixels at the scale 1.0 is too small for tiles of 64x64",
                        () -> http.post("/v1/detect", "image/png", png(21, 100, (x, y) -> false))))
                .contains("22x22 or more: use larger images, a larger scale or smaller tiles");
    }

    @Test
    void refusesTooManyPolygons() throws Exception {
        String many = String.join(";", Collections.nCopies(101, "0,0+1,0+1,1"));
        isRefused(
                "invalid-request",
                400,
                "at most 100 polygons",
                () -> http.post("/v1/detect?roi=" + many, "image/png", photograph()));
    }

    @Test
    void refusesARegionThatIsGivenTwiceOrWhereNoneIsTaken() throws Exception {
        byte[] mask = png(10, 4, (x, y) -> x >= 6);
        isRefused(
                "invalid-request",
                400,
                "in the query and as the part 'roi' of the form: leave one of them out",
                () -> http.postForm("/v1/detect?roi=" + RIGHT, List.of(image(photograph()), mask(mask))));
        isRefused(
                "invalid-request",
                400,
                "one part named 'roi', got 2",
                () -> http.postForm("/v1/detect", List.of(mask(mask), image(photograph()), mask(mask))));
        isRefused(
                "invalid-request",
                400,
                "one part named 'image', got 0",
                () -> http.postForm("/v1/detect", List.of(mask(mask))));
        isRefused(
                "invalid-request",
                400,
                "accepts no region of interest",
                () -> http.postForm("/v1/detect?model=plain", List.of(image(photograph()), mask(mask))));
        isRefused(
                "invalid-request",
                400,
                "give it in the query",
                () -> http.postForm(
                        "/v1/detect/batch", List.of(new Http.FormFile("images", "a.png", photograph()), mask(mask))));
        isRefused(
                "invalid-request",
                400,
                "accepts no region of interest",
                () -> http.postForm("/v1/detect/batch?model=plain&roi=" + RIGHT, "images", "a.png", photograph()));
    }

    @Test
    void refusesAPartThatIsNoMask() throws Exception {
        byte[] mask = png(10, 4, (x, y) -> x >= 6);
        isRefused("unsupported-media-type", 415, "JPEG, PNG, BMP, TIFF or WebP", () -> masked(bytes(RIGHT)));
        isRefused("unsupported-media-type", 415, "polygons belong in the query", () -> masked(bytes(RIGHT)));
        isRefused("invalid-request", 400, "The part 'roi' is empty", () -> masked(new byte[0]));
        isRefused("invalid-image", 400, "The part 'roi' is no mask", () -> masked(Arrays.copyOf(mask, 60)));
        isRefused(
                "invalid-request",
                400,
                "marks nothing: make the pixels that count white",
                () -> masked(png(10, 4, (x, y) -> false)));
        isRefused(
                "invalid-request",
                400,
                "looks like a photograph",
                () -> masked(Files.readAllBytes(TestModels.broken())));
    }

    @Test
    void aMaskOfTooManyPixelsIsRefusedBeforeItIsDecoded() throws Exception {
        // A bitmap of 1 bit per pixel: 60000 x 60000 by its header alone.
        byte[] header = new byte[62];
        header[0] = 'B';
        header[1] = 'M';
        header[10] = 62;
        header[14] = 40;
        header[18] = 0x60;
        header[19] = (byte) 0xEA;
        header[22] = 0x60;
        header[23] = (byte) 0xEA;
        header[26] = 1;
        header[28] = 1;
        isRefused("image-too-large", 413, "60000x60000", () -> masked(header));
    }

    @Test
    void theProtocolDescribesATileAndOutputsOfAnySize() throws Exception {
        JsonNode tiled = Http.json(http.get("/v2/models/tiled"));
        assertThat(tiled.at("/inputs/0/shape").toString()).isEqualTo("[-1,3,64,64]");
        assertThat(tiled.at("/outputs/0/shape").toString()).isEqualTo("[-1]");
        assertThat(tiled.at("/outputs/1/shape").toString()).isEqualTo("[-1,-1,-1]");
        assertThat(tiled.at("/outputs/2/shape").toString()).isEqualTo("[-1,3,-1,-1]");
        assertThat(tiled.get("parameters").toString())
                .isEqualTo("{\"tiled\":true,\"tile_overlap\":16,\"tile_margin\":4,\"frame_scale\":\"1.0\","
                        + "\"blending\":\"sine-squared\",\"image_score\":\"maximum\"}");
        assertThat(Http.json(http.get("/v2/models/fixed"))
                        .at("/parameters/frame_scale")
                        .asString())
                .isEqualTo("160x128");
        JsonNode plain = Http.json(http.get("/v2/models/plain"));
        assertThat(plain.has("parameters")).isFalse();
        assertThat(plain.at("/outputs/1/shape").toString()).isEqualTo("[-1,64,64]");
    }

    @Test
    void theProtocolCutsEncodedImagesAndReturnsTheirFrames() throws Exception {
        JsonNode outputs = outputs(infer(
                "tiled",
                encoded(photograph(), photograph()) + ",\"outputs\":[{\"name\":\"pred_score\"},"
                        + "{\"name\":\"anomaly_map\"},{\"name\":\"reconstruction\"}]"));
        JsonNode verdict = detect("?include=map-float32", photograph());
        for (int image = 0; image < 2; image++) {
            assertThat(outputs.at("/0/data/" + image).asDouble())
                    .isEqualTo(verdict.get("score").asDouble());
        }
        assertThat(outputs.at("/1/shape").toString()).isEqualTo("[2,150,200]");
        FloatBuffer map = ByteBuffer.wrap(Base64.getDecoder()
                        .decode(verdict.at("/anomalyMapFloat32/data").asString()))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            assertThat(outputs.at("/1/data").get(i).floatValue()).isEqualTo(map.get(i));
        }
        assertThat(outputs.at("/2/shape").toString()).isEqualTo("[2,3,150,200]");
        JsonNode reconstruction = outputs.at("/2/data");
        assertThat(reconstruction.get(110 * WIDTH + 45).asDouble()).isEqualTo(1, within(1e-5));
        assertThat(reconstruction.get(110 * WIDTH + 90).asDouble()).isZero();
    }

    @Test
    void theProtocolRunsATensorOfATiledModelAsItIs() throws Exception {
        String gray = String.join(",", Collections.nCopies(3 * 64 * 64, "0.5"));
        String tensor =
                "\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[1,3,64,64],\"data\":[" + gray + "]}]";
        for (String model : List.of("tiled", "own", "plain")) {
            JsonNode outputs = outputs(infer(model, tensor));
            assertThat(outputs.at("/0/data/0").asDouble()).isEqualTo(0.0625, within(1e-6));
            assertThat(outputs.at("/1/shape").toString()).isEqualTo("[1,64,64]");
            assertThat(outputs.at("/1/data/4095").asDouble()).isEqualTo(0.0625, within(1e-6));
        }
        isError(infer("tiled", tensor + ",\"parameters\":{\"roi\":\"0,0 1,0 1,1\"}"), "leave it out for a tensor");
    }

    @Test
    void theProtocolTakesARegionOfInterest() throws Exception {
        String region = ",\"parameters\":{\"roi\":\"" + RIGHT.replace('+', ' ') + "\"}";
        for (String model : List.of("tiled", "own", "whole")) {
            JsonNode outputs = outputs(infer(model, encoded(photograph()) + region));
            assertThat(outputs.at("/0/data/0").asDouble()).as(model).isZero();
        }
        isError(infer("plain", encoded(photograph()) + region), "accepts no region of interest");
        isError(infer("whole", encoded(photograph()) + region.replace("roi", "ROI")), "and not 'ROI'");
        String points = String.join(" ", Collections.nCopies(2001, "0,0"));
        for (String[] wrong : new String[][] {
            {"7", "'roi' must be a string"},
            {"\"0,0 1,0\"", "3 to 2000 points"},
            {"\"" + points + "\"", "at most 2000 points"},
            {"\"" + points.repeat(20) + "\"", "longer than 16384 characters"},
            {"\"{}\"", "must be polygons"},
            {"\"0,0 0.001,0 0,0.001\"", "no pixel of the image"}
        }) {
            isError(infer("tiled", encoded(photograph()) + ",\"parameters\":{\"roi\":" + wrong[0] + "}"), wrong[1]);
        }
    }

    @Test
    void theProtocolRefusesImagesWhoseFramesDiffer() throws Exception {
        byte[] small = png(80, 60, (x, y) -> false);
        String error = isError(infer("tiled", encoded(photograph(), small)), "200x150");
        assertThat(error).contains("80x60");
        JsonNode outputs = outputs(infer("fixed", encoded(photograph(), small)));
        assertThat(outputs.at("/1/shape").toString()).isEqualTo("[2,128,160]");
    }

    private HttpResponse<byte[]> infer(String model, String json) throws Exception {
        return http.post("/v2/models/" + model + "/infer", "application/json", bytes("{" + json + "}"));
    }

    private static String encoded(byte[]... images) {
        return "\"inputs\":[{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[" + images.length + "],\"data\":["
                + Arrays.stream(images)
                        .map(image -> '"' + Base64.getEncoder().encodeToString(image) + '"')
                        .collect(Collectors.joining(","))
                + "]}]";
    }

    private static JsonNode outputs(HttpResponse<byte[]> response) {
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(200);
        return Http.json(response).get("outputs");
    }

    private static String isError(HttpResponse<byte[]> response, String expected) {
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(400);
        String error = Http.json(response).get("error").asString();
        assertThat(error).contains(expected);
        return error;
    }

    private HttpResponse<byte[]> masked(byte[] mask) throws Exception {
        return http.postForm("/v1/detect", List.of(image(photograph()), mask(mask)));
    }

    private interface Request {

        HttpResponse<byte[]> send() throws Exception;
    }

    /** Sends a request that is refused, and counted as that once; returns why. */
    private String isRefused(String type, int status, String detail, Request request) throws Exception {
        double before = rejected(type);
        HttpResponse<byte[]> response = request.send();
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(status);
        JsonNode problem = Http.json(response);
        assertThat(problem.get("type").asString()).isEqualTo("urn:draem:problem:" + type);
        assertThat(problem.get("detail").asString()).contains(detail);
        Await.until("the refusal is counted", LIMIT, () -> rejected(type) == before + 1);
        return problem.get("detail").asString();
    }

    private double rejected(String reason) throws Exception {
        String series = "draem_rejected_total{reason=\"" + reason + "\"} ";
        return http.metric(series);
    }

    private JsonNode detect(String query, byte[] image) throws Exception {
        HttpResponse<byte[]> response = http.post("/v1/detect" + query, "image/png", image);
        assertThat(response.statusCode()).as(Http.text(response)).isEqualTo(200);
        return Http.json(response);
    }

    /** A black image with a white square of 30 by 30 pixels at the lower left. */
    private static byte[] photograph() throws Exception {
        return png(WIDTH, HEIGHT, (x, y) -> x >= 30 && x < 60 && y >= 100 && y < 130);
    }

    private static byte[] png(int width, int height, BiPredicate<Integer, Integer> white) throws Exception {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                picture.getRaster().setSample(x, y, 0, white.test(x, y) ? 255 : 0);
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", png);
        return png.toByteArray();
    }

    private static BufferedImage picture(JsonNode verdict, String name) throws Exception {
        String data = verdict.at("/" + name + "/data").asString();
        return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(data)));
    }

    private static String tile(int x, int y, int width, int height, boolean run) {
        return "{\"x\":%d,\"y\":%d,\"width\":%d,\"height\":%d,\"run\":%s}".formatted(x, y, width, height, run);
    }

    private static Http.FormFile image(byte[] bytes) {
        return new Http.FormFile("image", "a.png", bytes);
    }

    private static Http.FormFile mask(byte[] bytes) {
        return new Http.FormFile("roi", "roi.png", bytes);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
