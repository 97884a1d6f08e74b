package io.draem.service.benchmark;

import io.draem.image.RgbImage;
import io.draem.overlay.AnomalyOverlay;
import io.draem.overlay.PngWriter;
import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.score.RegionFinder;
import io.draem.score.RegionOptions;
import io.draem.score.Regions;
import io.draem.score.ScaledMap;
import io.draem.score.ThresholdRule;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What follows the run of the model for an image of 12 megapixels (4000x3000), by the size and the content of the map. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PostprocessingBenchmarks {

    private static final int WIDTH = 4_000;
    private static final int HEIGHT = 3_000;
    private static final double PIXEL_THRESHOLD = 0.5;
    private static final int MIN_AREA = 16;
    private static final Calibration RANGE = new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0);

    /** Sides of the map. */
    @Param({"256", "1024"})
    public int side;

    /** {@code one} has a single defect, {@code many} are thousands of regions with long outlines: noise. */
    @Param({"one", "many"})
    public String content = "";

    private RgbImage image = new RgbImage(1, 1, new byte[3]);
    private AnomalyMap map = new AnomalyMap(1, 1, new float[1]);
    private Regions found = new Regions(0, false, 0, List.of());

    @Setup
    public void prepare() {
        Random random = new Random(1);
        float[] values = new float[side * side];
        for (int i = 0; i < values.length; i++) {
            double distance = Math.hypot(i % side - 0.3 * side, i / side - 0.6 * side) / (0.05 * side);
            values[i] = content.equals("many")
                    ? random.nextFloat()
                    : (float) (0.9 * Math.exp(-distance * distance / 2)) + 0.05f * random.nextFloat();
        }
        map = new AnomalyMap(side, side, values);
        byte[] rgb = new byte[3 * WIDTH * HEIGHT];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (100 + i / 3 % WIDTH / 40 + random.nextInt(4));
        }
        image = new RgbImage(WIDTH, HEIGHT, rgb);
        found = find(true);
    }

    @Benchmark
    public Regions regions() {
        return find(false);
    }

    @Benchmark
    public Regions regionsWithOutlines() {
        return find(true);
    }

    @Benchmark
    public byte[] maskAsPng() {
        return PngWriter.mask(new ScaledMap(map, WIDTH, HEIGHT), PIXEL_THRESHOLD);
    }

    @Benchmark
    public byte[] mapAsPng() {
        return PngWriter.map(new ScaledMap(map, WIDTH, HEIGHT));
    }

    @Benchmark
    public byte[] overlayAsPng() {
        ScaledMap scaled = new ScaledMap(map, WIDTH, HEIGHT);
        return PngWriter.rgb(AnomalyOverlay.draw(image, scaled, PIXEL_THRESHOLD, RANGE, found.largest()));
    }

    private Regions find(boolean outlines) {
        ScaledMap scaled = new ScaledMap(map, WIDTH, HEIGHT);
        return RegionFinder.find(scaled, new RegionOptions(PIXEL_THRESHOLD, MIN_AREA, true, outlines));
    }
}
