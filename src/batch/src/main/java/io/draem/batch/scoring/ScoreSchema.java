package io.draem.batch.scoring;

import io.draem.batch.archive.Columns;
import io.draem.overlay.Picture;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Columns of the rows that are written; those of a manifest or table follow them. */
public final class ScoreSchema {

    /** SHA-256 of the graph that gave the row, in hex. */
    static final String MODEL_DIGEST = "modelDigest";

    /** Number of the run that gave the row, from 1. */
    static final String RUN = "run";

    static final String SIZE = "size";
    static final String DIGEST = "digest";
    static final String ERROR = "error";
    static final String ANOMALOUS = "anomalous";

    private static final StructType REGION = new StructType()
            .add("x", DataTypes.IntegerType)
            .add("y", DataTypes.IntegerType)
            .add("width", DataTypes.IntegerType)
            .add("height", DataTypes.IntegerType)
            .add("area", DataTypes.IntegerType)
            .add("centroidX", DataTypes.DoubleType)
            .add("centroidY", DataTypes.DoubleType)
            .add("peak", DataTypes.DoubleType)
            .add("mean", DataTypes.DoubleType);

    private static final StructType REASON = new StructType()
            .add("type", DataTypes.StringType)
            .add("measure", DataTypes.StringType)
            .add("value", DataTypes.DoubleType)
            .add("min", DataTypes.DoubleType)
            .add("max", DataTypes.DoubleType);

    private static final StructType WARNING =
            new StructType().add("type", DataTypes.StringType).add("message", DataTypes.StringType);

    private static final StructType OWN = new StructType()
            .add(described(Columns.PATH, DataTypes.StringType, "full URI of the image; in a table its `path`"))
            .add(described(SIZE, DataTypes.LongType, "bytes of the file"))
            .add(described(
                    Columns.MODIFIED, DataTypes.TimestampType, "last change of the file; null in a table without"))
            .add(described(DIGEST, DataTypes.StringType, "SHA-256 of the bytes, in hex; null if they were not read"))
            .add(described("width", DataTypes.IntegerType, "pixels in a row of the upright image"))
            .add(described("height", DataTypes.IntegerType, "rows of the upright image"))
            .add(described("score", DataTypes.DoubleType, "raw image score, 0 to 1; null with `error`"))
            .add(described("normalizedScore", DataTypes.DoubleType, "0 to 1, 0.5 at the threshold"))
            .add(described(ANOMALOUS, DataTypes.BooleanType, "whether `score` is above `threshold`"))
            .add(described("threshold", DataTypes.DoubleType, "raw image threshold of the model"))
            .add(described("pixelThreshold", DataTypes.DoubleType, "raw map value that pixels of regions are above"))
            .add(described(
                    "pixelThresholdLowered",
                    DataTypes.BooleanType,
                    "whether that is less than the model's, so that an anomalous image has a region"))
            .add(described("minRegionArea", DataTypes.IntegerType, "fewest pixels of a region"))
            .add(described(
                    "regionCount", DataTypes.IntegerType, "number of regions, of which `regions` has 100 at most"))
            .add(described(
                    "regions",
                    DataTypes.createArrayType(REGION),
                    "largest peak first, in pixels of the upright image: box (`x`, `y`, `width`, `height`), `area`,"
                            + " `centroidX`, `centroidY`, `peak` and `mean` of the raw map"))
            .add(described("inputUsual", DataTypes.BooleanType, "whether the image looks like the training images"))
            .add(described(
                    "inputReasons",
                    DataTypes.createArrayType(REASON),
                    "why not: `type`, `measure`, its `value` and the usual `min` and `max`"))
            .add(described("warnings", DataTypes.createArrayType(WARNING), "of the decoder: `type` and `message`"))
            .add(described(
                    picture(Picture.OVERLAY),
                    DataTypes.StringType,
                    "PNG of the image with heat and outlines, below `OUTPUT`; null if it was not wanted"))
            .add(described(
                    picture(Picture.MASK),
                    DataTypes.StringType,
                    "PNG that is white where the map is above `pixelThreshold`, below `OUTPUT`; null likewise"))
            .add(described(
                    picture(Picture.MAP),
                    DataTypes.StringType,
                    "PNG of the raw map, 16 bits gray, where 65535 is 1.0, below `OUTPUT`; null likewise"))
            .add(described("model", DataTypes.StringType, "name of the model"))
            .add(described("modelVersion", DataTypes.StringType, "version by the model directory; null outside of one"))
            .add(described(MODEL_DIGEST, DataTypes.StringType, "SHA-256 of the graph, in hex"))
            .add(described("provider", DataTypes.StringType, "execution provider that ran the graph: `cpu`, `cuda`"))
            .add(described(ERROR, DataTypes.StringType, "why there is no score; null if there is one"))
            .add(described(
                    "milliseconds", DataTypes.DoubleType, "time of reading, decoding, the run, regions and pictures"))
            .add(described(RUN, DataTypes.IntegerType, "number of the run that wrote the row, from 1"));

    private ScoreSchema() {}

    private static StructField described(String name, DataType type, String description) {
        return DataTypes.createStructField(name, type, true).withComment(description);
    }

    /** Returns the fields that each row has. */
    public static List<StructField> own() {
        return List.of(OWN.fields());
    }

    /** Returns the names of those. */
    public static List<String> names() {
        return Arrays.asList(OWN.fieldNames());
    }

    /** Returns the column with the name of a picture; {@code mask} alone is one of common manifests. */
    static String picture(Picture picture) {
        return picture.id() + "File";
    }

    /** Returns the columns with names of pictures. */
    static List<String> pictures() {
        return Arrays.stream(Picture.values()).map(ScoreSchema::picture).toList();
    }

    /** Returns the fields of rows with further columns. */
    static StructType with(List<StructField> carried) {
        StructType schema = OWN;
        for (StructField field : carried) {
            schema = schema.add(field);
        }
        return schema;
    }
}
