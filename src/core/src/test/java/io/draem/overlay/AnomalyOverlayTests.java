package io.draem.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.draem.frame.RegionOfInterest;
import io.draem.image.ImageMask;
import io.draem.image.RgbImage;
import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.score.Region;
import io.draem.score.RegionFinder;
import io.draem.score.RegionOptions;
import io.draem.score.RowMask;
import io.draem.score.ScaledMap;
import io.draem.score.ThresholdRule;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnomalyOverlayTests {

    private static final int SIDE = 64;

    private static final Calibration FULL_RANGE = new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0);

    private final RgbImage gray = new RgbImage(SIDE, SIDE, filled((byte) 100));

    @Test
    void keepsPixelsAtOrBelowTheThreshold() {
        float[] values = new float[SIDE * SIDE];
        values[5] = 0.5f;

        RgbImage overlay = AnomalyOverlay.draw(gray, map(values), 0.5, FULL_RANGE, List.of());

        assertThat(overlay.rgb()).isEqualTo(gray.rgb());
    }

    @Test
    void colorIsStrongerWhereTheMapIsHigher() {
        float[] values = new float[SIDE * SIDE];
        values[10] = 0.6f;
        values[20] = 1f;

        RgbImage overlay = AnomalyOverlay.draw(gray, map(values), 0.5, FULL_RANGE, List.of());

        assertThat(saturation(overlay, 10)).isPositive();
        assertThat(saturation(overlay, 20)).isGreaterThan(saturation(overlay, 10));
        assertThat(overlay.channel(20, 0, 0)).as("red").isGreaterThan(overlay.channel(20, 0, 1));
    }

    @Test
    void outlinesEachRegionOnACopyOfTheImage() {
        float[] values = new float[SIDE * SIDE];
        for (int y = 10; y < 20; y++) {
            for (int x = 30; x < 40; x++) {
                values[y * SIDE + x] = 0.9f;
            }
        }
        ScaledMap map = map(values);
        List<Region> regions =
                RegionFinder.find(map, new RegionOptions(0.5, 1, false, true)).largest();

        RgbImage overlay = AnomalyOverlay.draw(gray, map, 0.5, FULL_RANGE, regions);

        assertThat(pixel(overlay, 30, 10)).isEqualTo(0xFF00FF);
        assertThat(pixel(overlay, 35, 10)).isEqualTo(0xFF00FF);
        assertThat(pixel(overlay, 35, 15)).isNotEqualTo(0xFF00FF).isNotEqualTo(0x646464);
        assertThat(pixel(overlay, 5, 5)).isEqualTo(0x646464);
        assertThat(gray.rgb()).containsOnly(100);
    }

    @Test
    void outsideTheRegionOfInterestTheImageIsDarkerWithoutHeatAndABorderRunsInside() {
        float[] values = new float[SIDE * SIDE];
        Arrays.fill(values, 0.9f);
        RowMask region =
                RegionOfInterest.parse("0,0.25 0.5,0.25 0.5,0.75 0,0.75").at(SIDE, SIDE);
        ScaledMap map = new ScaledMap(new AnomalyMap(SIDE, SIDE, values), SIDE, SIDE, region);

        RgbImage overlay = AnomalyOverlay.draw(gray, map, 0.95, FULL_RANGE, List.of());
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                boolean inside = x < 32 && y >= 16 && y < 48;
                boolean border = inside && (x == 31 || y == 16 || y == 47);
                assertThat(pixel(overlay, x, y)).isEqualTo(border ? 0xFFFFFF : inside ? 0x646464 : 0x282828);
            }
        }
        RgbImage heated = AnomalyOverlay.draw(gray, map, 0.5, FULL_RANGE, List.of());
        assertThat(pixel(heated, 40, 20)).isEqualTo(0x282828);
        assertThat(pixel(heated, 10, 20)).isNotEqualTo(0x646464);
    }

    @Test
    void everyPixelOfARegionNextToOneOutsideIsOnTheBorder() {
        Random random = new Random(1);
        for (int round = 0; round < 30; round++) {
            byte[] cells = new byte[3 * 9 * 9];
            for (int i = 0; i < cells.length; i += 3) {
                Arrays.fill(cells, i, i + 3, (byte) (random.nextInt(3) > 0 ? 255 : 0));
            }
            RowMask region = RegionOfInterest.ofMask(ImageMask.of(new RgbImage(9, 9, cells)))
                    .at(SIDE, SIDE);
            ScaledMap map = new ScaledMap(new AnomalyMap(SIDE, SIDE, new float[SIDE * SIDE]), SIDE, SIDE, region);
            RgbImage overlay = AnomalyOverlay.draw(gray, map, 0.5, FULL_RANGE, List.of());
            for (int y = 1; y < SIDE - 1; y++) {
                for (int x = 1; x < SIDE - 1; x++) {
                    boolean inside = region.contains(x, y);
                    boolean inner = region.contains(x - 1, y)
                            && region.contains(x + 1, y)
                            && region.contains(x, y - 1)
                            && region.contains(x, y + 1);
                    assertThat(pixel(overlay, x, y)).isEqualTo(!inside ? 0x282828 : inner ? 0x646464 : 0xFFFFFF);
                }
            }
        }
    }

    @Test
    void drawsOnTheImageItselfWhereThatIsAllowed() {
        float[] values = new float[SIDE * SIDE];
        values[10] = 0.9f;
        RgbImage copy = AnomalyOverlay.draw(gray, map(values), 0.5, FULL_RANGE, List.of(), false);
        assertThat(gray.rgb()).containsOnly(100);
        assertThat(AnomalyOverlay.draw(gray, map(values), 0.5, FULL_RANGE, List.of(), true))
                .isSameAs(gray);
        assertThat(gray.rgb()).isEqualTo(copy.rgb());
    }

    @Test
    void refusesAMapOfAnotherSize() {
        ScaledMap small = new ScaledMap(new AnomalyMap(2, 1, new float[2]), 2, 1);
        assertThatThrownBy(() -> AnomalyOverlay.draw(gray, small, 0.5, FULL_RANGE, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2x1");
    }

    private static ScaledMap map(float[] values) {
        return new ScaledMap(new AnomalyMap(SIDE, SIDE, values), SIDE, SIDE);
    }

    private static int saturation(RgbImage image, int x) {
        int max = Math.max(image.channel(x, 0, 0), Math.max(image.channel(x, 0, 1), image.channel(x, 0, 2)));
        int min = Math.min(image.channel(x, 0, 0), Math.min(image.channel(x, 0, 1), image.channel(x, 0, 2)));
        return max - min;
    }

    private static int pixel(RgbImage image, int x, int y) {
        return image.channel(x, y, 0) << 16 | image.channel(x, y, 1) << 8 | image.channel(x, y, 2);
    }

    private static byte[] filled(byte value) {
        byte[] rgb = new byte[SIDE * SIDE * 3];
        Arrays.fill(rgb, value);
        return rgb;
    }
}
