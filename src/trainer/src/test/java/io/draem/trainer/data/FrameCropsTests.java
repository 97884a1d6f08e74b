package io.draem.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.frame.FrameSize;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.score.RowMask;
import io.draem.trainer.synthesis.NormalSource;
import io.draem.trainer.synthesis.RandomStreams;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class FrameCropsTests {

    private static final FrameSize TILE = new FrameSize(32, 40);
    private static final int CROPS = 5000;

    @TempDir
    private Path folder;

    @Test
    void everyPixelOfAFrameIsDrawnAndBordersHardlyLessThanTheMiddle() throws Exception {
        try (FrameStore frames = TestFrames.in(folder).open(List.of("120x90"))) {
            int[][] drawn = drawn(FrameCrops.of(frames, TILE, Tiling.marginOf(TILE), null), 120, 90);
            double even = (double) CROPS * TILE.pixels() / (120 * 90);
            for (int[] row : drawn) {
                for (int times : row) {
                    assertThat((double) times).isGreaterThan(0.05 * even);
                }
            }
            assertThat((double) drawn[45][0]).isGreaterThan(0.2 * drawn[45][60]);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0.1,0.1 0.9,0.1 0.9,0.9 0.1,0.9", "0,0 0.02,0 0.02,1 0,1", "0,0 1,0 0,1;0.9,0.9 1,0.9 1,1 0.9,1"
            })
    void everyPixelOfARegionIsDrawnAndEachCropHasOne(String polygons) throws Exception {
        RegionOfInterest region = RegionOfInterest.parse(polygons);
        try (FrameStore frames = TestFrames.in(folder).open(List.of("120x90"))) {
            FrameCrops crops = FrameCrops.of(frames, TILE, Tiling.marginOf(TILE), region);
            int[][] drawn = drawn(crops, 120, 90);
            RowMask mask = region.at(120, 90);
            for (int y = 0; y < 90; y++) {
                for (int x = 0; x < 120; x++) {
                    if (mask.contains(x, y)) {
                        assertThat(drawn[y][x]).as("%d, %d", x, y).isPositive();
                    }
                }
            }
            for (int i = 0; i < 200; i++) {
                FrameCrops.Crop crop = crops.crop(0, RandomStreams.of(1, "crop", i));
                float[] inside = crop.normal().inside();
                if (inside == null) {
                    inside = new float[TILE.pixels()];
                    Arrays.fill(inside, 1);
                }
                assertThat(inside).contains(1f);
                for (int pixel = 0; pixel < inside.length; pixel++) {
                    int x = crop.left() + pixel % TILE.width();
                    int y = crop.top() + pixel / TILE.width();
                    boolean counts = x >= 0 && x < 120 && y >= 0 && y < 90 && mask.contains(x, y);
                    assertThat(inside[pixel]).isEqualTo(counts ? 1 : 0);
                }
            }
        }
    }

    @Test
    void aCropHasThePixelsOfItsPlaceAndIsTheSameForTheSameNumbers() throws Exception {
        try (FrameStore frames = TestFrames.in(folder).open(List.of("120x90", "70x70"))) {
            FrameCrops crops = FrameCrops.of(frames, TILE, 0, null);
            for (int i = 0; i < 20; i++) {
                FrameCrops.Crop crop = crops.crop(1, RandomStreams.of(3, "crop", i));
                assertThat(crop.normal().pixels()).isEqualTo(frames.crop(1, crop.left(), crop.top(), TILE));
                assertThat(crop.normal().inside()).isNull();
                FrameCrops.Crop again = crops.crop(1, RandomStreams.of(3, "crop", i));
                assertThat(again.normal().pixels()).isEqualTo(crop.normal().pixels());
            }
        }
    }

    /** Tiles at the border of a frame show its reflection, so that the network has to learn it. */
    @Test
    void cropsReachIntoTheMarginAndNoAnomalyBeginsThere() throws Exception {
        try (FrameStore frames = TestFrames.in(folder).open(List.of("120x90"))) {
            FrameCrops crops = FrameCrops.of(frames, TILE, 4, null);
            Set<Integer> lefts = new TreeSet<>();
            for (int i = 0; i < 2000; i++) {
                FrameCrops.Crop crop = crops.crop(0, RandomStreams.of(0, "crop", i));
                lefts.add(crop.left());
                float[] inside = crop.normal().inside();
                boolean within = crop.left() >= 0 && crop.left() <= 88 && crop.top() >= 0 && crop.top() <= 50;
                assertThat(inside == null).isEqualTo(within);
                assertReflects(crop.normal());
                if (crop.left() == -4 && inside != null) {
                    assertThat(inside[20 * TILE.width() + 3]).isZero();
                    assertThat(inside[20 * TILE.width() + 4]).isOne();
                }
            }
            assertThat(lefts).hasSize(97).contains(-4, 92);
        }
    }

    /** Each pixel has the values of the one whose reflection it is, and that is of the frame. */
    private static void assertReflects(NormalSource.Normal normal) {
        int[] reflection = normal.reflection();
        float[] inside = normal.inside();
        assertThat(reflection == null).isEqualTo(inside == null);
        for (int i = 0; reflection != null && inside != null && i < reflection.length; i++) {
            assertThat(inside[reflection[i]]).isOne();
            assertThat(reflection[i] == i).isEqualTo(inside[i] == 1);
            assertThat(normal.pixels()[i]).isEqualTo(normal.pixels()[reflection[i]]);
        }
    }

    @Test
    void ofASmallFrameWhatIsReflectedDoesNotCount() throws Exception {
        try (FrameStore frames = TestFrames.in(folder).open(List.of("20x90"))) {
            FrameCrops crops = FrameCrops.of(frames, TILE, 0, null);
            FrameCrops.Crop crop = crops.crop(0, RandomStreams.of(0, "crop", 1));
            assertThat(crop.left()).isEqualTo(-6);
            assertReflects(crop.normal());
            float[] inside = crop.normal().inside();
            assertThat(inside).isNotNull();
            for (int pixel = 0; pixel < inside.length; pixel++) {
                int x = pixel % TILE.width() - 6;
                assertThat(inside[pixel]).isEqualTo(x >= 0 && x < 20 ? 1 : 0);
            }
            assertThat(crops.notes()).anyMatch(note -> note.startsWith("warning: many frames are smaller than a tile"));
        }
    }

    @Test
    void anEpochHasAsManyCropsAsCoverWhatCounts() throws Exception {
        try (FrameStore frames = TestFrames.in(folder).open(List.of("64x120", "96x160"))) {
            FrameCrops all = FrameCrops.of(frames, TILE, 0, null);
            assertThat(all.cropsPerFrame()).isEqualTo(9); // 11520 pixels on average
            assertThat(all.size()).isEqualTo(18);
            assertThat(all.notes())
                    .containsExactly(
                            "frames of 64x120 to 96x160 pixels, half of them up to 96x160; random crops of 32x40"
                                    + " per frame and epoch: 9");
            FrameCrops half = FrameCrops.of(frames, TILE, 0, RegionOfInterest.parse("0,0 0.5,0 0.5,1 0,1"));
            assertThat(half.cropsPerFrame()).isEqualTo(5);
            ObjectNode json = JsonMapper.shared().createObjectNode();
            half.writeTo(json);
            assertThat(json)
                    .hasToString("{\"smallest\":\"64x120\",\"median\":\"96x160\",\"largest\":\"96x160\","
                            + "\"cropsPerFrame\":5}");
        }
    }

    @Test
    void namesAFrameWithoutAPixelOfTheRegion() throws Exception {
        try (FrameStore frames = TestFrames.in(folder).open(List.of("200x200", "40x40"))) {
            RegionOfInterest small = RegionOfInterest.parse("0.014,0.014 0.02,0.014 0.02,0.02 0.014,0.02");
            assertThatExceptionOfType(DatasetException.class)
                    .isThrownBy(() -> FrameCrops.of(frames, TILE, 0, small))
                    .withMessage(frames.file(1) + ": the region of interest has no pixel of the image");
        }
    }

    /** Returns how often each pixel of the first frame is in a crop, rows from the top. */
    private static int[][] drawn(FrameCrops crops, int width, int height) {
        int[][] drawn = new int[height][width];
        for (int i = 0; i < CROPS; i++) {
            FrameCrops.Crop crop = crops.crop(0, RandomStreams.of(7, "crop", i));
            for (int y = Math.max(0, crop.top()); y < Math.min(height, crop.top() + TILE.height()); y++) {
                for (int x = Math.max(0, crop.left()); x < Math.min(width, crop.left() + TILE.width()); x++) {
                    drawn[y][x]++;
                }
            }
        }
        return drawn;
    }
}
