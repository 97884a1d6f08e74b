package io.draem.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.draem.frame.Frame;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameResult;
import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.image.PixelBytes;
import io.draem.model.TestModels;
import io.draem.runtime.detection.AnomalyDetector;
import io.draem.runtime.detection.FrameDetector;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.score.AnomalyMap;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.onnxexport.Cards;
import io.draem.trainer.onnxexport.DraemExporter;
import io.draem.trainer.onnxexport.RandomWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FrameDetectorTests {

    private static final FrameSize TILE = new FrameSize(64, 32);
    private static final int WIDTH = 150;
    private static final int HEIGHT = 97;

    @TempDir
    Path folder;

    private final List<Integer> batches = new ArrayList<>();

    @Test
    void mapsOfTilesJoinToWhatEachPixelOfTheFrameGives() {
        Frame frame = frame(1, WIDTH, HEIGHT, null);

        FrameResult result = detect(FrameScore.MAXIMUM, 8, frame).get(0).result();

        float[] expected = pointwise(frame);
        assertThat(result.map().width()).isEqualTo(WIDTH);
        assertThat(result.map().values()).usingComparatorWithPrecision(1e-6f).containsExactly(expected);
        assertThat(result.score()).isEqualTo(result.map().max());
    }

    @Test
    void aGraphOfTilesGivesTheSameInOnnxRuntime() throws Exception {
        Frame frame = frame(2, WIDTH, HEIGHT, null);
        Path file = Files.write(folder.resolve("model.onnx"), TestModels.tiled(TILE, framing(null)));
        try (GraphDetector graph = GraphDetector.open(file, 1)) {
            assertThat(graph.card().framing()).isEqualTo(framing(null));
            FrameDetector detector =
                    new FrameDetector(graph, graph.card().framing().score());
            assertThat(detector.detect(List.of(frame)).get(0).result().map().values())
                    .usingComparatorWithPrecision(1e-6f)
                    .containsExactly(pointwise(frame));
        }
    }

    @Test
    @Tag("slow")
    void theNetworkAndItsGraphGiveTheSameMapOfAFrame() throws Exception {
        NetworkOptions options = new NetworkOptions(8, 4, false);
        Path file = folder.resolve("model.onnx");
        DraemExporter.export(
                RandomWeights.of(options, 5),
                options,
                Cards.card(TILE.width(), TILE.height()).withFraming(framing(null)),
                file);
        Frame frame = frame(3, WIDTH, HEIGHT, null);
        try (DraemNetwork network = DraemNetwork.load(options, RandomWeights.of(options, 5));
                GraphDetector graph = GraphDetector.open(file, 1)) {
            network.train(false);
            AnomalyDetector libtorch = new NetworkDetector(network, TILE.width(), TILE.height());
            FrameResult one = new FrameDetector(libtorch, FrameScore.AVERAGED)
                    .detect(List.of(frame))
                    .get(0)
                    .result();
            FrameResult other = new FrameDetector(graph, FrameScore.AVERAGED, 3)
                    .detect(List.of(frame))
                    .get(0)
                    .result();
            assertThat(one.map().values())
                    .usingComparatorWithPrecision(1e-5f)
                    .containsExactly(other.map().values());
            assertThat(one.score()).isCloseTo(other.score(), within(1e-5f));
        }
    }

    @Test
    void batchesHoldInputsOfSeveralFramesUpToTheirSize() {
        List<FrameDetector.Detection> detections =
                detect(FrameScore.MAXIMUM, 4, frame(1, 64, 32, null), frame(2, 64, 80, null), frame(3, 30, 20, null));
        assertThat(batches).containsExactly(4, 3);
        assertThat(detections).extracting(one -> one.result().map().height()).containsExactly(32, 80, 20);
    }

    @Test
    void aWholeImageKeepsScoreAndMapOfTheModel() {
        AnomalyMap map = new AnomalyMap(2, 1, new float[] {0.1f, 0.2f});
        EvaluationImage image = WholeImages.image("a", EvaluationImage.GOOD, 2, 1, new float[6], new boolean[2]);
        FrameResult result = WholeImages.detector((images, count) -> List.of(new ModelOutput(0.7f, map, null)))
                .detect(List.of(image.frame()))
                .get(0)
                .result();
        assertThat(result.score()).isEqualTo(0.7f);
        assertThat(result.map()).isSameAs(map);
    }

    @Test
    void pixelsOutsideTheRegionOfInterestAreZeroAndTilesOutsideAreNotRun() {
        RegionOfInterest left = RegionOfInterest.parse("0,0 0.3,0 0.3,1 0,1");
        Frame frame = frame(4, WIDTH, HEIGHT, left);
        FrameResult result = detect(FrameScore.MAXIMUM, 8, frame).get(0).result();
        float[] expected = pointwise(frame);
        float largest = 0;
        for (int i = 0; i < expected.length; i++) {
            if (i % WIDTH >= 45) {
                assertThat(result.map().values()[i]).isZero();
            } else {
                assertThat(result.map().values()[i]).isCloseTo(expected[i], within(1e-6f));
                largest = Math.max(largest, result.map().values()[i]);
            }
        }
        assertThat(result.score()).isEqualTo(largest);
        assertThat(batches.stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(frame.inputs())
                .isLessThan(frame.plan().tiles());
    }

    @Test
    void aFrameWithAValueThatIsNoProbabilityHasAProblemAndTheOthersHaveResults() {
        List<FrameDetector.Detection> detections = new FrameDetector(
                        (images, count) -> {
                            List<ModelOutput> outputs = new ArrayList<>();
                            for (int i = 0; i < count; i++) {
                                float[] map = new float[TILE.pixels()];
                                map[7] = images[i * 3 * TILE.pixels()] > 0.5f ? Float.NaN : 0.3f;
                                AnomalyMap tile = new AnomalyMap(TILE.width(), TILE.height(), map);
                                outputs.add(new ModelOutput(0.3f, tile, null));
                            }
                            return outputs;
                        },
                        FrameScore.MAXIMUM)
                .detect(List.of(plain(10), plain(250), plain(20)));
        assertThat(detections).extracting(one -> one.problem() == null).containsExactly(true, false, true);
        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> CalibrationException.requireResult(detections.get(1), "plate 7"))
                .withMessageContaining("Image plate 7: The graph's anomaly map holds NaN");
    }

    @Test
    @Timeout(60)
    void theNextFrameIsLoadedWhileTheModelRunsOnTheLast() throws IOException {
        CountDownLatch secondLoaded = new CountDownLatch(1);
        AtomicBoolean ahead = new AtomicBoolean();
        AnomalyDetector waiting = (images, count) -> {
            ahead.set(await(secondLoaded));
            return Collections.nCopies(
                    count,
                    new ModelOutput(0, new AnomalyMap(TILE.width(), TILE.height(), new float[TILE.pixels()]), null));
        };
        Scores scores = Scores.of(
                EvaluationSet.of(2, index -> {
                    if (index == 1) {
                        secondLoaded.countDown();
                    }
                    return normal(index);
                }),
                new FrameDetector(waiting, FrameScore.MAXIMUM));
        assertThat(ahead).isTrue();
        assertThat(scores.images()).extracting(Scores.Scored::id).containsExactly("frame 0", "frame 1");
        assertThat(scores.images().get(0).frame()).isEqualTo(new FrameSize(WIDTH, HEIGHT));
        assertThat(scores.images().get(0).inputs()).isEqualTo(28);
        assertThat(scores.pixels().normal()).isEqualTo(2L * WIDTH * HEIGHT);
    }

    @Test
    void aFrameThatCannotBeLoadedEndsTheRunWithItsOwnProblem() {
        AnomalyDetector none = (images, count) -> Collections.nCopies(
                count, new ModelOutput(0, new AnomalyMap(TILE.width(), TILE.height(), new float[TILE.pixels()]), null));
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> Scores.of(
                        EvaluationSet.of(3, index -> {
                            if (index == 2) {
                                throw new NoSuchFileException("2.png");
                            }
                            return normal(index);
                        }),
                        new FrameDetector(none, FrameScore.MAXIMUM)))
                .withMessage("2.png");
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static EvaluationImage normal(int index) {
        Frame frame = frame(index, WIDTH, HEIGHT, null);
        return new EvaluationImage("frame " + index, EvaluationImage.GOOD, frame, new boolean[WIDTH * HEIGHT]);
    }

    private List<FrameDetector.Detection> detect(FrameScore score, int batchSize, Frame... frames) {
        AnomalyDetector brightness = (images, count) -> {
            batches.add(count);
            List<ModelOutput> outputs = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                float[] tile = Arrays.copyOfRange(images, i * 3 * TILE.pixels(), (i + 1) * 3 * TILE.pixels());
                outputs.add(new ModelOutput(0, new AnomalyMap(TILE.width(), TILE.height(), fourthPowers(tile)), null));
            }
            return outputs;
        };
        return new FrameDetector(brightness, score, batchSize).detect(List.of(frames));
    }

    /** Returns the map that {@link TestModels#tiled} gives for an input. */
    private static float[] fourthPowers(float[] planes) {
        float[] map = new float[planes.length / 3];
        for (int i = 0; i < map.length; i++) {
            double sum = 0;
            for (int channel = 0; channel < 3; channel++) {
                sum += Math.pow(planes[channel * map.length + i], 4);
            }
            map[i] = (float) (sum / 3);
        }
        return map;
    }

    private static float[] pointwise(Frame frame) {
        FrameSize size = frame.plan().frame();
        byte[] rgb = frame.preview(size.width(), size.height()).rgb();
        float[] planes = new float[rgb.length];
        for (int i = 0; i < rgb.length; i++) {
            planes[i % 3 * size.pixels() + i / 3] = (rgb[i] & 0xFF) / 255f;
        }
        return fourthPowers(planes);
    }

    private static Framing framing(@Nullable RegionOfInterest region) {
        return new Framing(new Tiling(FrameScale.ONE, 16, Tiling.marginOf(TILE)), FrameScore.MAXIMUM, region, false);
    }

    private static Frame frame(int seed, int width, int height, @Nullable RegionOfInterest region) {
        byte[] samples = new byte[3 * width * height];
        new Random(seed).nextBytes(samples);
        return Frame.tiled(
                FramePlan.of(framing(region), TILE, width, height, null), new PixelBytes(width, height, 3, samples));
    }

    private static Frame plain(int gray) {
        byte[] samples = new byte[TILE.pixels()];
        Arrays.fill(samples, (byte) gray);
        return Frame.tiled(
                FramePlan.of(framing(null), TILE, TILE.width(), TILE.height(), null),
                new PixelBytes(TILE.width(), TILE.height(), 1, samples));
    }
}
