package io.draem.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.draem.frame.RegionOfInterest.Point;
import io.draem.image.ImageMask;
import io.draem.image.RgbImage;
import io.draem.score.RowMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegionOfInterestTests {

    @Test
    void takesThePixelsWhoseCentersAreInsideAPolygon() {
        Random random = new Random(4);
        for (int round = 0; round < 300; round++) {
            List<List<Point>> polygons = Stream.generate(() -> polygon(random))
                    .limit(1 + random.nextInt(3))
                    .toList();
            int width = 1 + random.nextInt(200);
            int height = 1 + random.nextInt(90);
            RowMask mask = RegionOfInterest.ofPolygons(polygons).at(width, height);
            boolean[] expected = new boolean[width * height];
            for (int i = 0; i < expected.length; i++) {
                double x = (i % width + 0.5) / width;
                double y = (i / width + 0.5) / height;
                expected[i] = polygons.stream().anyMatch(polygon -> isInside(polygon, x, y));
            }
            assertMarks(mask, expected);
        }
    }

    @Test
    void takesThePixelsWhoseCentersFallIntoACellOfAMask() {
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            int cellsAcross = 1 + random.nextInt(100);
            int cellsDown = 1 + random.nextInt(20);
            boolean[] cells = new boolean[cellsAcross * cellsDown];
            for (int i = 0; i < cells.length; i++) {
                cells[i] = random.nextInt(3) > 0;
            }
            cells[random.nextInt(cells.length)] = true;
            RegionOfInterest region = RegionOfInterest.ofMask(mask(cellsAcross, cellsDown, cells));
            int width = 1 + random.nextInt(300);
            int height = 1 + random.nextInt(60);
            boolean[] expected = new boolean[width * height];
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int cellX = (2 * x + 1) * cellsAcross / (2 * width);
                    int cellY = (2 * y + 1) * cellsDown / (2 * height);
                    expected[y * width + x] = cells[cellY * cellsAcross + cellX];
                }
            }
            assertMarks(region.at(width, height), expected);
        }
    }

    @Test
    void aPolygonAndItsMaskAreTheSamePixels() {
        RegionOfInterest polygon = RegionOfInterest.parse("0.1,0.2 0.9,0.3 0.5,0.95;0,0 0.2,0 0,0.2");
        RowMask pixels = polygon.at(320, 240);
        RegionOfInterest mask = RegionOfInterest.ofMask(mask(320, 240, marks(pixels)));
        assertMarks(mask.at(320, 240), marks(pixels));
        assertThat(mask.at(640, 480).count()).isEqualTo(4 * pixels.count());
        assertThat((double) polygon.at(640, 480).count() / mask.at(640, 480).count())
                .isBetween(0.99, 1.01);
    }

    @Test
    void reducesALargeMaskToCellsOfWhichHalfIsMarked() {
        boolean[] marked = new boolean[4096 * 4];
        for (int i = 0; i < marked.length; i++) {
            marked[i] = i % 4096 < 1001 && i / 4096 < 2;
        }
        RegionOfInterest region = RegionOfInterest.ofMask(mask(4096, 4, marked));
        boolean[] expected = new boolean[2048 * 2];
        Arrays.fill(expected, 0, 501, true);
        assertMarks(region.at(2048, 2), expected);
    }

    @Test
    void comesBackFromItsJson() {
        RegionOfInterest polygons = RegionOfInterest.parse("0.1,0.2 0.9,0.123456789 0.5,1;0,0 1,0 1,1 0,1");
        RegionOfInterest mask = RegionOfInterest.ofMask(mask(70, 3, marks(polygons.at(70, 3))));
        for (RegionOfInterest region : List.of(polygons, mask)) {
            RegionOfInterest read = RegionOfInterest.parse(region.toJson().toString());
            assertThat(read).isEqualTo(region).hasSameHashCodeAs(region);
            assertThat(read.digest()).isEqualTo(region.digest());
        }
        assertThat(polygons).isNotEqualTo(mask);
        assertThat(polygons.digest()).isNotEqualTo(mask.digest());
        assertThat(polygons.toJson().toString()).contains("[0.9,0.123457]");
        assertThat(mask.polygons()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0,0 1,0",
                "0,0 1,0 1",
                "0,0 1,0 1,1.1",
                "0,0 1,0 1,NaN",
                "0,0 1,0 1,1;",
                "0,0 1,0 one,1",
                "{",
                "{}",
                "{\"polygons\":[]}",
                "{\"polygons\":[[[0,0],[1,0]]]}",
                "{\"polygons\":[[[0,0],[1,0],[1,\"1\"]]]}",
                "{\"polygons\":[[[0,0],[1,0],[1,1]]],\"mask\":\"\"}",
                "{\"mask\":\"AAAA\"}",
                "{\"mask\":\"*\"}",
                "{\"mask\":1}"
            })
    void refusesWhatIsNoRegion(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> RegionOfInterest.parse(text));
    }

    @Test
    void refusesTooManyPolygonsAndPointsAndAnEmptyMask() {
        String triangle = "0,0 1,0 1,1";
        for (int times = 1; times < 4; times++) {
            String many = String.join(";", Collections.nCopies(101 * times, triangle));
            String pointed = String.join(" ", Collections.nCopies(667 * times, triangle));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> RegionOfInterest.parse(many))
                    .withMessageContaining("at most 100 polygons");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> RegionOfInterest.parse(pointed))
                    .withMessageContaining("at most 2000 points");
        }
        List<Point> point = List.of(new Point(0, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RegionOfInterest.ofPolygons(Collections.nCopies(101, point)))
                .withMessageContaining("1 to 100 polygons");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RegionOfInterest.ofPolygons(List.of(point)))
                .withMessageContaining("3 to 2000 points");
        String each = String.join(" ", Collections.nCopies(300, triangle));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RegionOfInterest.parse(each + ";" + each + ";" + each))
                .withMessageContaining("3 to 2000 points in all");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RegionOfInterest.ofMask(mask(3, 2, new boolean[6])))
                .withMessageContaining("marks nothing");
    }

    @Test
    void refusesAPhotographAsMaskAndTakesASoftBorder() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RegionOfInterest.ofMask(gray(x -> 40 + x)))
                .withMessageContaining("looks like a photograph");
        RegionOfInterest half = RegionOfInterest.ofMask(gray(x -> Math.min(255, Math.max(0, 8 * (x - 50)))));
        assertThat(half.share()).isBetween(0.4, 0.6);
    }

    private static ImageMask gray(IntUnaryOperator valueOfColumn) {
        byte[] rgb = new byte[3 * 128 * 4];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) valueOfColumn.applyAsInt(i / 3 % 128);
        }
        return ImageMask.of(new RgbImage(128, 4, rgb));
    }

    @Test
    void refusesAPolygonWithoutAnArea() {
        for (String line : List.of(
                "0.5,0.5 0.5,0.5 0.5,0.5",
                "0,0.2 0.5,0.2 1,0.2",
                "0,0 1,1 0.5,0.5",
                "0,0 0,0 0.1,0.3 0.2,0.6",
                "0,0 1,0 1,1;0.3,0 0.3,1 0.3,0.5")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> RegionOfInterest.parse(line))
                    .withMessageContaining("has no area");
        }
    }

    @Test
    void refusesCoordinatesThatAreNoDecimalNumbers() {
        for (String number : List.of("0x1p-1", "0.5d", "1e-1", "NaN", "0.5\0", "")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> RegionOfInterest.parse("0,0 1,0 1," + number))
                    .withMessageContaining("not a decimal number");
        }
    }

    @Test
    void refusesJsonThatIsTooLongBeforeItIsRead() {
        String many = "{\"polygons\":[[" + "[0,1],".repeat(100_000) + "[0,1]]]}";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RegionOfInterest.ofJson(many))
                .withMessageContaining("larger than 2000 points in all");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RegionOfInterest.ofJson("{\"polygons\":[{\"a\":[0,0],\"b\":[1,0],\"c\":[1,1]}]}"))
                .withMessageContaining("must be an array of points");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RegionOfInterest.ofJson("{\"mask\":\"!\"}"))
                .withMessageContaining("not Base64");
    }

    /** Edges that cross many rows take time for each of them. */
    @Test
    void refusesManyEdgesOnAnImageOfManyRows() {
        RegionOfInterest edges =
                RegionOfInterest.parse("0,0 1,0 1,1 0,1 " + String.join(" ", Collections.nCopies(400, "0,0 0,1")));
        assertThat(edges.at(1, 1000).count()).isEqualTo(1000);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> edges.at(1, 2_000_000))
                .withMessageContaining("too many edges for an image of 2000000 rows");
    }

    private static void assertMarks(RowMask mask, boolean[] expected) {
        assertThat(marks(mask)).isEqualTo(expected);
        int[] bounds = new int[2 * mask.maxRuns()];
        int longest = 0;
        for (int y = 0; y < mask.height(); y++) {
            longest = Math.max(longest, mask.runs(y, bounds));
        }
        assertThat(mask.maxRuns()).isEqualTo(longest);
        assertThat(mask.count())
                .isEqualTo(IntStream.range(0, expected.length)
                        .filter(i -> expected[i])
                        .count());
        Random random = new Random(expected.length);
        for (int i = 0; i < 20; i++) {
            int x = random.nextInt(mask.width());
            int y = random.nextInt(mask.height());
            assertThat(mask.contains(x, y)).isEqualTo(expected[y * mask.width() + x]);
            int left = x - 5;
            int top = y - 5;
            boolean any = false;
            for (int row = Math.max(0, top); row < Math.min(mask.height(), top + 9); row++) {
                for (int column = Math.max(0, left); column < Math.min(mask.width(), left + 7); column++) {
                    any |= expected[row * mask.width() + column];
                }
            }
            assertThat(mask.intersects(left, top, 7, 9)).isEqualTo(any);
        }
    }

    static boolean[] marks(RowMask mask) {
        boolean[] marks = new boolean[mask.width() * mask.height()];
        int[] bounds = new int[2 * mask.maxRuns()];
        for (int y = 0; y < mask.height(); y++) {
            int runs = mask.runs(y, bounds);
            for (int run = 0; run < runs; run++) {
                Arrays.fill(marks, y * mask.width() + bounds[2 * run], y * mask.width() + bounds[2 * run + 1], true);
            }
        }
        return marks;
    }

    private static ImageMask mask(int width, int height, boolean[] marked) {
        byte[] rgb = new byte[3 * marked.length];
        for (int i = 0; i < marked.length; i++) {
            Arrays.fill(rgb, 3 * i, 3 * i + 3, (byte) (marked[i] ? 255 : 0));
        }
        return ImageMask.of(new RgbImage(width, height, rgb));
    }

    private static List<Point> polygon(Random random) {
        List<Point> points = new ArrayList<>();
        int corners = 3 + random.nextInt(6);
        for (int i = 0; i < corners; i++) {
            points.add(new Point(random.nextInt(1001) / 1000.0, random.nextInt(1001) / 1000.0));
        }
        return points;
    }

    /** Crossings to the left of a point, counted one by one. */
    private static boolean isInside(List<Point> polygon, double x, double y) {
        int crossings = 0;
        for (int i = 0; i < polygon.size(); i++) {
            Point a = polygon.get(i);
            Point b = polygon.get((i + 1) % polygon.size());
            if (a.y() <= y != b.y() <= y && a.x() + (y - a.y()) / (b.y() - a.y()) * (b.x() - a.x()) <= x) {
                crossings++;
            }
        }
        return crossings % 2 == 1;
    }
}
