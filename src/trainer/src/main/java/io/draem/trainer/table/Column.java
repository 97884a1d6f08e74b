package io.draem.trainer.table;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * A column of a table, or a field of the elements of one.
 *
 * @param pointer where the value is in the JSON of a line, or of an element
 * @param fields of the elements of an array; none for other types
 * @param description for people
 */
public record Column(String name, Type type, JsonPointer pointer, List<Column> fields, String description) {

    /** What the values are. */
    public enum Type {
        STRING,

        /** A string that is the path of a file. */
        PATH,
        LONG,
        INTEGER,
        DOUBLE,
        BOOLEAN,
        TIMESTAMP,

        /** Objects with fields. */
        ARRAY;

        /** Returns the name that the batch application's columns have for it. */
        @Override
        public String toString() {
            return this == PATH ? STRING.toString() : name().toLowerCase(Locale.ROOT);
        }
    }

    private static final List<Column> REGION = List.of(
            field("x", Type.INTEGER, "/box/x"),
            field("y", Type.INTEGER, "/box/y"),
            field("width", Type.INTEGER, "/box/width"),
            field("height", Type.INTEGER, "/box/height"),
            field("area", Type.INTEGER, "/area"),
            field("centroidX", Type.DOUBLE, "/centroid/x"),
            field("centroidY", Type.DOUBLE, "/centroid/y"),
            field("peak", Type.DOUBLE, "/peak"),
            field("mean", Type.DOUBLE, "/mean"));

    private static final List<Column> REASON = List.of(
            field("type", Type.STRING, "/type"),
            field("measure", Type.STRING, "/measure"),
            field("value", Type.DOUBLE, "/value"),
            field("min", Type.DOUBLE, "/min"),
            field("max", Type.DOUBLE, "/max"));

    private static final List<Column> WARNING =
            List.of(field("type", Type.STRING, "/type"), field("message", Type.STRING, "/message"));

    /** Columns of each table, with the names and types of those columns of the batch application that mean the same. */
    public static final List<Column> ALL = List.of(
            column("path", Type.PATH, "/path", "path of the image below `--images`, with slashes"),
            column("size", Type.LONG, "/bytes", "bytes of the file; null if it cannot be read"),
            column("modificationTime", Type.TIMESTAMP, "/modified", "last change of the file, in UTC"),
            column("digest", Type.STRING, "/sha256", "SHA-256 of the bytes, in hex; null if they were not read"),
            column("width", Type.INTEGER, "/image/width", "pixels in a row of the upright image"),
            column("height", Type.INTEGER, "/image/height", "rows of the upright image"),
            column("score", Type.DOUBLE, "/score", "raw image score, 0 to 1; null with `error`"),
            column("normalizedScore", Type.DOUBLE, "/normalizedScore", "0 to 1, 0.5 at the threshold"),
            column("anomalous", Type.BOOLEAN, "/anomalous", "whether `score` is above `threshold`"),
            column(
                    "threshold",
                    Type.DOUBLE,
                    "/threshold",
                    "raw image threshold: that of `--threshold`, or the model's"),
            column("pixelThreshold", Type.DOUBLE, "/pixelThreshold", "raw map value that pixels of regions are above"),
            column(
                    "pixelThresholdLowered",
                    Type.BOOLEAN,
                    "/pixelThresholdLowered",
                    "whether that is less than the model's, so that an anomalous image has a region"),
            column("minRegionArea", Type.INTEGER, "/minRegionArea", "fewest pixels of a region"),
            column(
                    "regionCount",
                    Type.INTEGER,
                    "/regionCount",
                    "number of regions, of which `regions` has 100 at most"),
            array(
                    "regions",
                    "/regions",
                    REGION,
                    "largest peak first, in pixels of the upright image: box (`x`, `y`, `width`, `height`), `area`,"
                            + " `centroidX`, `centroidY`, `peak` and `mean` of the raw map"),
            column("inputUsual", Type.BOOLEAN, "/input/usual", "whether the image looks like the training images"),
            array(
                    "inputReasons",
                    "/input/reasons",
                    REASON,
                    "why not: `type`, `measure`, its `value` and the usual `min` and `max`"),
            array("warnings", "/warnings", WARNING, "of the decoder: `type` and `message`"),
            column("modelDigest", Type.STRING, "/modelSha256", "SHA-256 of the model, in hex"),
            column("error", Type.STRING, "/problem", "why there is no score; null if there is one"),
            column("mask", Type.PATH, "/mask", "path of the mask below `--output`; null if none was written"),
            column("overlay", Type.PATH, "/overlay", "path of the overlay, likewise"),
            column("anomalyMap", Type.PATH, "/anomalyMap", "path of the raw map, likewise"));

    private static Column field(String name, Type type, String pointer) {
        return column(name, type, pointer, "");
    }

    private static Column column(String name, Type type, String pointer, String description) {
        return new Column(name, type, JsonPointer.compile(pointer), List.of(), description);
    }

    private static Column array(String name, String pointer, List<Column> fields, String description) {
        return new Column(name, Type.ARRAY, JsonPointer.compile(pointer), fields, description);
    }

    /** Returns the value in a line, or in an element; null if there is none of the column's type. */
    @Nullable
    JsonNode value(JsonNode object) {
        JsonNode value = object.at(pointer);
        boolean fits = switch (type) {
            case STRING, PATH, TIMESTAMP -> value.isString();
            case LONG -> value.isIntegralNumber() && value.canConvertToLong();
            case INTEGER -> value.isIntegralNumber() && value.canConvertToInt();
            case DOUBLE -> value.isNumber();
            case BOOLEAN -> value.isBoolean();
            case ARRAY -> value.isArray();
        };
        return fits ? value : null;
    }
}
