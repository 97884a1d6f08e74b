package io.draem.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.score.Region.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RegionFinderTests {

    @Test
    void measuresARegionInPixelsOfTheMap() {
        AnomalyMap map = map(
                "......", //
                "..59..", "..5...", "......");

        Region region = RegionFinder.find(map, 0.4, 1).get(0);

        assertThat(region.x()).isEqualTo(2);
        assertThat(region.y()).isEqualTo(1);
        assertThat(region.width()).isEqualTo(2);
        assertThat(region.height()).isEqualTo(2);
        assertThat(region.area()).isEqualTo(3);
        assertThat(region.centroidX()).isCloseTo((2.5 + 3.5 + 2.5) / 3, within(1e-9));
        assertThat(region.centroidY()).isCloseTo((1.5 + 1.5 + 2.5) / 3, within(1e-9));
        assertThat(region.peak()).isCloseTo(0.9, within(1e-6));
        assertThat(region.mean()).isCloseTo((0.5 + 0.9 + 0.5) / 3, within(1e-6));
    }

    @Test
    void outlinesARegionClockwiseAlongPixelCorners() {
        AnomalyMap map = map(
                "....", //
                ".11.", ".1..", "....");

        assertThat(RegionFinder.find(map, 0, 1).get(0).polygon())
                .containsExactly(point(1, 1), point(3, 1), point(3, 2), point(2, 2), point(2, 3), point(1, 3));
    }

    @Test
    void doesNotOutlineHoles() {
        AnomalyMap map = map(
                "111", //
                "1.1", "111");

        Region region = RegionFinder.find(map, 0, 1).get(0);

        assertThat(region.area()).isEqualTo(8);
        assertThat(region.polygon()).containsExactly(point(0, 0), point(3, 0), point(3, 3), point(0, 3));
    }

    @Test
    void joinsPixelsThatTouchAtACorner() {
        AnomalyMap map = map(
                "1..1", //
                ".11.", "1..1");

        List<Region> regions = RegionFinder.find(map, 0, 1);

        assertThat(regions).hasSize(1);
        assertThat(regions.get(0).area()).isEqualTo(6);
        assertThat(enclosedArea(regions.get(0).polygon())).isEqualTo(6);
    }

    @Test
    void joinsArmsThatMeetOnlyFartherDown() {
        AnomalyMap map = map(
                "1.1.1", //
                "1.1.1", "11111");

        assertThat(RegionFinder.find(map, 0, 1)).hasSize(1);
    }

    @Test
    void ordersRegionsByTheirPeak() {
        AnomalyMap map = map(
                "3...9", //
                ".....", "1.6..");

        assertThat(RegionFinder.find(map, 0, 1))
                .extracting(Region::peak)
                .usingComparatorForType((a, b) -> Math.abs(a - b) < 1e-6 ? 0 : 1, Double.class)
                .containsExactly(0.9, 0.6, 0.3, 0.1);
    }

    @Test
    void countsOnlyValuesStrictlyAboveTheThreshold() {
        AnomalyMap map = new AnomalyMap(2, 1, new float[] {0.5f, Math.nextUp(0.5f)});

        assertThat(RegionFinder.find(map, 0.5, 1))
                .singleElement()
                .extracting(Region::x)
                .isEqualTo(1);
    }

    @Test
    void leavesOutRegionsSmallerThanTheSmallestArea() {
        AnomalyMap map = map("11.1");

        assertThat(RegionFinder.find(map, 0, 2))
                .singleElement()
                .extracting(Region::area)
                .isEqualTo(2);
        assertThat(RegionFinder.find(map, 0, 3)).isEmpty();
    }

    @Test
    void findsNothingInAMapBelowTheThreshold() {
        assertThat(RegionFinder.find(map("12", "34"), 0.9, 1)).isEmpty();
    }

    @Test
    void returnsTheLargestPeaksOfTooManyRegions() {
        int side = 200;
        float[] values = new float[side * side];
        for (int i = 0; i < 10_000; i++) {
            values[(i / 100) * 2 * side + (i % 100) * 2] = 0.1f + i / 100_000f;
        }

        List<Region> regions = RegionFinder.find(new AnomalyMap(side, side, values), 0, 1);

        assertThat(regions).hasSize(RegionFinder.MAX_REGIONS);
        assertThat(regions.get(regions.size() - 1).peak()).isCloseTo(0.19, within(1e-5));
    }

    @Test
    void agreesWithAFloodFillOnNoise() {
        Random random = new Random(7);
        for (int round = 0; round < 50; round++) {
            int width = 1 + random.nextInt(40);
            int height = 1 + random.nextInt(40);
            float[] values = new float[width * height];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat();
            }
            AnomalyMap map = new AnomalyMap(width, height, values);

            List<Region> regions = RegionFinder.find(map, 0.7, 1);

            assertThat(regions.stream().map(Region::area).sorted().toList()).isEqualTo(floodFillAreas(map, 0.7));
        }
    }

    @Test
    void simplifiesAnOutlineOfThousandsOfCornersToWithinTwoPixels() {
        int side = 1_000;
        float[] values = new float[side * side];
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                values[y * side + x] = Math.hypot(x - 499.5, y - 499.5) < 480 + 0.4 * (x % 3) ? 1 : 0;
            }
        }

        Region region =
                RegionFinder.find(new AnomalyMap(side, side, values), 0.5, 1).get(0);

        assertThat(region.polygon()).hasSizeLessThan(600);
        assertThat(region.polygon())
                .allSatisfy(
                        p -> assertThat(Math.hypot(p.x() - 500, p.y() - 500)).isBetween(478.0, 483.0));
        assertThat(Math.abs(enclosedArea(region.polygon()) - region.area())).isLessThan(2 * Math.PI * 480);
    }

    @Test
    void copesWithAWholeImageOfSixteenMegapixelsAndWithCheckers() {
        int side = 4_096;
        float[] values = new float[side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i / side + i % side) % 2;
        }

        List<Region> regions = RegionFinder.find(new AnomalyMap(side, side, values), 0.5, 1);

        assertThat(regions).singleElement().extracting(Region::area).isEqualTo(side * side / 2);
        assertThat(regions.get(0).polygon()).hasSizeBetween(4, Outline.MAX_CORNERS);
    }

    private static List<Integer> floodFillAreas(AnomalyMap map, double threshold) {
        boolean[] seen = new boolean[map.values().length];
        List<Integer> areas = new ArrayList<>();
        for (int i = 0; i < seen.length; i++) {
            int area = fill(map, threshold, i % map.width(), i / map.width(), seen);
            if (area > 0) {
                areas.add(area);
            }
        }
        areas.sort(null);
        return areas;
    }

    private static int fill(AnomalyMap map, double threshold, int x, int y, boolean[] seen) {
        if (x < 0 || y < 0 || x >= map.width() || y >= map.height()) {
            return 0;
        }
        int i = y * map.width() + x;
        if (seen[i] || map.at(x, y) <= threshold) {
            return 0;
        }
        seen[i] = true;
        int area = 1;
        for (int dy = -1; dy <= 1; dy++) {
            for (int dx = -1; dx <= 1; dx++) {
                area += fill(map, threshold, x + dx, y + dy, seen);
            }
        }
        return area;
    }

    /** Shoelace formula; positive for clockwise, y down. */
    private static double enclosedArea(List<Point> polygon) {
        double doubled = 0;
        for (int i = 0; i < polygon.size(); i++) {
            Point a = polygon.get(i);
            Point b = polygon.get((i + 1) % polygon.size());
            doubled += (double) a.x() * b.y() - (double) b.x() * a.y();
        }
        return doubled / 2;
    }

    private static Point point(int x, int y) {
        return new Point(x, y);
    }

    /** A map drawn with digits: tenths, and dots for zero. */
    private static AnomalyMap map(String... rows) {
        String all = String.join("", rows);
        float[] values = new float[all.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = all.charAt(i) == '.' ? 0 : (all.charAt(i) - '0') / 10f;
        }
        return new AnomalyMap(rows[0].length(), rows.length, values);
    }
}
