package io.draem.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.draem.image.RgbImage;
import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.score.Region;
import io.draem.score.RegionFinder;
import io.draem.score.RegionOptions;
import io.draem.score.ScaledMap;
import io.draem.score.ThresholdRule;
import java.util.Arrays;
import java.util.List;
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
