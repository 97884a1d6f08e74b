package io.draem.service.benchmark;

import com.sun.management.ThreadMXBean;
import io.draem.frame.Frame;
import io.draem.frame.FrameBlender;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameResult;
import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.Tiling;
import io.draem.image.PixelBytes;
import io.draem.image.RgbImage;
import io.draem.model.ModelCard;
import io.draem.overlay.AnomalyOverlay;
import io.draem.overlay.PngWriter;
import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.score.RegionFinder;
import io.draem.score.RegionOptions;
import io.draem.score.Regions;
import io.draem.score.ScaledMap;
import io.draem.score.ThresholdRule;
import io.draem.testing.BoundedProcess;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The cost of an image of 12 megapixels that is cut into tiles. Without arguments: cutting, blending and what follows, on
 * one thread. With graphs of tiled models: also the frames per minute of the service and of {@code predict}, alternating
 * with ONNX Runtime alone on the same tiles. Properties: {@code rounds} (3), {@code batch} (tiles per run of ONNX Runtime
 * alone, 8), {@code trainer} (folder with the trainer's {@code classes} and {@code lib}), {@code jvm} (as
 * {@code -Xmx2g}: a frame needs more memory than a photograph).
 */
final class FrameBenchmark {

    private static final int WIDTH = 4096;
    private static final int HEIGHT = 3000;
    private static final int TILE = 256;
    private static final int OVERLAP = 32;
    private static final int WARMUP = 5;

    /** One frame costs {@code predict} what a start and a frame cost, so it is run on one frame and on these. */
    private static final int MORE_FRAMES = 2;

    private static final double PIXEL_THRESHOLD = 0.5;
    private static final Calibration RANGE = new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0);
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Map<String, List<Double>> milliseconds = new LinkedHashMap<>();
    private final Map<String, Double> megabytes = new LinkedHashMap<>();

    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.getInteger("rounds", 3);
        Path folder = Files.createTempDirectory("benchmark-frames");
        try {
            byte[] jpeg = Photographs.tray(WIDTH, HEIGHT);
            new FrameBenchmark().withoutModel(Photographs.decode(jpeg), rounds);
            Path frame = Files.write(folder.resolve("0.jpg"), jpeg);
            for (String graph : arguments) {
                new FrameBenchmark().withModel(Path.of(graph), frame, rounds);
            }
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void withoutModel(RgbImage image, int rounds) {
        FrameSize tile = FrameSize.square(TILE);
        Tiling tiling = new Tiling(FrameScale.ONE, OVERLAP, Tiling.marginOf(tile));
        Framing framing = new Framing(tiling, FrameScore.SMOOTHED, null, false);
        FramePlan plan = FramePlan.of(framing, tile, WIDTH, HEIGHT, null);
        Frame frame = Frame.tiled(plan, PixelBytes.of(image));
        float[] input = new float[3 * TILE * TILE];
        AnomalyMap normal = map(0);
        AnomalyMap defective = map(0.9f);
        for (int round = -WARMUP; round < rounds; round++) {
            if (round == 0) {
                milliseconds.clear();
            }
            measured("cut", () -> {
                for (int i = 0; i < frame.inputs(); i++) {
                    frame.write(i, input, 0);
                }
                return input;
            });
            FrameBlender blender = measured("blend", () -> {
                FrameBlender blending = new FrameBlender(plan, FrameScore.SMOOTHED, FrameBlender.Reconstruction.NONE);
                for (int i = 0; i < frame.inputs(); i++) {
                    blending.add(i, 0, i % 20 == 0 ? defective : normal, null);
                }
                return blending;
            });
            FrameResult result = measured("score", blender::finish);
            ScaledMap scaled = new ScaledMap(result.map(), WIDTH, HEIGHT);
            Regions regions = measured(
                    "regions", () -> RegionFinder.find(scaled, new RegionOptions(PIXEL_THRESHOLD, 16, true, true)));
            RgbImage copy = new RgbImage(WIDTH, HEIGHT, image.rgb().clone());
            RgbImage drawn = measured(
                    "overlay",
                    () -> AnomalyOverlay.draw(copy, scaled, PIXEL_THRESHOLD, RANGE, regions.largest(), true));
            measured("overlay as PNG", () -> PngWriter.rgb(drawn));
        }
        System.out.printf(
                "%dx%d pixels, %d tiles of %d with an overlap of %d; milliseconds (least, median, most) and MB"
                        + " allocated, one thread%n",
                WIDTH, HEIGHT, plan.tiles(), TILE, OVERLAP);
        milliseconds.forEach((what, times) -> {
            Spread spread = Spread.of(times);
            System.out.printf(
                    "  %-16s %8.1f %8.1f %8.1f %8.1f%n",
                    what, spread.least(), spread.median(), spread.most(), megabytes.getOrDefault(what, 0.0));
        });
        System.out.printf(
                "cutting and blending: %.0f megapixels per second%n",
                WIDTH * HEIGHT / 1e3 / (median("cut") + median("blend")));
        List<String> postprocessing = List.of("blend", "score", "regions", "overlay");
        System.out.printf(
                "blending, score, regions and overlay: %.0f ms, %.0f MB%n",
                postprocessing.stream().mapToDouble(this::median).sum(),
                postprocessing.stream().mapToDouble(megabytes::get).sum());
    }

    /** Returns the map of a tile: low, with one defect of a peak in its middle. */
    private static AnomalyMap map(float peak) {
        float[] values = new float[TILE * TILE];
        for (int i = 0; i < values.length; i++) {
            double distance = Math.hypot(i % TILE - TILE / 2.0, i / TILE - TILE / 2.0) / 10;
            values[i] = 0.05f + peak * (float) Math.exp(-distance * distance / 2);
        }
        return new AnomalyMap(TILE, TILE, values);
    }

    private <T> T measured(String what, Supplier<T> stage) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        T result = stage.get();
        note(what, (System.nanoTime() - start) / 1e6);
        megabytes.put(what, (THREADS.getCurrentThreadAllocatedBytes() - before) / 1e6);
        return result;
    }

    private void withModel(Path graph, Path frame, int rounds) throws Exception {
        ModelCard card = ModelCard.fromMetadata(Session.metadata(graph));
        FrameSize input = new FrameSize(card.width(), card.height());
        FramePlan plan = FramePlan.of(card.framing(), input, WIDTH, HEIGHT, null);
        int batch = Integer.getInteger("batch", 8);
        byte[] jpeg = Files.readAllBytes(frame);
        String trainer = System.getProperty("trainer");
        try (Models models = Models.of(graph);
                Server service = Server.service(models.directory(), "--draem.request-timeout=10m");
                BareLoop loop = BareLoop.start(graph, Server.THREADS, frame, batch)) {
            for (int round = -1; round < rounds; round++) {
                if (round == 0) {
                    milliseconds.clear();
                }
                // Each is first every other time, so that a machine that slows down favors neither.
                boolean bareFirst = Math.floorMod(round, 2) == 0;
                if (bareFirst) {
                    note("bare", Vegeta.ms(loop.run(Duration.ZERO).median()));
                }
                long start = System.nanoTime();
                detect(service, jpeg);
                note("service", (System.nanoTime() - start) / 1e6);
                if (!bareFirst) {
                    note("bare", Vegeta.ms(loop.run(Duration.ZERO).median()));
                }
                if (trainer != null && round >= 0) {
                    note("predict", predict(trainer, graph, frame));
                }
            }
        }
        System.out.printf(
                "%s: %s, %d inputs of %s; frames per minute, %d threads%n",
                graph, card.export().path("format").asString("float32"), plan.inputs(), input, Server.THREADS);
        milliseconds.forEach((what, times) -> System.out.printf(
                "  %-8s %8.2f, its time %.3f of the bare loop's%n",
                what, 60_000 / median(what), median(what) / median("bare")));
    }

    private static void detect(Server service, byte[] jpeg) throws IOException, InterruptedException {
        HttpResponse<String> response = CLIENT.send(
                HttpRequest.newBuilder(service.uri("/v1/detect"))
                        .header("Content-Type", "image/jpeg")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(jpeg))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IllegalStateException(response.body());
        }
    }

    /** Returns the milliseconds that {@code predict} takes for a frame, with its pictures and without the start. */
    private static double predict(String trainer, Path graph, Path frame) throws IOException, InterruptedException {
        double one = predictAll(trainer, graph, frame, 1);
        return (predictAll(trainer, graph, frame, 1 + MORE_FRAMES) - one) / MORE_FRAMES;
    }

    private static double predictAll(String trainer, Path graph, Path frame, int count)
            throws IOException, InterruptedException {
        Path images = Files.createTempDirectory(frame.getParent(), "images");
        for (int i = 0; i < count; i++) {
            Files.copy(frame, images.resolve(i + ".jpg"));
        }
        Path output = Files.createTempDirectory(frame.getParent(), "output");
        long start = System.nanoTime();
        BoundedProcess.run(
                LIMIT,
                BoundedProcess.java("java"),
                "-cp",
                trainer + "/classes" + File.pathSeparator + trainer + "/lib/*",
                "io.draem.trainer.cli.Main",
                "predict",
                "--model=" + graph,
                "--images=" + images,
                "--output=" + output,
                "--overlays=all",
                "--threads=" + Server.THREADS);
        return (System.nanoTime() - start) / 1e6;
    }

    private void note(String what, double time) {
        milliseconds.computeIfAbsent(what, added -> new ArrayList<>()).add(time);
    }

    private double median(String what) {
        return Spread.of(milliseconds.getOrDefault(what, List.of())).median();
    }
}
