package io.draem.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.frame.RegionOfInterest;
import io.draem.score.Region.Point;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RegionFinderTests {

    @Test
    void measuresARegionInPixelsOfTheMap() {
        AnomalyMap map = map(
                "......", //
                "..59..", "..5...", "......");

        Region region = find(map, 0.4, 1).get(0);

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
    void regionsEndAtTheRegionOfInterest() {
        AnomalyMap map = map(
                "999999", //
                "999999", "555555", "999999");
        ScaledMap scaled = new ScaledMap(
                map,
                6,
                4,
                RegionOfInterest.parse("0.34,0 0.66,0 0.66,0.6 0.34,0.6;0,0.8 1,0.8 1,1 0,1")
                        .at(6, 4));
        List<Region> regions = RegionFinder.find(scaled, new RegionOptions(0.6, 1, false, true))
                .largest();
        assertThat(regions).extracting(Region::area).containsExactly(4, 6);
        assertThat(regions.get(0).polygon()).containsExactly(point(2, 0), point(4, 0), point(4, 2), point(2, 2));
        assertThat(regions.get(1).y()).isEqualTo(3);
    }

    @Test
    void halfTheMaximumOfAnAnomalousImageIsThatOfTheRegionOfInterest() {
        AnomalyMap map = map("..5799"); // outside: less and more than inside
        ScaledMap scaled = new ScaledMap(
                map, 6, 1, RegionOfInterest.parse("0.34,0 0.66,0 0.66,1 0.34,1").at(6, 1));
        Regions found = RegionFinder.find(scaled, new RegionOptions(0.95, 1, true, true));
        assertThat(found.lowered()).isTrue();
        assertThat(found.pixelThreshold()).isCloseTo(0.6, within(1e-6));
        assertThat(found.largest()).singleElement().satisfies(region -> {
            assertThat(region.x()).isEqualTo(3);
            assertThat(region.area()).isEqualTo(1);
        });
    }

    @Test
    void anAnomalousImageWhoseMapIsZeroHasItsRegionOfInterestAsRegionAndNothingElse() {
        ScaledMap zero = new ScaledMap(
                map("......"),
                6,
                1,
                RegionOfInterest.parse("0.34,0 0.66,0 0.66,1 0.34,1").at(6, 1));
        Regions found = RegionFinder.find(zero, new RegionOptions(0.5, 1, true, true));
        assertThat(found.largest()).singleElement().satisfies(region -> {
            assertThat(region.x()).isEqualTo(2);
            assertThat(region.area()).isEqualTo(2);
            assertThat(region.polygon()).containsExactly(point(2, 0), point(4, 0), point(4, 1), point(2, 1));
        });
        ScaledMap nothing = new ScaledMap(
                map("......"),
                6,
                1,
                RegionOfInterest.parse("0,0 0.00001,0 0,0.00001").at(6, 1));
        assertThat(RegionFinder.find(nothing, new RegionOptions(0.5, 1, true, true))
                        .count())
                .isZero();
    }

    @Test
    void outlinesARegionClockwiseAlongPixelCorners() {
        AnomalyMap map = map(
                "....", //
                ".11.", ".1..", "....");

        assertThat(find(map, 0, 1).get(0).polygon())
                .containsExactly(point(1, 1), point(3, 1), point(3, 2), point(2, 2), point(2, 3), point(1, 3));
    }

    @Test
    void doesNotOutlineHoles() {
        AnomalyMap map = map(
                "111", //
                "1.1", "111");

        Region region = find(map, 0, 1).get(0);

        assertThat(region.area()).isEqualTo(8);
        assertThat(region.polygon()).containsExactly(point(0, 0), point(3, 0), point(3, 3), point(0, 3));
    }

    @Test
    void joinsPixelsThatTouchAtACorner() {
        AnomalyMap map = map(
                "1..1", //
                ".11.", "1..1");

        List<Region> regions = find(map, 0, 1);

        assertThat(regions).hasSize(1);
        assertThat(regions.get(0).area()).isEqualTo(6);
        assertThat(enclosedArea(regions.get(0).polygon())).isEqualTo(6);
    }

    @Test
    void joinsArmsThatMeetOnlyFartherDown() {
        AnomalyMap map = map(
                "1.1.1", //
                "1.1.1", "11111");

        assertThat(find(map, 0, 1)).hasSize(1);
    }

    @Test
    void ordersRegionsByTheirPeak() {
        AnomalyMap map = map(
                "3...9", //
                ".....", "1.6..");

        assertThat(find(map, 0, 1))
                .extracting(Region::peak)
                .usingComparatorForType((a, b) -> Math.abs(a - b) < 1e-6 ? 0 : 1, Double.class)
                .containsExactly(0.9, 0.6, 0.3, 0.1);
    }

    @Test
    void countsOnlyValuesStrictlyAboveTheThreshold() {
        AnomalyMap map = new AnomalyMap(2, 1, new float[] {0.5f, Math.nextUp(0.5f)});

        assertThat(find(map, 0.5, 1)).singleElement().extracting(Region::x).isEqualTo(1);
    }

    @Test
    void leavesOutRegionsSmallerThanTheSmallestArea() {
        AnomalyMap map = map("11.1");

        assertThat(find(map, 0, 2)).singleElement().extracting(Region::area).isEqualTo(2);
        assertThat(find(map, 0, 3)).isEmpty();
    }

    @Test
    void findsNothingInAMapBelowTheThreshold() {
        assertThat(find(map("12", "34"), 0.9, 1)).isEmpty();
    }

    @Test
    void returnsTheLargestPeaksOfTooManyRegionsAndCountsThemAll() {
        int side = 200;
        float[] values = new float[side * side];
        for (int i = 0; i < 10_000; i++) {
            values[(i / 100) * 2 * side + (i % 100) * 2] = 0.1f + i / 100_000f;
        }

        Regions regions = RegionFinder.find(
                new ScaledMap(new AnomalyMap(side, side, values), side, side), new RegionOptions(0, 1, false, false));

        assertThat(regions.count()).isEqualTo(10_000);
        assertThat(regions.largest()).hasSize(RegionOptions.MAX_COUNT);
        assertThat(regions.largest().get(0).peak()).isCloseTo(0.19999, within(1e-5));
        assertThat(regions.largest().get(99).peak()).isCloseTo(0.199, within(1e-5));
    }

    @Test
    void ordersRegionsOfEqualPeakByTheirFirstPixel() {
        AnomalyMap map = map(
                "..5..5", //
                "5.....", "..5..5");

        assertThat(find(map, 0, 1))
                .extracting(region -> point(region.x(), region.y()))
                .containsExactly(point(2, 0), point(5, 0), point(0, 1), point(2, 2), point(5, 2));
    }

    @Test
    void outlinesRegionsOnlyWhereRequested() {
        ScaledMap map = new ScaledMap(map("11.1"), 4, 1);

        assertThat(RegionFinder.find(map, new RegionOptions(0, 1, false, false)).largest())
                .hasSize(2)
                .allSatisfy(region -> assertThat(region.polygon()).isEmpty());
    }

    @Test
    void keepsTheRegionOfThePeakOfAnAnomalousImageHoweverSmallItIs() {
        ScaledMap map = new ScaledMap(map("9.555.6"), 7, 1);

        assertThat(RegionFinder.find(map, new RegionOptions(0.1, 3, false, false))
                        .largest())
                .extracting(Region::x)
                .containsExactly(2);
        Regions anomalous = RegionFinder.find(map, new RegionOptions(0.1, 3, true, false));
        assertThat(anomalous.count()).isEqualTo(2);
        assertThat(anomalous.lowered()).isFalse();
        assertThat(anomalous.largest()).extracting(Region::x).containsExactly(0, 2);
    }

    @Test
    void lowersTheThresholdOfAnAnomalousImageWithoutAPixelAboveIt() {
        ScaledMap map = new ScaledMap(map("1346431"), 7, 1);

        Regions regions = RegionFinder.find(map, new RegionOptions(0.8, 1, true, false));

        assertThat(regions.lowered()).isTrue();
        assertThat(regions.pixelThreshold()).isCloseTo(0.35, within(1e-6));
        assertThat(regions.largest()).singleElement().satisfies(region -> {
            assertThat(region.x()).isEqualTo(2);
            assertThat(region.width()).isEqualTo(3);
        });
        assertThat(RegionFinder.find(map, new RegionOptions(0.8, 1, false, false)))
                .isEqualTo(new Regions(0.8, false, 0, List.of()));
    }

    @Test
    void returnsTheWholeOfAMapWithoutContrastAsTheRegionOfItsPeak() {
        ScaledMap map = new ScaledMap(map("444", "444"), 30, 20);

        Regions regions = RegionFinder.find(map, new RegionOptions(0.5, 16, true, false));

        assertThat(regions.pixelThreshold()).isLessThan(0.4f);
        assertThat(regions.largest()).singleElement().extracting(Region::area).isEqualTo(600);
    }

    /** Maps of any size, scaled up and down, smooth, flat and noisy, under thresholds on both sides of their peak. */
    @Test
    void findsTheSameRegionsAsAFloodFillOfTheWholeMapAndAlwaysOneInAnAnomalousImage() {
        Random random = new Random(11);
        int lowered = 0;
        for (int round = 0; round < 3_000; round++) {
            AnomalyMap source = randomMap(random);
            int width = 1 + random.nextInt(60);
            int height = 1 + random.nextInt(60);
            ScaledMap map = new ScaledMap(source, width, height);
            AnomalyMap whole = source.resized(width, height);
            double threshold = random.nextInt(4) == 0 ? whole.max() : random.nextDouble();
            boolean anomalous = random.nextBoolean();
            int minArea = 1 + random.nextInt(40);
            int most = 1 + random.nextInt(20);

            Regions regions = RegionFinder.find(map, new RegionOptions(threshold, minArea, anomalous, true, most));

            lowered += regions.lowered() ? 1 : 0;
            boolean none = whole.max() <= threshold;
            assertThat(regions.lowered()).isEqualTo(anomalous && none);
            assertThat(regions.pixelThreshold() < threshold).isEqualTo(regions.lowered());
            assertThat(regions.largest()).hasSize(Math.min(most, regions.count()));
            List<Filled> expected = new ArrayList<>(floodFill(whole, regions.pixelThreshold()));
            Filled ofThePeak = expected.isEmpty() ? null : expected.get(0);
            expected.removeIf(filled -> filled.area < minArea && !(anomalous && filled == ofThePeak));
            assertThat(regions.count()).isEqualTo(expected.size());
            for (int i = 0; i < regions.largest().size(); i++) {
                expected.get(i).assertEquals(regions.largest().get(i));
            }
            if (anomalous) {
                assertThat(regions.largest()).isNotEmpty();
                assertThat(regions.largest().get(0).peak()).isEqualTo(whole.max());
            }
        }
        assertThat(lowered).as("rounds that lowered the threshold").isGreaterThan(100);
    }

    private static AnomalyMap randomMap(Random random) {
        int width = 1 + random.nextInt(40);
        int height = 1 + random.nextInt(40);
        float[] values = new float[width * height];
        int kind = random.nextInt(4);
        float base = random.nextFloat();
        for (int i = 0; i < values.length; i++) {
            double distance = Math.hypot(i % width - width * 0.3, i / width - height * 0.6);
            values[i] = switch (kind) {
                case 0 -> random.nextFloat();
                case 1 -> base;
                case 2 -> (float) (0.9 * Math.exp(-distance * distance / 8)) + 0.05f * random.nextFloat();
                default -> random.nextInt(50) == 0 ? 0.5f + 0.1f * random.nextInt(5) : 0.1f;
            };
        }
        return new AnomalyMap(width, height, values);
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

            List<Region> regions = find(map, 0.7, 1);

            List<Filled> expected = floodFill(map, 0.7);
            assertThat(regions).hasSize(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                expected.get(i).assertEquals(regions.get(i));
            }
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

        Region region = find(new AnomalyMap(side, side, values), 0.5, 1).get(0);

        assertThat(region.polygon()).hasSizeLessThan(600);
        assertThat(region.polygon())
                .allSatisfy(
                        p -> assertThat(Math.hypot(p.x() - 500, p.y() - 500)).isBetween(478.0, 483.0));
        assertThat(Math.abs(enclosedArea(region.polygon()) - region.area())).isLessThan(2 * Math.PI * 480);
    }

    @Test
    void findsRegionsOfSixteenMegapixelsAndOfACheckerboard() {
        int side = 4_096;
        float[] values = new float[side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i / side + i % side) % 2;
        }

        List<Region> regions = find(new AnomalyMap(side, side, values), 0.5, 1);

        assertThat(regions).singleElement().extracting(Region::area).isEqualTo(side * side / 2);
        assertThat(regions.get(0).polygon()).hasSizeBetween(4, Outline.MAX_CORNERS);
    }

    private static List<Region> find(AnomalyMap map, double threshold, int minArea) {
        ScaledMap scaled = new ScaledMap(map, map.width(), map.height());
        return RegionFinder.find(scaled, new RegionOptions(threshold, minArea, false, true, Integer.MAX_VALUE))
                .largest();
    }

    /** A region found by flood fill, its pixels counted one by one. */
    private static final class Filled {

        private final int firstPixel;
        private int left = Integer.MAX_VALUE;
        private int top = Integer.MAX_VALUE;
        private int right;
        private int bottom;
        private int area;
        private double sum;
        private float peak = Float.NEGATIVE_INFINITY;

        Filled(int firstPixel) {
            this.firstPixel = firstPixel;
        }

        void add(int x, int y, float value) {
            left = Math.min(left, x);
            top = Math.min(top, y);
            right = Math.max(right, x + 1);
            bottom = Math.max(bottom, y + 1);
            area++;
            sum += value;
            peak = Math.max(peak, value);
        }

        void assertEquals(Region region) {
            assertThat(region.x()).isEqualTo(left);
            assertThat(region.y()).isEqualTo(top);
            assertThat(region.width()).isEqualTo(right - left);
            assertThat(region.height()).isEqualTo(bottom - top);
            assertThat(region.area()).isEqualTo(area);
            assertThat(region.peak()).isEqualTo(peak);
            assertThat(region.mean()).isCloseTo(sum / area, within(1e-9));
            assertThat(region.polygon().get(0)).isIn(corners());
        }

        private List<Point> corners() {
            return IntStream.rangeClosed(left, right)
                    .mapToObj(x -> point(x, top))
                    .toList();
        }
    }

    /** Returns the regions in the order of their peaks, then of their first pixels. */
    private static List<Filled> floodFill(AnomalyMap map, double threshold) {
        boolean[] seen = new boolean[map.values().length];
        List<Filled> found = new ArrayList<>();
        for (int i = 0; i < seen.length; i++) {
            if (!seen[i] && map.values()[i] > threshold) {
                found.add(fill(map, threshold, i, seen));
            }
        }
        found.sort(Comparator.<Filled>comparingDouble(filled -> -filled.peak)
                .thenComparingInt(filled -> filled.firstPixel));
        return found;
    }

    private static Filled fill(AnomalyMap map, double threshold, int first, boolean[] seen) {
        Filled filled = new Filled(first);
        Deque<Integer> open = new ArrayDeque<>(List.of(first));
        seen[first] = true;
        while (!open.isEmpty()) {
            int pixel = open.pop();
            int column = pixel % map.width();
            int row = pixel / map.width();
            filled.add(column, row, map.at(column, row));
            for (int y = Math.max(0, row - 1); y <= Math.min(map.height() - 1, row + 1); y++) {
                for (int x = Math.max(0, column - 1); x <= Math.min(map.width() - 1, column + 1); x++) {
                    int next = y * map.width() + x;
                    if (!seen[next] && map.values()[next] > threshold) {
                        seen[next] = true;
                        open.push(next);
                    }
                }
            }
        }
        return filled;
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
