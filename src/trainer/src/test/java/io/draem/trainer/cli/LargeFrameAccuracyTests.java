package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.frame.Frame;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameScale;
import io.draem.image.PixelBytes;
import io.draem.model.ModelCard;
import io.draem.runtime.detection.FrameDetector;
import io.draem.score.AnomalyMap;
import io.draem.testing.BoundedProcess;
import io.draem.testing.LongTest;
import io.draem.trainer.data.SurfaceFrames;
import io.draem.trainer.data.SurfaceFrames.Defect;
import io.draem.trainer.evaluation.GraphDetector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Trains on photographs of 12 megapixels whose defects are 20 pixels wide: resized to one input, and cut into tiles. */
@Tag("slow")
@LongTest
@Timeout(value = 3, unit = TimeUnit.HOURS)
class LargeFrameAccuracyTests {

    private static final Duration LIMIT = Duration.ofMinutes(80);
    /**
     * Normal frames, of which half are held out: with 20 to train on, normal frames score as high as defects, and with 20 to
     * calibrate on, one of them decides the threshold.
     */
    private static final int NORMAL = 120;

    private static final int GOOD = 40;
    private static final int EACH = 5;
    private static final int DEFECTIVE = EACH * Defect.values().length;

    /**
     * Largest difference of the maps of two cuts at the 99.9th percentile. Half as much was seen; the network sees other
     * surroundings in another cut, which no blending removes.
     */
    private static final float MOST_OF_CUTS = 0.06f;

    /** Pixels of the frame that are next to its border: in those cuts are not compared. */
    private static final int BORDER = 64;

    @TempDir
    static Path folder;

    @BeforeAll
    static void photograph() throws IOException {
        for (int i = 0; i < NORMAL; i++) {
            SurfaceFrames.write(folder.resolve("set/train/good/%03d.jpg".formatted(i)), i);
        }
        for (int i = 0; i < GOOD; i++) {
            SurfaceFrames.write(folder.resolve("set/test/good/%03d.jpg".formatted(i)), 1000 + i);
        }
        for (Defect defect : Defect.values()) {
            for (int i = 0; i < EACH; i++) {
                SurfaceFrames.write(
                        folder.resolve("set/test/%s/%03d.jpg".formatted(defect.folder(), i)),
                        folder.resolve("set/ground_truth/%s/%03d_mask.png".formatted(defect.folder(), i)),
                        2000 + 100 * defect.ordinal() + i,
                        defect);
            }
        }
    }

    @Test
    void resizedFramesAreWarnedOfAndTheirDefectsAreMissed() throws Exception {
        String said = train("resized", "--image-size=128");
        assertThat(said)
                .contains("warning: " + DEFECTIVE + " of " + DEFECTIVE
                        + " defects are under 4 pixels across in the network's input, since images are resized to"
                        + " 128x128");
        JsonNode confusion = confusion("resized");
        assertThat(confusion.get("truePositives").asInt()).isLessThan(DEFECTIVE / 2);
    }

    @Test
    void tilesFindTheDefectsAndTheirCutHardlyShows() throws Exception {
        // The light of these frames falls off: a network that has not seen other light takes dark corners for defects.
        String said = train("tiled", "--tiles=128", "--scale=0.25", "--vary-light=0.2");
        assertThat(said).contains("defects with masks are large enough").doesNotContain("under 4 pixels");
        JsonNode confusion = confusion("tiled");
        assertThat(confusion.get("truePositives").asInt()).isGreaterThanOrEqualTo(DEFECTIVE * 9 / 10);
        assertThat(confusion.get("falsePositives").asInt()).isLessThanOrEqualTo(GOOD / 20);
        try (GraphDetector graph = GraphDetector.open(model("tiled"), 1)) {
            assertThat(largestStepOfAPlainFrame(graph)).isLessThan(0.01f);
            assertThat(excessAtTheBorder(graph, "set/test/good/000.jpg")).isLessThan(0.1f);
            for (String name : List.of("good", Defect.STAIN.folder())) {
                assertThat(differenceOfCuts(graph, "set/test/" + name + "/000.jpg"))
                        .isLessThan(MOST_OF_CUTS);
            }
        }
    }

    /** Returns the largest difference of neighboring pixels of the map of a frame that shows nothing. */
    private static float largestStepOfAPlainFrame(GraphDetector graph) throws Exception {
        FramePlan plan = plan(graph.card(), 0, 0);
        int width = plan.frame().width();
        byte[] samples = new byte[plan.frame().pixels()];
        Arrays.fill(samples, (byte) 120);
        AnomalyMap map = map(graph, plan, new PixelBytes(width, plan.frame().height(), 1, samples));
        float largest = 0;
        for (int y = BORDER; y < map.height() - BORDER; y++) {
            for (int x = BORDER; x < width - BORDER; x++) {
                float value = map.at(x, y);
                float step = Math.max(Math.abs(map.at(x + 1, y) - value), Math.abs(map.at(x, y + 1) - value));
                largest = Math.max(largest, step);
            }
        }
        System.out.printf(Locale.ROOT, "the map of a plain frame has steps of up to %.4f%n", largest);
        return largest;
    }

    /** Returns by how much the map of a normal frame is higher next to the border, by its 99.9th percentile. */
    private static float excessAtTheBorder(GraphDetector graph, String name) throws Exception {
        ModelCard card = graph.card();
        FrameScale scale = Objects.requireNonNull(card.framing().tiling()).scale();
        AnomalyMap map = map(graph, plan(card, 0, 0), SurfaceFrames.read(folder.resolve(name), scale));
        List<Float> border = new ArrayList<>();
        List<Float> middle = new ArrayList<>();
        for (int y = 0; y < map.height(); y++) {
            for (int x = 0; x < map.width(); x++) {
                boolean inner = x >= BORDER && y >= BORDER && x < map.width() - BORDER && y < map.height() - BORDER;
                (inner ? middle : border).add(map.at(x, y));
            }
        }
        float outer = high(border);
        float inner = high(middle);
        System.out.printf(
                Locale.ROOT,
                "%s: the 99.9th percentile of the map is %.3f next to the border, %.3f elsewhere%n",
                name,
                outer,
                inner);
        return outer - inner;
    }

    private static float high(List<Float> values) {
        return values.stream().sorted().toList().get((int) (0.999 * values.size()));
    }

    /** Returns the 99.9th percentile of the difference of the maps of a frame that is cut from two origins. */
    private static float differenceOfCuts(GraphDetector graph, String name) throws Exception {
        ModelCard card = graph.card();
        FrameScale scale = Objects.requireNonNull(card.framing().tiling()).scale();
        PixelBytes pixels = SurfaceFrames.read(folder.resolve(name), scale);
        AnomalyMap one = map(graph, plan(card, 0, 0), pixels);
        AnomalyMap other = map(graph, plan(card, 37, 21), pixels);
        int width = one.width() - 2 * BORDER;
        float[] differences = new float[width * (one.height() - 2 * BORDER)];
        for (int i = 0; i < differences.length; i++) {
            int x = BORDER + i % width;
            int y = BORDER + i / width;
            differences[i] = Math.abs(one.at(x, y) - other.at(x, y));
        }
        Arrays.sort(differences);
        float high = differences[(int) (0.999 * differences.length)];
        System.out.printf(
                Locale.ROOT,
                "%s: the maps of two cuts differ by %.4f at the 99th percentile, %.4f at the 99.9th, %.4f at most%n",
                name,
                differences[(int) (0.99 * differences.length)],
                high,
                differences[differences.length - 1]);
        return high;
    }

    private static FramePlan plan(ModelCard card, int dx, int dy) {
        return FramePlan.shifted(card.framing(), card.input(), SurfaceFrames.WIDTH, SurfaceFrames.HEIGHT, dx, dy);
    }

    private static AnomalyMap map(GraphDetector graph, FramePlan plan, PixelBytes pixels) throws Exception {
        return new FrameDetector(graph, graph.card().framing().score())
                .detect(List.of(Frame.tiled(plan, pixels)))
                .get(0)
                .result()
                .map();
    }

    /** Trains a model on the frames and returns what the trainer printed. */
    private static String train(String name, String... more) throws Exception {
        String[] arguments = {
            "train",
            "--preset=quick",
            "--data=" + folder.resolve("set"),
            "--output=" + folder.resolve("models"),
            "--name=" + name,
            "--held-out=0.5",
            "--validate-steps=0",
            "--threads=1"
        };
        try (BoundedProcess process = BoundedProcess.startJava(
                List.of("-Xmx2g"),
                Main.class,
                Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new))) {
            int status = process.awaitExit(LIMIT);
            assertThat(status).as(process.output()).isZero();
            process.output()
                    .lines()
                    .filter(line -> line.startsWith("test images"))
                    .forEach(System.out::println);
            return process.output();
        }
    }

    private static Path model(String name) {
        return folder.resolve("models").resolve(name).resolve("1/model.onnx");
    }

    private static JsonNode confusion(String name) throws IOException {
        String metrics = Files.readString(model(name).resolveSibling("metrics.json"));
        return JsonMapper.shared().readTree(metrics).at("/image/confusion");
    }
}
