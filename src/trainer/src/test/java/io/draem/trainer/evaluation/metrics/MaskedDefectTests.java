package io.draem.trainer.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.draem.frame.FrameSize;
import io.draem.frame.RegionOfInterest;
import io.draem.image.ImageMask;
import io.draem.image.RgbImage;
import io.draem.score.AnomalyMap;
import io.draem.score.RowMask;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MaskedDefectTests {

    /** Which pixels of a mask are anomalous. */
    private interface Shape {
        boolean contains(int x, int y);
    }

    @ParameterizedTest(name = "a bar of {0} pixels")
    @MethodSource("oneToForty")
    void aBarIsAsWideAsItIsThickWhateverItsLengthAndDirection(int thickness) {
        double width = thickness;
        assertThat(widths(200, 100, (x, y) -> x >= 10 && x < 190 && y >= 30 && y < 30 + thickness))
                .containsExactly(width);
        assertThat(widths(100, 200, (x, y) -> y >= 10 && y < 190 && x >= 30 && x < 30 + thickness))
                .containsExactly(width);
    }

    static IntStream oneToForty() {
        return IntStream.rangeClosed(1, 40);
    }

    @ParameterizedTest(name = "a diagonal bar of {0} pixels")
    @MethodSource("oneToForty")
    void aDiagonalBarIsMeasuredAcrossToAPixel(int thickness) {
        double half = thickness / Math.sqrt(2);
        // The area of its pixels per length.
        double painted = (2 * Math.ceil(half) - 1) / Math.sqrt(2);
        List<Double> widths = widths(300, 300, (x, y) -> Math.abs(x - y) < half && x + y > 100 && x + y < 500);
        assertThat(widths).hasSize(1);
        assertThat(widths.get(0)).isCloseTo(painted, within(1.0));
    }

    @ParameterizedTest(name = "a bar at {0} degrees")
    @ValueSource(ints = {5, 10, 15, 20, 25, 30, 35, 40, 50, 60, 70, 80})
    void aBarAtAnyAngleIsMeasuredAcrossToAboutAPixel(int degrees) {
        double cos = Math.cos(Math.toRadians(degrees));
        double sin = Math.sin(Math.toRadians(degrees));
        List<Double> widths = widths(
                200,
                200,
                (x, y) -> Math.abs((x - 100) * sin - (y - 100) * cos) < 10
                        && Math.abs((x - 100) * cos + (y - 100) * sin) < 80);
        assertThat(widths).hasSize(1);
        assertThat(widths.get(0)).isCloseTo(20, within(1.5));
    }

    @Test
    void aDiscIsAsWideAsItsDiameter() {
        List<Double> widths = widths(64, 64, (x, y) -> Math.hypot(x - 32, y - 32) < 15);
        assertThat(widths).hasSize(1);
        assertThat(widths.get(0)).isCloseTo(29, within(2.0));
    }

    @Test
    void aRingIsAsWideAsItsBand() {
        List<Double> widths =
                widths(64, 64, (x, y) -> Math.hypot(x - 32, y - 32) < 25 && Math.hypot(x - 32, y - 32) > 20);
        assertThat(widths).hasSize(1);
        assertThat(widths.get(0)).isCloseTo(4, within(1.5));
    }

    @Test
    void aDefectAtTheBorderEndsThere() {
        assertThat(widths(40, 40, (x, y) -> y < 5)).containsExactly(5.0);
        assertThat(widths(40, 40, (x, y) -> true)).containsExactly(40.0);
        assertThat(widths(7, 1, (x, y) -> x > 2)).containsExactly(1.0);
    }

    @Test
    void defectsThatTouchAtACornerAreOne() {
        assertThat(widths(40, 40, (x, y) -> x < 9 && y < 9 || x >= 9 && x < 14 && y >= 9 && y < 14))
                .containsExactly(9.0);
        assertThat(widths(40, 40, (x, y) -> x < 9 && y < 9 || x >= 10 && x < 15 && y >= 10 && y < 15))
                .containsExactly(9.0, 5.0);
    }

    @Test
    void distancesAreThoseOfAllPathsOverTheMask() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            int width = 1 + random.nextInt(24);
            int height = 1 + random.nextInt(24);
            double share = 0.5 + random.nextDouble() / 2;
            boolean[] pixels = new boolean[width * height];
            IntStream.range(0, pixels.length).forEach(i -> pixels[i] = random.nextDouble() < share);
            List<Double> widths = widths(width, height, (x, y) -> pixels[y * width + x]);
            double widest =
                    widths.stream().mapToDouble(Double::doubleValue).max().orElse(0);
            assertThat(widest).isEqualTo(widest(width, height, pixels));
        }
    }

    /** Lets distances spread until none changes. */
    private static double widest(int width, int height, boolean[] pixels) {
        int[][] distances = new int[height + 4][width + 4];
        for (int i = 0; i < pixels.length; i++) {
            distances[i / width + 2][i % width + 2] = pixels[i] ? 1_000_000 : 0;
        }
        int[][] steps = {{0, 5, 10}, {5, 7, 11}, {10, 11, 14}};
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int i = 0; i < 25 * pixels.length; i++) {
                int x = i / 25 % width + 2;
                int y = i / 25 / width + 2;
                int dx = i % 25 % 5 - 2;
                int dy = i % 25 / 5 - 2;
                int step = steps[Math.abs(dy)][Math.abs(dx)];
                if (distances[y + dy][x + dx] + step < distances[y][x]) {
                    distances[y][x] = distances[y + dy][x + dx] + step;
                    changed = true;
                }
            }
        }
        int widest = 0;
        for (int y = 2; y < height + 2; y++) {
            for (int x = 2; x < width + 2; x++) {
                int corner = Math.min(
                        Math.min(distances[y][x], distances[y][x + 1]),
                        Math.min(distances[y + 1][x], distances[y + 1][x + 1]));
                widest = Math.max(widest, Math.max(2 * distances[y][x] - 5, 2 * corner));
            }
        }
        return widest / 5.0;
    }

    @Test
    void onlyThePixelsOfTheRegionOfInterestAreOfADefect() {
        RowMask left = RegionOfInterest.parse("0,0 0.5,0 0.5,1 0,1").at(40, 40);
        ImageMask mask = mask(40, 40, (x, y) -> y >= 10 && y < 15 && x > 12 || x > 30 && y > 30);
        assertThat(MaskedDefect.of(mask, left))
                .extracting(MaskedDefect::width)
                .as("the bar is cut off, and the corner is outside")
                .containsExactly(5.0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MaskedDefect.of(mask(20, 20, (x, y) -> true), left))
                .withMessage("A region of 40x40 is not that of a mask of 20x20");
    }

    @Test
    void thePeakIsThatOfTheMapPixelsThatTheDefectFallsInto() {
        ImageMask mask = mask(40, 20, (x, y) -> x >= 12 && x < 17 && y == 9);
        MaskedDefect defect = MaskedDefect.of(mask, null).get(0);
        assertThat(defect.mask()).isEqualTo(new FrameSize(40, 20));
        // At a quarter of the size columns 12 to 16 are columns 3 and 4, and row 9 is row 2.
        assertThat(defect.peak(mapWith(10, 5, 3, 2))).isEqualTo(0.9f);
        assertThat(defect.peak(mapWith(10, 5, 4, 2))).isEqualTo(0.9f);
        assertThat(defect.peak(mapWith(10, 5, 5, 2))).isZero();
        assertThat(defect.peak(mapWith(10, 5, 3, 1))).isZero();
        // At three times the size columns 36 to 50 and rows 27 to 29.
        assertThat(defect.peak(mapWith(120, 60, 50, 29))).isEqualTo(0.9f);
        assertThat(defect.peak(mapWith(120, 60, 36, 27))).isEqualTo(0.9f);
        assertThat(defect.peak(mapWith(120, 60, 51, 29))).isZero();
        assertThat(defect.peak(mapWith(120, 60, 50, 30))).isZero();
        // At its own size.
        assertThat(defect.peak(mapWith(40, 20, 16, 9))).isEqualTo(0.9f);
        assertThat(defect.peak(mapWith(40, 20, 17, 9))).isZero();
    }

    private static AnomalyMap mapWith(int width, int height, int x, int y) {
        AnomalyMap map = new AnomalyMap(width, height, new float[width * height]);
        map.values()[y * width + x] = 0.9f;
        return map;
    }

    private static List<Double> widths(int width, int height, Shape shape) {
        return MaskedDefect.of(mask(width, height, shape), null).stream()
                .map(MaskedDefect::width)
                .toList();
    }

    private static ImageMask mask(int width, int height, Shape shape) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            byte value = (byte) (shape.contains(i % width, i / width) ? 255 : 0);
            rgb[3 * i] = value;
            rgb[3 * i + 1] = value;
            rgb[3 * i + 2] = value;
        }
        return ImageMask.of(new RgbImage(width, height, rgb));
    }
}
