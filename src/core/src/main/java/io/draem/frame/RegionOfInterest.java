package io.draem.frame;

import io.draem.image.ImageMask;
import io.draem.overlay.PngWriter;
import io.draem.score.RowMask;
import io.draem.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The part of an image that counts, relative to its size: the union of polygons, or a mask.
 *
 * <p>A pixel of an image of {@code W x H} is inside if its center is inside a polygon (even-odd rule), or if the cell of
 * the mask that its center falls into is set.
 */
public final class RegionOfInterest {

    /** The most polygons of a region. */
    public static final int MAX_POLYGONS = 100;

    /** The most points of all polygons together. */
    public static final int MAX_POINTS = 2000;

    /** The longest side of a mask. */
    public static final int MAX_MASK_SIDE = 2048;

    private static final int RASTER = 1000;
    private final @Nullable List<List<Point>> polygons;
    private final @Nullable BitMask cells;

    /**
     * A point of the image, (0, 0) at its top left and (1, 1) at its bottom right corner, rounded to six decimals.
     *
     * @param x 0 to 1
     * @param y 0 to 1
     */
    public record Point(double x, double y) {

        private static final double DECIMALS = 1e6;

        public Point {
            if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) {
                throw new IllegalArgumentException(
                        "A point of a region of interest must be relative to the image, from 0,0 to 1,1, got " + x + ","
                                + y);
            }
            x = Math.round(x * DECIMALS) / DECIMALS;
            y = Math.round(y * DECIMALS) / DECIMALS;
        }
    }

    private RegionOfInterest(@Nullable List<List<Point>> polygons, @Nullable BitMask cells) {
        this.polygons = polygons;
        this.cells = cells;
    }

    /**
     * Returns the union of polygons, each of at least three points and closed by itself.
     *
     * @throws IllegalArgumentException if there are none or too many, of polygons or of points, or if one has no area
     */
    public static RegionOfInterest ofPolygons(List<List<Point>> polygons) {
        if (polygons.isEmpty() || polygons.size() > MAX_POLYGONS) {
            throw new IllegalArgumentException(
                    "A region of interest must have 1 to " + MAX_POLYGONS + " polygons, got " + polygons.size());
        }
        List<List<Point>> copy = new ArrayList<>();
        int points = 0;
        for (List<Point> polygon : polygons) {
            points += polygon.size();
            if (polygon.size() < 3 || points > MAX_POINTS) {
                throw new IllegalArgumentException("The polygons of a region of interest must have 3 to " + MAX_POINTS
                        + " points in all, at least 3 each; got " + polygon.size() + " in polygon "
                        + (copy.size() + 1));
            }
            if (isLine(polygon)) {
                throw new IllegalArgumentException("Polygon " + (copy.size() + 1)
                        + " of a region of interest has no area: its points are on a line");
            }
            copy.add(List.copyOf(polygon));
        }
        return new RegionOfInterest(List.copyOf(copy), null);
    }

    /** Returns whether all points are on one line; exact, since points have six decimals. */
    private static boolean isLine(List<Point> polygon) {
        Point first = polygon.get(0);
        Point other = polygon.stream()
                .filter(point -> !point.equals(first))
                .findFirst()
                .orElse(first);
        long dx = Math.round((other.x - first.x) * Point.DECIMALS);
        long dy = Math.round((other.y - first.y) * Point.DECIMALS);
        return polygon.stream()
                .allMatch(point -> dx * Math.round((point.y - first.y) * Point.DECIMALS)
                        == dy * Math.round((point.x - first.x) * Point.DECIMALS));
    }

    /**
     * Returns the pixels that a mask marks. A larger mask than {@value #MAX_MASK_SIDE} is reduced to it; a cell counts if
     * at least half of its pixels do.
     *
     * @throws IllegalArgumentException if nothing is left, or if the mask is a photograph
     */
    public static RegionOfInterest ofMask(ImageMask mask) {
        if (mask.looksLikePhotograph()) {
            throw new IllegalArgumentException(
                    "The mask of the region of interest looks like a photograph, since a quarter"
                            + " of its pixels or more are neither black nor white");
        }
        BitMask cells = RegionRaster.cells(mask, MAX_MASK_SIDE);
        if (cells.count() == 0) {
            throw new IllegalArgumentException("The mask of the region of interest marks nothing");
        }
        return new RegionOfInterest(null, cells);
    }

    /**
     * Reads {@code x,y x,y x,y}, several polygons separated by semicolons, or the JSON that {@link #toJson} returns.
     *
     * @throws IllegalArgumentException if the text is neither, or too long
     */
    public static RegionOfInterest parse(String text) {
        return RegionText.parse(text);
    }

    /**
     * Reads the JSON that {@link #toJson} returns.
     *
     * @throws IllegalArgumentException if the text is not of that form, or too long
     */
    public static RegionOfInterest ofJson(String text) {
        return RegionText.ofJson(text);
    }

    /** Returns the region as JSON: {@code {"polygons": [[[x, y], ...], ...]}} or {@code {"mask": PNG in Base64}}. */
    public ObjectNode toJson() {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        if (polygons == null) {
            return json.put(
                    RegionText.MASK, Base64.getEncoder().encodeToString(PngWriter.bits(Objects.requireNonNull(cells))));
        }
        ArrayNode all = json.putArray(RegionText.POLYGONS);
        for (List<Point> polygon : polygons) {
            ArrayNode points = all.addArray();
            polygon.forEach(point -> points.addArray().add(point.x()).add(point.y()));
        }
        return json;
    }

    /** Returns the polygons; null for a mask. */
    public @Nullable List<List<Point>> polygons() {
        return polygons;
    }

    /**
     * Returns the pixels inside of an image of that size; there may be none.
     *
     * @throws IllegalArgumentException if the polygons have too many edges for an image of that many rows
     */
    public RowMask at(int width, int height) {
        return polygons == null
                ? RegionRaster.ofCells(Objects.requireNonNull(cells), width, height)
                : RegionRaster.ofPolygons(polygons, width, height);
    }

    /** Returns the share of an image that is inside, 0 to 1, counted at {@value #RASTER} pixels per side. */
    public double share() {
        return (double) at(RASTER, RASTER).count() / (RASTER * RASTER);
    }

    /** Returns the SHA-256 of what the region is, in hexadecimal digits, the same for equal regions. */
    public String digest() {
        return Sha256.of(cells != null ? cells.bytes() : toJson().toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RegionOfInterest region
                && Objects.equals(polygons, region.polygons)
                && Objects.equals(cells, region.cells);
    }

    @Override
    public int hashCode() {
        return Objects.hash(polygons, cells);
    }

    @Override
    public String toString() {
        return polygons == null ? "mask of " + Objects.requireNonNull(cells) : polygons.toString();
    }
}
