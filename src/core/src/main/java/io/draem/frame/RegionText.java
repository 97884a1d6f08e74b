package io.draem.frame;

import io.draem.frame.RegionOfInterest.Point;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageLimits;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** Reads regions of interest from text of any origin. */
final class RegionText {

    static final String POLYGONS = "polygons";
    static final String MASK = "mask";
    private static final int MAX_MASK_BYTES = 1 << 20;
    private static final ImageDecoder MASKS = new ImageDecoder(
            new ImageLimits(MAX_MASK_BYTES, (long) RegionOfInterest.MAX_MASK_SIDE * RegionOfInterest.MAX_MASK_SIDE));

    /** Refuses what is too long before a tree of it is in memory: each point is four tokens. */
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(2L * MAX_MASK_BYTES)
                            .maxStringLength(2 * MAX_MASK_BYTES)
                            .maxTokenCount(4L * RegionOfInterest.MAX_POINTS + 2L * RegionOfInterest.MAX_POLYGONS + 10)
                            .maxNestingDepth(10)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private static final Pattern DECIMAL = Pattern.compile("-?(\\d{1,20}(\\.\\d{0,40})?|\\.\\d{1,40})");

    private RegionText() {}

    /**
     * Reads {@code x,y x,y x,y}, several polygons separated by semicolons, or the JSON that {@link RegionOfInterest#toJson} returns.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    static RegionOfInterest parse(String text) {
        if (text.stripLeading().startsWith("{")) {
            return ofJson(text);
        }
        List<List<Point>> polygons = new ArrayList<>();
        for (String polygon : split(text, ";", RegionOfInterest.MAX_POLYGONS, "polygons")) {
            List<Point> points = new ArrayList<>();
            for (String point : split(polygon, "\\s+", RegionOfInterest.MAX_POINTS, "points in a polygon")) {
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
        return RegionOfInterest.ofPolygons(polygons);
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
        if (!DECIMAL.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "A region of interest has a coordinate that is not a decimal number such as 0.25");
        }
        return Double.parseDouble(text);
    }

    /**
     * Reads the JSON that {@link RegionOfInterest#toJson} returns.
     *
     * @throws IllegalArgumentException if the text is none
     */
    static RegionOfInterest ofJson(String text) {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (StreamConstraintsException e) {
            throw new IllegalArgumentException(
                    "A region of interest is larger than " + RegionOfInterest.MAX_POINTS
                            + " points in all, or than a mask of " + MAX_MASK_BYTES + " bytes: simplify it",
                    e);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("A region of interest is not valid JSON, or has a key twice", e);
        }
        if (json.size() == 1 && json.get(MASK) != null && json.get(MASK).isString()) {
            byte[] png;
            try {
                png = Base64.getDecoder().decode(json.get(MASK).asString());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("The mask of the region of interest is not Base64", e);
            }
            try {
                return RegionOfInterest.ofMask(MASKS.decodeMask(png));
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
            if (!polygon.isArray()) {
                throw new IllegalArgumentException(
                        "A polygon of a region of interest must be an array of points [x, y]");
            }
            for (JsonNode point : polygon) {
                if (!point.isArray()
                        || point.size() != 2
                        || !point.path(0).isNumber()
                        || !point.path(1).isNumber()) {
                    throw new IllegalArgumentException(
                            "A polygon of a region of interest must be points [x, y] with x and y from 0 to 1");
                }
                points.add(new Point(point.get(0).asDouble(), point.get(1).asDouble()));
            }
            polygons.add(points);
        }
        return RegionOfInterest.ofPolygons(polygons);
    }
}
