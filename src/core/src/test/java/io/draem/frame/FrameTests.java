package io.draem.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.draem.frame.FrameBlender.Reconstruction;
import io.draem.image.ImageMeasures;
import io.draem.image.ImageTensor;
import io.draem.image.PixelBytes;
import io.draem.score.AnomalyMap;
import io.draem.score.RowMask;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** From a frame to its inputs and, by a network that changes each pixel for itself, back to a map of the frame. */
class FrameTests {

    private static final FrameSize TILE = new FrameSize(64, 32);
    private static final Framing TILED = tiled(16, null);

    @Test
    void aWholeImageIsTheVeryTensorAndTheVeryMap() {
        FramePlan plan = FramePlan.of(Framing.WHOLE, TILE, 500, 300, null);
        float[] tensor = new float[3 * 64 * 32];
        AnomalyMap map = new AnomalyMap(80, 40, new float[80 * 40]); // the graph's own size
        Frame frame = Frame.whole(plan, tensor);

        assertThat(plan.inputs()).isEqualTo(1);
        assertThat(plan.frame()).isEqualTo(TILE);
        assertThat(frame.input(0)).isSameAs(tensor);
        FrameBlender blender = new FrameBlender(plan, FrameScore.GRAPH, Reconstruction.PLANES);
        blender.add(0, 0.25f, map, tensor);
        FrameResult result = blender.finish();
        assertThat(result.score()).isEqualTo(0.25f);
        assertThat(result.map()).isSameAs(map);
        assertThat(result.planes()).isSameAs(tensor);
    }

    @Test
    void aWholeImageWithARegionHasAMapOfZerosOutsideAndLeavesTheGraphsMapAsItIs() {
        RegionOfInterest left = RegionOfInterest.parse("0,0 0.5,0 0.5,1 0,1");
        Framing framing = new Framing(null, FrameScore.MAXIMUM, null, true);
        FramePlan plan = FramePlan.of(framing, TILE, 500, 300, left);
        float[] values = new float[64 * 32];
        Arrays.fill(values, 0.25f);
        values[40] = 1;
        FrameBlender blender = new FrameBlender(plan, FrameScore.MAXIMUM, Reconstruction.NONE);
        blender.add(0, 1, new AnomalyMap(64, 32, values), null);
        FrameResult result = blender.finish();
        assertThat(result.score()).isEqualTo(0.25f);
        assertThat(result.map().at(31, 5)).isEqualTo(0.25f);
        assertThat(result.map().at(32, 5)).isZero();
        assertThat(values[40]).isEqualTo(1);
    }

    @Test
    void joinsTheTilesOfFramesOfAllSizesToWhatOneRunWouldGive() {
        Random random = new Random(7);
        for (int round = 0; round < 60; round++) {
            PixelBytes image = noise(random, 22 + random.nextInt(180), 12 + random.nextInt(90), round % 2 == 0 ? 1 : 3);
            Framing framing = tiled(random.nextInt(17), random.nextInt(9), null);
            FramePlan plan = round % 3 == 0
                    ? FramePlan.shifted(
                            framing, TILE, image.width(), image.height(), random.nextInt(64), random.nextInt(32))
                    : FramePlan.of(framing, TILE, image.width(), image.height(), null);
            FrameResult result = run(Frame.tiled(plan, image), Reconstruction.PLANES);
            float[] planes = Objects.requireNonNull(result.planes());
            for (int y = 0; y < image.height(); y++) {
                for (int x = 0; x < image.width(); x++) {
                    assertThat(result.map().at(x, y)).isEqualTo(value(image, x, y, 0), within(1e-6f));
                    for (int channel = 0; channel < 3; channel++) {
                        assertThat(planes[(channel * image.height() + y) * image.width() + x])
                                .isEqualTo(value(image, x, y, channel), within(1e-6f));
                    }
                }
            }
            assertThat(result.score()).isEqualTo(result.map().max());
        }
    }

    @Test
    void aConstantFrameShowsNoGrid() {
        byte[] samples = new byte[333 * 222];
        Arrays.fill(samples, (byte) 100);
        FramePlan plan = FramePlan.of(TILED, TILE, 333, 222, null);
        FrameResult result = run(Frame.tiled(plan, new PixelBytes(333, 222, 1, samples)), Reconstruction.RGB);
        for (float value : result.map().values()) {
            assertThat(value).isEqualTo(100 / 255f, within(1e-6f));
        }
        assertThat(Objects.requireNonNull(result.picture()).rgb()).containsOnly(100);
    }

    @Test
    void aFrameIsTooSmallWhereItsReflectionWouldBeReflectedAgain() {
        // Tiles of 64x32 around a frame of 22x12 have 21 columns and 10 rows on each side of it.
        assertThat(FramePlan.of(TILED, TILE, 22, 12, null).left(0)).isEqualTo(-21);
        for (FrameSize size : List.of(new FrameSize(21, 12), new FrameSize(22, 11), new FrameSize(1, 3000))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> FramePlan.of(TILED, TILE, size.width(), size.height(), null))
                    .withMessageContaining("A frame of " + size)
                    .withMessageContaining("64x32, for which it must have 22x12 or more");
        }
        new Tiling(FrameScale.parse("22x12"), 0, 0).requireFits(TILE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Tiling(FrameScale.parse("22x11"), 0, 0).requireFits(TILE))
                .withMessageContaining("A frame of 22x11");
        // Tiles of 256x256 need 86x86 pixels, of the 715,827,882 that an image can have.
        new Tiling(FrameScale.parse("0.00322"), 0, 0).requireFits(FrameSize.square(256));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Tiling(FrameScale.parse("0.00321"), 0, 0).requireFits(FrameSize.square(256)))
                .withMessage("No image is large enough for tiles of 256x256 at the scale 0.00321: use a larger scale");
    }

    @Test
    void aSmallFrameIsPaddedByItsReflection() {
        PixelBytes image = noise(new Random(8), 23, 13, 3);
        Frame frame = Frame.tiled(FramePlan.of(TILED, TILE, 23, 13, null), image);
        assertThat(frame.inputs()).isEqualTo(1);
        assertThat(frame.plan().left(0)).isEqualTo(-20);
        assertThat(frame.plan().top(0)).isEqualTo(-9);
        float[] input = frame.input(0);
        for (int y = 0; y < 32; y++) {
            for (int x = 0; x < 64; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    assertThat(input[(channel * 32 + y) * 64 + x])
                            .isEqualTo(value(image, folded(x - 20, 23), folded(y - 9, 13), channel));
                }
            }
        }
        float[] batch = new float[5 + input.length];
        frame.write(0, batch, 5);
        assertThat(Arrays.copyOfRange(batch, 5, batch.length)).isEqualTo(input);
    }

    @Test
    void showsAndMeasuresWhatTheNetworkSees() {
        PixelBytes image = noise(new Random(11), 128, 64, 3);
        Frame tiled = Frame.tiled(FramePlan.of(TILED, TILE, 128, 64, null), image);
        float[] tensor = ImageTensor.of(image.toRgb(), 64, 32);
        Frame whole = Frame.whole(FramePlan.of(Framing.WHOLE, TILE, 128, 64, null), tensor);
        assertThat(tiled.preview(128, 64).rgb()).isEqualTo(image.samples());
        assertThat(tiled.preview(64, 32).rgb()).isEqualTo(image.resized(64, 32).samples());
        assertThat(whole.preview(64, 32).rgb())
                .isEqualTo(PixelBytes.ofPlanes(tensor, 64, 32).samples());
        assertThat(tiled.measures()).isEqualTo(ImageMeasures.of(image, null));
        assertThat(whole.measures()).isEqualTo(ImageMeasures.of(tensor, 64, 32));
    }

    @Test
    void tilesThatAreNotRunHoldNoPixelThatCounts() {
        Random random = new Random(9);
        PixelBytes image = noise(random, 300, 200, 1);
        for (int round = 0; round < 40; round++) {
            double x = random.nextInt(800) / 1000.0;
            double y = random.nextInt(800) / 1000.0;
            RegionOfInterest region =
                    RegionOfInterest.parse(x + "," + y + " " + (x + 0.2) + "," + y + " " + x + "," + (y + 0.2));
            FramePlan plan = FramePlan.of(tiled(8, region), TILE, 300, 200, null);
            RowMask mask = Objects.requireNonNull(plan.region());
            assertThat(plan.inputs()).isBetween(1, plan.tiles() - 1);
            int runs = 0;
            for (int tile = 0; tile < plan.tiles(); tile++) {
                runs += plan.runs(tile) ? 1 : 0;
                assertThat(mask.intersects(plan.tileLeft(tile), plan.tileTop(tile), 64, 32))
                        .isEqualTo(plan.runs(tile));
            }
            assertThat(runs).isEqualTo(plan.inputs());
            FrameResult result = run(Frame.tiled(plan, image), Reconstruction.NONE);
            for (int i = 0; i < 300 * 200; i++) {
                float expected = mask.contains(i % 300, i / 300) ? value(image, i % 300, i / 300, 0) : 0;
                assertThat(result.map().values()[i]).isEqualTo(expected, within(1e-6f));
            }
        }
    }

    @Test
    void aRegionOfARequestReplacesTheModelsOwn() {
        RegionOfInterest own = RegionOfInterest.parse("0,0 0.1,0 0,0.1");
        RegionOfInterest requested = RegionOfInterest.parse("0,0 1,0 1,1 0,1");
        assertThat(FramePlan.of(tiled(8, own), TILE, 300, 200, null).regionOfInterest())
                .isEqualTo(own);
        FramePlan plan = FramePlan.of(tiled(8, own), TILE, 300, 200, requested);
        assertThat(plan.regionOfInterest()).isEqualTo(requested);
        assertThat(plan.inputs()).isEqualTo(plan.tiles());
        assertThat(Objects.requireNonNull(plan.region(30, 20)).count()).isEqualTo(600);
    }

    @Test
    void refusesARegionThatTheModelDoesNotAcceptOrThatHasNoPixel() {
        RegionOfInterest region = RegionOfInterest.parse("0,0 1,0 1,1 0,1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FramePlan.of(Framing.WHOLE, TILE, 300, 200, region))
                .withMessageContaining("accepts no region of interest");
        RegionOfInterest empty = RegionOfInterest.parse("0.5,0.5 0.500001,0.5 0.5,0.500001");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FramePlan.of(TILED, TILE, 300, 200, empty))
                .withMessage("The region of interest has no pixel of the image: make the region or the image larger");
    }

    @Test
    void refusesInputsInAnotherOrderAndAResultWithoutSome() {
        FramePlan plan = FramePlan.of(TILED, TILE, 300, 200, null);
        FrameBlender blender = new FrameBlender(plan, FrameScore.MAXIMUM, Reconstruction.NONE);
        AnomalyMap map = new AnomalyMap(64, 32, new float[64 * 32]);
        blender.add(0, 0, map, null);
        assertThatIllegalStateException().isThrownBy(() -> blender.add(0, 0, map, null));
        assertThatIllegalStateException().isThrownBy(() -> blender.add(2, 0, map, null));
        assertThatIllegalStateException().isThrownBy(blender::finish).withMessageContaining("1 of");
        AnomalyMap small = new AnomalyMap(32, 32, new float[32 * 32]);
        assertThatIllegalArgumentException().isThrownBy(() -> blender.add(1, 0, small, null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FrameBlender(plan, FrameScore.GRAPH, Reconstruction.NONE));
    }

    @Test
    void aScoreOfTilesOrARegionDoesNotComeFromTheGraph() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Framing(new Tiling(FrameScale.ONE, 0, 0), FrameScore.GRAPH, null, false));
        assertThatIllegalArgumentException().isThrownBy(() -> new Framing(null, FrameScore.GRAPH, null, true));
        RegionOfInterest region = RegionOfInterest.parse("0,0 1,0 1,1");
        assertThatIllegalArgumentException().isThrownBy(() -> new Framing(null, FrameScore.MAXIMUM, region, true));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Tiling(FrameScale.ONE, 17, 0).requireFits(TILE))
                .withMessageContaining("at most half of the smaller side, 16, got 17");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Tiling(FrameScale.ONE, 0, 9).requireFits(TILE))
                .withMessageContaining("at most a quarter of the smaller side, 8, got 9");
    }

    @Test
    void theScoreIsTheLargestMeanOfASquareWithZerosOutside() {
        Random random = new Random(10);
        for (int round = 0; round < 60; round++) {
            int width = 1 + random.nextInt(40);
            int height = 1 + random.nextInt(40);
            float[] values = new float[width * height];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat();
            }
            AnomalyMap map = new AnomalyMap(width, height, values);
            for (FrameScore score : new FrameScore[] {FrameScore.MAXIMUM, FrameScore.SMOOTHED, FrameScore.AVERAGED}) {
                double largest = 0;
                int half = score.window() / 2;
                for (int i = 0; i < values.length; i++) {
                    double sum = 0;
                    for (int y = Math.max(0, i / width - half); y <= Math.min(height - 1, i / width + half); y++) {
                        for (int x = Math.max(0, i % width - half); x <= Math.min(width - 1, i % width + half); x++) {
                            sum += map.at(x, y);
                        }
                    }
                    largest = Math.max(largest, sum / score.window() / score.window());
                }
                assertThat(score.of(map)).isEqualTo((float) largest, within(1e-6f));
            }
        }
        assertThatIllegalStateException().isThrownBy(() -> FrameScore.GRAPH.of(new AnomalyMap(1, 1, new float[1])));
    }

    private static Framing tiled(int overlap, @Nullable RegionOfInterest region) {
        return tiled(overlap, 0, region);
    }

    private static Framing tiled(int overlap, int margin, @Nullable RegionOfInterest region) {
        return new Framing(new Tiling(FrameScale.ONE, overlap, margin), FrameScore.MAXIMUM, region, false);
    }

    /** Runs a network whose map is the red channel, and whose reconstruction is the image. */
    private static FrameResult run(Frame frame, Reconstruction reconstruction) {
        FrameBlender blender = new FrameBlender(frame.plan(), FrameScore.MAXIMUM, reconstruction);
        for (int i = 0; i < frame.inputs(); i++) {
            float[] input = frame.input(i);
            blender.add(i, 0, new AnomalyMap(64, 32, Arrays.copyOf(input, 64 * 32)), input);
        }
        return blender.finish();
    }

    private static int folded(int position, int length) {
        int x = position;
        while (x < 0 || x >= length) {
            x = x < 0 ? -x : 2 * (length - 1) - x;
        }
        return x;
    }

    private static float value(PixelBytes image, int x, int y, int channel) {
        int sample = image.channels() == 1 ? 0 : channel;
        return (image.samples()[(y * image.width() + x) * image.channels() + sample] & 0xFF) / 255f;
    }

    private static PixelBytes noise(Random random, int width, int height, int channels) {
        byte[] samples = new byte[width * height * channels];
        random.nextBytes(samples);
        return new PixelBytes(width, height, channels, samples);
    }
}
