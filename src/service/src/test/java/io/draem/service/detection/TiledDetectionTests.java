package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Level;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageHeader;
import io.draem.image.ImageLimits;
import io.draem.image.RgbImage;
import io.draem.model.TestModels;
import io.draem.overlay.PngWriter;
import io.draem.score.Region;
import io.draem.service.DraemServiceApplication;
import io.draem.service.api.Http;
import io.draem.service.models.LogLines;
import io.draem.service.models.ModelEvent;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.FairExecutor;
import io.draem.service.queue.RequestContext;
import io.draem.service.queue.TestContext;
import io.draem.testing.Await;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

/**
 * Models that cut images into tiles, and models with a region of interest. Their graph changes each pixel for itself, so
 * that the map of an image is known.
 */
@SpringBootTest(
        classes = DraemServiceApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "draem.inference.provider=cpu",
            "draem.models.default=tiled",
            "draem.image.max-tiles=40",
            "draem.inference.queue-capacity=16"
        })
@Tag("slow")
@Timeout(120)
class TiledDetectionTests {

    private static final FrameSize TILE = FrameSize.square(64);
    private static final int WIDTH = 300;
    private static final int HEIGHT = 180;

    /** Two white squares of 10 pixels on noise that is dark; the map is 1 there and below 0.05 elsewhere. */
    private static final int[][] SQUARES = {{40, 20}, {200, 130}};

    @TempDir
    private static Path directory;

    @Autowired
    private DetectionService detections;

    @Autowired
    private DetectionBatches batches;

    @Autowired
    private ModelRepository models;

    @Autowired
    private PredictionService predictions;

    @Autowired
    private MemoryLimits limits;

    @Autowired
    private ImagePreparation preparation;

    @Autowired
    private FrameAdmission admission;

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void models(DynamicPropertyRegistry properties) throws Exception {
        Tiling own = new Tiling(FrameScale.ONE, 16, 0);
        Tiling half = new Tiling(FrameScale.parse("0.5"), 16, Tiling.marginOf(TILE));
        RegionOfInterest left = RegionOfInterest.parse("0,0 0.5,0 0.5,1 0,1");
        add("tiled", new Framing(own, FrameScore.MAXIMUM, null, false));
        add("half", new Framing(half, FrameScore.MAXIMUM, null, false));
        add("fixed", new Framing(new Tiling(FrameScale.parse("600x600"), 16, 0), FrameScore.MAXIMUM, null, false));
        add("left", new Framing(own, FrameScore.MAXIMUM, left, false));
        add("squeezed", new Framing(null, FrameScore.MAXIMUM, left, false));
        add("whole", Framing.WHOLE);
        properties.add("draem.models.directory", () -> directory.toString());
    }

    private static void add(String name, Framing framing) throws Exception {
        Path version = Files.createDirectories(directory.resolve(name).resolve("1"));
        Files.write(version.resolve("model.onnx"), TestModels.tiled(TILE, framing));
    }

    @Test
    void aTiledImageHasTheMapOfTheWholeImage() throws Exception {
        RgbImage image = image(WIDTH, HEIGHT);
        Detection detection = detect("tiled", image, null, null, Include.MAP_FLOAT32, Include.RECONSTRUCTION);
        assertThat(detection.timing().inputs()).isEqualTo(6 * 4);
        assertThat(detection.frame()).isEqualTo(new Detection.CutFrame(new FrameSize(WIDTH, HEIGHT), 6 * 4, 6 * 4));
        assertThat(detection.image()).isEqualTo(new FrameSize(WIDTH, HEIGHT));
        assertThat(detection.region()).isNull();
        assertThat(detection.tiles()).as("not requested").isNull();
        assertThat(map(detection)).containsExactly(expected(image), within(1e-5f));
        assertThat(detection.verdict().score()).isEqualTo(1, within(1e-5));
        assertThat(detection.verdict().anomalous()).isTrue();
        assertThat(boxes(detection)).containsExactlyInAnyOrder("40,20 10x10", "200,130 10x10");
        assertThat(picture(detection, Include.RECONSTRUCTION).rgb()).isEqualTo(image.rgb());
    }

    @Test
    void aScaledImageHasItsRegionsInItsOwnPixels() throws Exception {
        Detection detection = detect("half", image(WIDTH, HEIGHT), null, null);
        assertThat(detection.frame().size()).isEqualTo(new FrameSize(150, 90));
        assertThat(detection.timing().inputs()).isEqualTo(4 * 3);
        assertThat(detection.verdict().regions().largest()).hasSize(2).allSatisfy(region -> {
            assertThat(region.width()).isCloseTo(10, within(2));
            assertThat(region.height()).isCloseTo(10, within(2));
        });
    }

    @Test
    void anImageThatIsSmallerThanATileIsOneInput() throws Exception {
        RgbImage image = image(50, 30);
        Detection detection = detect("tiled", image, null, null, Include.MAP_FLOAT32);
        assertThat(detection.timing().inputs()).isEqualTo(1);
        assertThat(map(detection)).containsExactly(expected(image), within(1e-5f));
    }

    @Test
    void picturesAreNoLargerThanRequested() throws Exception {
        RgbImage image = image(WIDTH, HEIGHT);
        for (String model : List.of("tiled", "whole")) {
            Detection detection = detect(
                    model,
                    image,
                    null,
                    100,
                    Include.OVERLAY,
                    Include.MAP,
                    Include.MAP_FLOAT32,
                    Include.MASK,
                    Include.RECONSTRUCTION);
            FrameSize reduced = new FrameSize(100, 60);
            for (Include include : Set.of(Include.OVERLAY, Include.MAP, Include.MAP_FLOAT32, Include.MASK)) {
                assertThat(size(detection, include)).as(model + " " + include).isEqualTo(reduced);
            }
            assertThat(size(detection, Include.RECONSTRUCTION)).isEqualTo(model.equals("tiled") ? reduced : TILE);
            RgbImage overlay = picture(detection, Include.OVERLAY);
            assertThat(new FrameSize(overlay.width(), overlay.height())).isEqualTo(reduced);
            Detection full = detect(model, image, null, 300, Include.OVERLAY);
            assertThat(size(full, Include.OVERLAY)).isEqualTo(new FrameSize(WIDTH, HEIGHT));
            assertThat(picture(full, Include.OVERLAY).rgb())
                    .isEqualTo(picture(detect(model, image, null, null, Include.OVERLAY), Include.OVERLAY)
                            .rgb());
        }
    }

    @Test
    void onlyTheRegionOfInterestCountsAndTilesOutsideDoNotRun() throws Exception {
        RgbImage image = image(WIDTH, HEIGHT);
        Detection model = detect("left", image, null, null, Include.MAP_FLOAT32);
        assertThat(boxes(model)).containsExactly("40,20 10x10");
        assertThat(model.timing().inputs())
                .isEqualTo(model.frame().run())
                .isLessThan(model.frame().tiles());
        assertThat(model.region().requested()).isFalse();
        assertThat(model.region().share()).isEqualTo(0.5);
        assertThat(model.region().polygons()).hasSize(1);
        float[] expected = expected(image);
        float[] map = map(model);
        for (int i = 0; i < map.length; i++) {
            assertThat(map[i]).isEqualTo(i % WIDTH < WIDTH / 2 ? expected[i] : 0, within(1e-5f));
        }
        RegionOfInterest right = RegionOfInterest.parse("0.5,0 1,0 1,1 0.5,1");
        for (String name : List.of("left", "tiled", "squeezed")) {
            Detection requested = detect(name, image, right, null);
            assertThat(requested.region().requested()).isTrue();
            assertThat(requested.verdict().regions().largest())
                    .as(name)
                    .isNotEmpty()
                    .allSatisfy(region -> assertThat(region.x()).isGreaterThanOrEqualTo(WIDTH / 2));
        }
        RegionOfInterest without = RegionOfInterest.parse("0.3,0 0.6,0 0.6,1 0.3,1");
        assertThat(detect("tiled", image, without, null).verdict().anomalous()).isFalse();
    }

    @Test
    void refusesARegionOfInterestThatTheModelOrTheImageDoesNotHave() throws Exception {
        RgbImage image = image(WIDTH, HEIGHT);
        assertRefused(
                () -> detect("whole", image, RegionOfInterest.parse("0,0 1,0 1,1"), null),
                Outcome.INVALID_REQUEST,
                "accepts no region of interest",
                "--region-of-interest request");
        assertRefused(
                () -> detect("tiled", image, RegionOfInterest.parse("0,0 0.0001,0 0,0.0001"), null),
                Outcome.INVALID_REQUEST,
                "no pixel");
        byte[] png = PngWriter.rgb(image);
        assertRefused(
                () -> batches.detect(List.of(request("whole", png, RegionOfInterest.parse("0,0 1,0 1,1"), null))),
                Outcome.INVALID_REQUEST,
                "accepts no region of interest");
    }

    @Test
    void refusesAnImageOfMoreTilesThanAreAllowedUnlessFewerRun() throws Exception {
        RgbImage image = image(500, 500);
        assertRefused(
                () -> detect("tiled", image, null, null),
                Outcome.IMAGE_TOO_LARGE,
                "cut into 121 tiles, more than the limit of 40",
                "draem.image.max-tiles");
        RegionOfInterest corner = RegionOfInterest.parse("0,0 0.3,0 0.3,0.3 0,0.3");
        assertThat(detect("tiled", image, corner, null).timing().inputs()).isEqualTo(16);
    }

    @Test
    void warnsOfAModelThatCutsEveryImageIntoTooManyTiles() throws Exception {
        assertRefused(() -> detect("fixed", image(50, 30), null, null), Outcome.IMAGE_TOO_LARGE, "169 tiles");
        ModelEvent.Changed changed = new ModelEvent.Changed(List.of(models.require("fixed", null)));
        try (LogLines lines = new LogLines(TiledModelLog.class, Level.INFO)) {
            new TiledModelLog(limits, 168).changed(changed);
            assertThat(lines.taken())
                    .singleElement()
                    .asString()
                    .startsWith("WARN")
                    .contains("169 tiles", "draem.image.max-tiles (168)", "every image will be refused", "600x600");
            new TiledModelLog(limits, 10).changed(changed);
            assertThat(lines.taken())
                    .singleElement()
                    .asString()
                    .startsWith("WARN")
                    .contains("at least 13 tiles");
            new TiledModelLog(limits, 169).changed(changed);
            assertThat(lines.taken()).singleElement().asString().startsWith("INFO");
        }
    }

    @Test
    void theLoggedSizeIsThatOfAnImageWhoseTilesFit() throws Exception {
        ServedModel half = models.require("half", null);
        for (int most : List.of(4, 16, 100)) {
            try (LogLines lines = new LogLines(TiledModelLog.class, Level.INFO)) {
                new TiledModelLog(limits, most).changed(new ModelEvent.Changed(List.of(half)));
                Matcher logged = Pattern.compile("up to (\\S+) megapixels").matcher(String.join("", lines.taken()));
                assertThat(logged.find()).isTrue();
                int side = (int) Math.sqrt(1e6 * Double.parseDouble(logged.group(1)));
                assertThat(tiles(half, side - side / 100)).isLessThanOrEqualTo(most);
                assertThat(tiles(half, side + side / 20)).isGreaterThan(most);
            }
        }
    }

    private static int tiles(ServedModel model, int side) {
        return FramePlan.of(model.card().framing(), TILE, side, side, null).tiles();
    }

    @Test
    void warnsOfAModelWhoseFramesDoNotFitTheMemory() throws Exception {
        ServedModel fixed = models.require("fixed", null);
        ServedModel half = models.require("half", null);
        // A frame of 600x600 takes 7 bytes per pixel in addition to the tiles in flight.
        long tiles = fixed.maxInFlight() * FrameCost.modelBytes(TILE, false);
        int least = (int) ((7 * 600 * 600 + tiles) / PixelBudget.BYTES);
        try (LogLines lines = new LogLines(TiledModelLog.class, Level.INFO)) {
            new TiledModelLog(limits(least - 1), 200).changed(new ModelEvent.Changed(List.of(fixed)));
            assertThat(lines.taken())
                    .singleElement()
                    .asString()
                    .startsWith("WARN")
                    .contains("600x600", "every image will be refused", "draem.memory.budget");
            new TiledModelLog(limits(least + 600_000), 200).changed(new ModelEvent.Changed(List.of(fixed)));
            assertThat(lines.taken()).singleElement().asString().startsWith("INFO");
            // Less memory than all tiles in flight take is enough for some of them.
            int some = (int) (half.maxInFlight() * FrameCost.modelBytes(TILE, false) / PixelBudget.BYTES);
            new TiledModelLog(limits(some), 200).changed(new ModelEvent.Changed(List.of(half)));
            assertThat(lines.taken()).singleElement().asString().startsWith("INFO");
        }
    }

    private MemoryLimits limits(int pixelsInFlight) {
        return new MemoryLimits(
                limits.maxPixels(),
                limits.maxBytes(),
                limits.maxBatchBytes(),
                pixelsInFlight,
                limits.bytesInFlight(),
                limits.pictureBytesInFlight());
    }

    @Test
    void refusesAnImageWhoseTilesTakeLongerThanARequestMay() throws Exception {
        ServedModel model = models.require("tiled", null);
        ImageHeader header = new ImageDecoder(ImageLimits.DEFAULT)
                .open(PngWriter.rgb(image(WIDTH, HEIGHT)))
                .header();
        FairExecutor threads = new FairExecutor(1);
        FrameAdmission hasty = new FrameAdmission(threads, 1_000, Duration.ofNanos(1));
        assertRefused(
                () -> hasty.plan(model, header, hasty.all(model.card(), header), null, context()),
                Outcome.IMAGE_TOO_LARGE,
                "cut into 24 tiles",
                "draem.request-timeout",
                "GPU");
        threads.close();
    }

    @Test
    void theImagesOfABatchAreCutEach() throws Exception {
        List<RgbImage> images = List.of(image(WIDTH, HEIGHT), image(64, 64), image(100, 90), image(130, 64));
        List<DetectionRequest> requests = new ArrayList<>();
        RequestContext context = context();
        for (RgbImage image : images) {
            requests.add(new DetectionRequest(
                    PngWriter.rgb(image),
                    "tiled",
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    Set.of(Include.MAP_FLOAT32),
                    context));
        }
        List<DetectionBatches.Result> results = batches.detect(requests);
        for (int i = 0; i < images.size(); i++) {
            Detection detection = results.get(i).detection();
            assertThat(detection)
                    .as("image %d: %s", i, results.get(i).failure())
                    .isNotNull();
            assertThat(map(detection)).containsExactly(expected(images.get(i)), within(1e-5f));
        }
    }

    @Test
    void manyTiledImagesAtATimeAllEnd() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(6);
        List<Future<Detection>> running = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            running.add(clients.submit(() -> detect("tiled", image(WIDTH, HEIGHT), null, null)));
        }
        for (Future<Detection> detection : running) {
            assertThat(detection.get().timing().inputs()).isEqualTo(24);
        }
        clients.shutdown();
        assertThat(detections.pixelsInFlight()).isZero();
    }

    @Test
    void theOutputsForEncodedImagesAreThoseOfTheirFrames() throws Exception {
        RgbImage image = image(WIDTH, HEIGHT);
        byte[] png = PngWriter.rgb(image);
        List<Prediction> results = predict(
                "tiled", null, new PredictionRequest.Input.Encoded(png), new PredictionRequest.Input.Encoded(png));
        assertThat(results).hasSize(2).allSatisfy(prediction -> {
            assertThat(prediction.frame()).isEqualTo(new FrameSize(WIDTH, HEIGHT));
            assertThat(prediction.map().values()).containsExactly(expected(image), within(1e-5f));
            assertThat(prediction.score()).isEqualTo(1, within(1e-5));
            assertThat(prediction.timing().inputs()).isEqualTo(24);
            float[] planes = prediction.reconstruction();
            assertThat(planes).hasSize(3 * WIDTH * HEIGHT);
            assertThat(planes[WIDTH * HEIGHT + 7]).isEqualTo((image.rgb()[3 * 7 + 1] & 0xFF) / 255f, within(1e-5f));
        });
        assertRefused(
                () -> predict(
                        "tiled",
                        null,
                        new PredictionRequest.Input.Encoded(png),
                        new PredictionRequest.Input.Encoded(PngWriter.rgb(image(100, 90)))),
                Outcome.INVALID_REQUEST,
                "frames of 300x180 and of 100x90");
    }

    @Test
    void theTilesOfAllImagesOfARequestInFlightTakeMemory() throws Exception {
        ServedModel model = models.require("tiled", null);
        long tile = FrameCost.modelBytes(TILE, false);
        long oneTile = predicting(model, 1, 64, 64);
        for (int images : List.of(2, model.maxInFlight(), 2 * model.maxInFlight())) {
            assertThat(predicting(model, images, 64, 64) - oneTile)
                    .as("%d images of one tile", images)
                    .isEqualTo((images - 1) * 4L * 64 * 64 + (Math.min(images, model.maxInFlight()) - 1) * tile);
        }
        // Two tiles each: one image more has two more of them in flight, until no more may be.
        long two = predicting(model, 1, 112, 64);
        assertThat(predicting(model, 2, 112, 64) - two)
                .isEqualTo(4L * 112 * 64 + (Math.min(4, model.maxInFlight()) - 2) * tile);
    }

    private long predicting(ServedModel model, int images, int width, int height) throws Exception {
        byte[] png = PngWriter.rgb(image(width, height));
        List<PredictionRequest.Input> inputs = Stream.<PredictionRequest.Input>generate(
                        () -> new PredictionRequest.Input.Encoded(png))
                .limit(images)
                .toList();
        PredictionRequest request = new PredictionRequest(inputs, false, null, context());
        return new PredictionImages(model, request, preparation, admission).bytes();
    }

    @Test
    void anImageThatEndsEarlyFreesTheMemoryAndTheSlotsOfTheOthers() throws Exception {
        byte[] png = PngWriter.rgb(image(WIDTH, HEIGHT));
        byte[] early = Arrays.copyOf(png, png.length / 2);
        assertRefused(
                () -> detections.detect(request("tiled", early, null, null, Include.OVERLAY)),
                Outcome.INVALID_IMAGE,
                "PNG");
        assertRefused(
                () -> predict(
                        "tiled",
                        null,
                        new PredictionRequest.Input.Encoded(png),
                        new PredictionRequest.Input.Encoded(early)),
                Outcome.INVALID_IMAGE,
                "PNG");
        assertThat(detections.pixelsInFlight()).isZero();
        ServedModel model = models.require("tiled", null);
        // Tiles of the first image may be running.
        Await.until("all slots are free", Duration.ofSeconds(20), () -> model.queueDepth() == 0);
        assertThat(detect("tiled", image(WIDTH, HEIGHT), null, null).timing().inputs())
                .isEqualTo(24);
    }

    @Test
    void aTensorIsOneTileWithTheGraphsOwnOutputs() throws Exception {
        float[] values = new float[3 * TILE.pixels()];
        Arrays.fill(values, 0.5f);
        Prediction prediction = predict("left", null, new PredictionRequest.Input.Tensor(values))
                .get(0);
        assertThat(prediction.frame()).isEqualTo(TILE);
        assertThat(prediction.score()).isEqualTo(0.0625);
        assertThat(prediction.map().values()).containsOnly(0.0625f);
        assertThat(prediction.timing().inputs()).isEqualTo(1);
        assertRefused(
                () -> predict(
                        "tiled", RegionOfInterest.parse("0,0 1,0 1,1"), new PredictionRequest.Input.Tensor(values)),
                Outcome.INVALID_REQUEST,
                "encoded image");
    }

    @Test
    void countsTheInputsOfImages() throws Exception {
        detect("half", image(WIDTH, HEIGHT), null, null);
        String metrics = Http.text(new Http(port).get("/actuator/prometheus"));
        assertThat(metrics)
                .containsPattern("draem_tiles_bucket\\{model=\"half\",version=\"1\",le=\"4\\.0\"} 0")
                .containsPattern("draem_tiles_bucket\\{model=\"half\",version=\"1\",le=\"16\\.0\"} [1-9]");
    }

    private interface Call {
        void run() throws Exception;
    }

    private static void assertRefused(Call call, Outcome outcome, String... parts) {
        assertThatExceptionOfType(DetectionException.Rejected.class)
                .isThrownBy(call::run)
                .satisfies(e -> {
                    assertThat(e.outcome()).isEqualTo(outcome);
                    assertThat(e.getMessage()).contains(parts);
                });
    }

    private List<Prediction> predict(String model, @Nullable RegionOfInterest region, PredictionRequest.Input... inputs)
            throws Exception {
        RequestContext context = context();
        return predictions.predict(
                model, null, context, served -> new PredictionRequest(List.of(inputs), true, region, context));
    }

    private Detection detect(
            String model,
            RgbImage image,
            @Nullable RegionOfInterest region,
            @Nullable Integer maxPictureSide,
            Include... include)
            throws DetectionException {
        return detections.detect(request(model, PngWriter.rgb(image), region, maxPictureSide, include));
    }

    private static DetectionRequest request(
            String model,
            byte[] png,
            @Nullable RegionOfInterest region,
            @Nullable Integer maxPictureSide,
            Include... include) {
        return new DetectionRequest(
                png, model, null, null, null, null, region, maxPictureSide, Set.of(include), context());
    }

    private static RequestContext context() {
        return new TestContext() {
            @Override
            public void whenCompleted(Runnable action) {
                action.run();
            }
        };
    }

    private static List<String> boxes(Detection detection) {
        return detection.verdict().regions().largest().stream()
                .map((Region region) -> region.x() + "," + region.y() + " " + region.width() + "x" + region.height())
                .toList();
    }

    private static FrameSize size(Detection detection, Include include) {
        Detection.Picture picture = detection.pictures().get(include);
        return new FrameSize(picture.width(), picture.height());
    }

    private static RgbImage picture(Detection detection, Include include) throws Exception {
        return new ImageDecoder(ImageLimits.DEFAULT)
                .decode(detection.pictures().get(include).data())
                .image();
    }

    private static float[] map(Detection detection) {
        ByteBuffer bytes = ByteBuffer.wrap(
                        detection.pictures().get(Include.MAP_FLOAT32).data())
                .order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    /** Returns what the graph gives for each pixel: the mean of the channels' fourth powers. */
    private static float[] expected(RgbImage image) {
        float[] values = new float[image.width() * image.height()];
        for (int i = 0; i < values.length; i++) {
            double sum = 0;
            for (int channel = 0; channel < 3; channel++) {
                sum += Math.pow((image.rgb()[3 * i + channel] & 0xFF) / 255.0, 4);
            }
            values[i] = (float) (sum / 3);
        }
        return values;
    }

    private static RgbImage image(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        Random random = new Random(1);
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) random.nextInt(110);
        }
        for (int[] square : SQUARES) {
            for (int y = square[1]; y < Math.min(height, square[1] + 10); y++) {
                for (int x = square[0]; x < Math.min(width, square[0] + 10); x++) {
                    Arrays.fill(rgb, 3 * (y * width + x), 3 * (y * width + x) + 3, (byte) 255);
                }
            }
        }
        return new RgbImage(width, height, rgb);
    }
}
