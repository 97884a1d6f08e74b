package io.draem.service.benchmark;

import io.draem.image.ImageException;
import io.draem.image.ImageMeasures;
import io.draem.image.ImageTensor;
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
import io.draem.text.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
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

/**
 * The steps that a request's own processor time goes into, on a photograph as it is (256²) and on a tray of 64 of them
 * (2048²), with the map that the shipped model gives. {@link Jmh} runs them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StageBenchmarks {

    private static final int MODEL = 128;
    private static final double PIXEL_THRESHOLD = 0.3466; // the shipped model's
    private static final int MIN_AREA = 16;
    private static final Calibration RANGE =
            new Calibration(ThresholdRule.MANUAL, PIXEL_THRESHOLD, PIXEL_THRESHOLD, 0, 1, 0, 1, 0, 0, 0);

    /** Sides of the image. */
    @Param({"256", "2048"})
    public int side;

    private byte[] jpeg = {};
    private RgbImage image = new RgbImage(1, 1, new byte[3]);
    private float[] tensor = {};
    private AnomalyMap map = new AnomalyMap(1, 1, new float[1]);
    private Regions found = new Regions(0, false, 0, List.of());

    @Setup
    public void prepare() throws Exception {
        jpeg = side == 256 ? Files.readAllBytes(Photographs.BROKEN) : Photographs.tray(side, side);
        image = Photographs.decode(jpeg);
        tensor = ImageTensor.of(image, MODEL, MODEL);
        try (Session session = Session.open(Session.SHIPPED, 1, false)) {
            map = session.map(tensor);
        }
        found = find(true);
    }

    @Benchmark
    public RgbImage decode() throws ImageException {
        return Photographs.decode(jpeg);
    }

    @Benchmark
    public String digest() {
        return Sha256.of(jpeg);
    }

    @Benchmark
    public float[] tensor() {
        return ImageTensor.of(image, MODEL, MODEL);
    }

    @Benchmark
    public ImageMeasures measures() {
        return ImageMeasures.of(tensor, MODEL, MODEL);
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
    public RgbImage overlay() {
        ScaledMap scaled = new ScaledMap(map, side, side);
        return AnomalyOverlay.draw(image, scaled, PIXEL_THRESHOLD, RANGE, found.largest());
    }

    @Benchmark
    public byte[] overlayAsPng() throws IOException {
        return PngWriter.rgb(overlay());
    }

    private Regions find(boolean outlines) {
        ScaledMap scaled = new ScaledMap(map, side, side);
        return RegionFinder.find(scaled, new RegionOptions(PIXEL_THRESHOLD, MIN_AREA, true, outlines));
    }
}
