package io.draem.service.benchmark;

import io.draem.image.ImageDecoder;
import io.draem.image.ImageHeader;
import io.draem.image.ImageLimits;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * The least heap with which images are decoded, and with which all pictures of them are drawn, in bytes per pixel beside
 * the encoded file; and what decoding takes outside of the heap. Arguments: image files, of some 16 megapixels.
 *
 * <p>Each figure is a search with a JVM for each step, whose heap is all but one part: that of the old objects.
 */
final class HeapBenchmark {

    private static final int SIDE = 256;
    private static final Calibration RANGE = new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0);
    private static final ImageLimits LIMITS = new ImageLimits(1L << 30, 500_000_000);

    private HeapBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].startsWith("--")) {
            step(arguments[0], Path.of(arguments[1]));
            return;
        }
        int base = leastMegabytes("--nothing", Path.of(arguments[0]));
        System.out.printf(
                "%-16s %7s %8s %8s %8s   bytes per pixel; without an image %d MiB%n",
                "file", "decode", "outside", "stated", "pictures", base);
        for (String argument : arguments) {
            Path file = Path.of(argument);
            ImageHeader header = new ImageDecoder(LIMITS).readHeader(Files.readAllBytes(file));
            double pixels = (double) header.width() * header.height();
            double encoded = Files.size(file);
            double decode = (leastMegabytes("--decode", file) - base) * 1048576.0 - encoded;
            double pictures = Boolean.parseBoolean(System.getProperty("pictures", "true"))
                    ? (leastMegabytes("--pictures", file) - base) * 1048576.0 - encoded
                    : Double.NaN;
            double outside = outsideBytes("--decode", file) - outsideBytes("--nothing", file);
            System.out.printf(
                    "%-16s %7.1f %8.1f %8.1f %8.1f%n",
                    file.getFileName(),
                    decode / pixels,
                    outside / pixels,
                    header.decodingBytes() / pixels,
                    pictures / pixels);
        }
    }

    /** Returns the least heap in MiB with which a step ends well. */
    private static int leastMegabytes(String step, Path file) throws Exception {
        int low = 2;
        int high = 513;
        while (high - low > 2) {
            int middle = (low + high) / 2;
            if (run(step, file, "-Xmx" + middle + "m", "-Xmn1m").exitValue() == 0) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    /** Returns the peak of resident memory less the heap, which is touched as a whole at the start. */
    private static double outsideBytes(String step, Path file) throws Exception {
        Process process = run(step, file, "-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch");
        return Double.parseDouble(new String(process.getInputStream().readAllBytes()).strip());
    }

    private static Process run(String step, Path file, String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), HeapBenchmark.class.getName()));
        command.addAll(List.of(step, file.toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(10, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IllegalStateException("A JVM did not end: " + command);
        }
        return process;
    }

    private static void step(String step, Path file) throws Exception {
        byte[] encoded = Files.readAllBytes(step.equals("--nothing") ? Path.of("/dev/null") : file);
        if (!step.equals("--nothing")) {
            RgbImage image = new ImageDecoder(LIMITS).decode(encoded).image();
            if (step.equals("--pictures")) {
                pictures(image);
            }
        }
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                System.out.println(1024 * Long.parseLong(line.replaceAll("\\D", "")));
            }
        }
    }

    private static void pictures(RgbImage image) {
        ImageTensor.of(image, SIDE, SIDE);
        Random random = new Random(1);
        float[] values = new float[SIDE * SIDE];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        ScaledMap map = new ScaledMap(new AnomalyMap(SIDE, SIDE, values), image.width(), image.height());
        Regions regions = RegionFinder.find(map, new RegionOptions(0.5, 16, true, true));
        List<byte[]> drawn = new ArrayList<>();
        drawn.add(PngWriter.rgb(AnomalyOverlay.draw(image, map, 0.5, RANGE, regions.largest())));
        drawn.add(PngWriter.map(map));
        drawn.add(new byte[Float.BYTES * image.width() * image.height()]);
        drawn.add(PngWriter.mask(map, 0.5));
        if (drawn.stream().anyMatch(picture -> picture.length == 0)) {
            throw new AssertionError();
        }
    }
}
