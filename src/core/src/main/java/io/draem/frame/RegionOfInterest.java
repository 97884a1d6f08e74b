package io.draem.frame;

import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageLimits;
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
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
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

    /** The most points of a polygon. */
    public static final int MAX_POINTS = 2000;

    /** The longest side of a mask. */
    public static final int MAX_MASK_SIDE = 2048;

    private static final int RASTER = 1000;
    private static final String POLYGONS = "polygons";
    private static final String MASK = "mask";
    private static final ImageDecoder MASKS =
            new ImageDecoder(new ImageLimits(1 << 20, (long) MAX_MASK_SIDE * MAX_MASK_SIDE));

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
     * @throws IllegalArgumentException if there are none or too many, of polygons or of points of one
     */
    public static RegionOfInterest ofPolygons(List<List<Point>> polygons) {
        if (polygons.isEmpty() || polygons.size() > MAX_POLYGONS) {
            throw new IllegalArgumentException(
                    "A region of interest must have 1 to " + MAX_POLYGONS + " polygons, got " + polygons.size());
        }
        List<List<Point>> copy = new ArrayList<>();
        for (List<Point> polygon : polygons) {
            if (polygon.size() < 3 || polygon.size() > MAX_POINTS) {
                throw new IllegalArgumentException("A polygon of a region of interest must have 3 to " + MAX_POINTS
                        + " points, got " + polygon.size());
            }
            copy.add(List.copyOf(polygon));
        }
        return new RegionOfInterest(List.copyOf(copy), null);
    }

    /**
     * Returns the pixels that a mask marks. A larger mask than {@value #MAX_MASK_SIDE} is reduced to it; a cell counts if
     * at least half of its pixels do.
     *
     * @throws IllegalArgumentException if nothing is left
     */
    public static RegionOfInterest ofMask(ImageMask mask) {
        BitMask cells = RegionRaster.cells(mask, MAX_MASK_SIDE);
        if (cells.count() == 0) {
            throw new IllegalArgumentException("The mask of the region of interest marks nothing");
        }
        return new RegionOfInterest(null, cells);
    }

    /**
     * Reads {@code x,y x,y x,y}, several polygons separated by semicolons, or the JSON that {@link #toJson} returns.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    public static RegionOfInterest parse(String text) {
        if (text.stripLeading().startsWith("{")) {
            return ofJson(text);
        }
        List<List<Point>> polygons = new ArrayList<>();
        for (String polygon : split(text, ";", MAX_POLYGONS, "polygons")) {
            List<Point> points = new ArrayList<>();
            for (String point : split(polygon, "\\s+", MAX_POINTS, "points in a polygon")) {
                String[] numbers = point.split(",", -1);
                if (numbers.length != 2) {
                    throw new IllegalArgumentException(
                            "A region of interest must be polygons x,y x,y x,y separated by semicolons, with x and y from"
                                    + " 0 to 1");
                }
                points.add(new Point(number(numbers[0]), number(numbers[1])));
            }
            polygons.add(points);
        }
        return ofPolygons(polygons);
    }

    /** Splits no more than it takes to see that there are too many parts. */
    private static String[] split(String text, String separator, int most, String parts) {
        String[] split = text.strip().split(separator, most + 1);
        if (split.length > most) {
            throw new IllegalArgumentException(
                    "A region of interest must have at most " + most + " " + parts + ": simplify it, or use a mask");
        }
        return split;
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("A region of interest has a coordinate that is not a number", e);
        }
    }

    /**
     * Reads the JSON that {@link #toJson} returns.
     *
     * @throws IllegalArgumentException if the text is none
     */
    public static RegionOfInterest ofJson(String text) {
        JsonNode json;
        try {
            json = JsonMapper.shared().readTree(text);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("A region of interest is not valid JSON", e);
        }
        if (json.size() == 1 && json.get(MASK) != null && json.get(MASK).isString()) {
            try {
                byte[] png = Base64.getDecoder().decode(json.get(MASK).asString());
                return ofMask(MASKS.decodeMask(png));
            } catch (ImageException e) {
                throw new IllegalArgumentException("The mask of the region of interest: " + e.getMessage(), e);
            }
        }
        if (json.size() != 1 || !(json.get(POLYGONS) instanceof ArrayNode)) {
            throw new IllegalArgumentException(
                    "A region of interest must be a JSON object with '" + POLYGONS + "' or '" + MASK + "' alone");
        }
        List<List<Point>> polygons = new ArrayList<>();
        for (JsonNode polygon : json.get(POLYGONS)) {
            List<Point> points = new ArrayList<>();
            for (JsonNode point : polygon) {
                if (point.size() != 2
                        || !point.path(0).isNumber()
                        || !point.path(1).isNumber()) {
                    throw new IllegalArgumentException(
                            "A polygon of a region of interest must be points [x, y] with x and y from 0 to 1");
                }
                points.add(new Point(point.get(0).asDouble(), point.get(1).asDouble()));
            }
            polygons.add(points);
        }
        return ofPolygons(polygons);
    }

    /** Returns the region as JSON: {@code {"polygons": [[[x, y], ...], ...]}} or {@code {"mask": PNG in Base64}}. */
    public ObjectNode toJson() {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        if (polygons == null) {
            return json.put(MASK, Base64.getEncoder().encodeToString(PngWriter.bits(Objects.requireNonNull(cells))));
        }
        ArrayNode all = json.putArray(POLYGONS);
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

    /** Returns the pixels inside of an image of that size; there may be none. */
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
