package io.draem.batch.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;

import io.draem.batch.archive.Columns;
import io.draem.image.RgbImage;
import io.draem.overlay.Picture;
import io.draem.overlay.Pictures;
import io.draem.score.Calibration;
import io.draem.score.ScaledMap;
import io.draem.score.Verdict;
import io.draem.text.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pictures of an output, in its folder {@code pictures}. A name has a digest of the path and the content of the image and
 * of the model: each attempt of a task writes the same names, and another model never changes what a table names.
 */
final class PictureFiles {

    static final String FOLDER = "pictures";

    private static final Logger log = LoggerFactory.getLogger(PictureFiles.class);

    private static final int SHOWN_CHARACTERS = 60;
    private static final int DIGEST_DIGITS = 32;
    private static final String NAME = Columns.INTERNAL + "picture";

    private PictureFiles() {}

    /**
     * Returns where a picture is, relative to the output.
     *
     * @param path of the image, whose last part is in the name as far as its characters are harmless
     * @param image SHA-256 of its bytes, in hex
     * @param model SHA-256 of the graph, in hex
     */
    static String name(Picture picture, String path, String image, String model) {
        String digest = Sha256.hex(Sha256.of((path + '\n' + image + '\n' + model).getBytes(UTF_8)))
                .substring(0, DIGEST_DIGITS);
        String last = path.substring(path.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9.-]", "_");
        String shown =
                last.substring(0, Math.min(SHOWN_CHARACTERS, last.length())).replaceFirst("^[._-]+", "");
        return FOLDER + "/" + digest.substring(0, 2) + "/" + shown + "-" + digest + picture.suffix();
    }

    /**
     * Writes the pictures of an image that are wanted, each complete or not there, and returns their names.
     *
     * @param path of the image
     * @param digest SHA-256 of its bytes, in hex
     * @param image at its own size; null if no overlay is wanted
     * @param map raw map of that size
     * @throws UncheckedIOException if one cannot be written
     */
    static Map<Picture, String> write(
            Scorer scorer,
            String path,
            String digest,
            @Nullable RgbImage image,
            ScaledMap map,
            Verdict verdict,
            Calibration calibration) {
        Map<Picture, String> names = new EnumMap<>(Picture.class);
        for (Picture picture : Picture.values()) {
            if (scorer.pictures().include(picture, verdict.anomalous())) {
                String name = name(picture, path, digest, scorer.model().digest());
                byte[] png = picture.png(image, map, verdict, calibration);
                try {
                    WholeFile.write(scorer.hadoop().value().value(), new Path(scorer.output(), name), png);
                } catch (IOException e) {
                    throw new UncheckedIOException("The picture " + name + " cannot be written: " + e.getMessage(), e);
                }
                names.put(picture, name);
            }
        }
        return names;
    }

    /** Returns the rows whose image has all pictures that are wanted, by the column and in the folder. */
    static Dataset<Row> complete(
            Dataset<Row> rows, Pictures wanted, String output, Broadcast<SerializableConfiguration> hadoop) {
        if (!wanted.any()) {
            return rows;
        }
        if (!Arrays.asList(rows.columns()).containsAll(ScoreSchema.pictures())) {
            return rows.limit(0); // of a version without pictures
        }
        return rows.where(col(ScoreSchema.ERROR).isNull()).filter((FilterFunction<Row>) row -> {
            for (Picture picture : Picture.values()) {
                String name = row.getAs(ScoreSchema.picture(picture));
                if (wanted.include(picture, row.<Boolean>getAs(ScoreSchema.ANOMALOUS))
                        && (name == null || !exists(hadoop.value().value(), new Path(output, name)))) {
                    return false;
                }
            }
            return true;
        });
    }

    private static boolean exists(Configuration hadoop, Path file) throws IOException {
        return file.getFileSystem(hadoop).exists(file);
    }

    /**
     * Deletes the pictures that no row of the table names: those of replaced rows, and of tasks that did not end. Where that
     * fails it is only logged: the table is complete, and the next run deletes them.
     */
    static void deleteOthers(
            SparkSession spark, Dataset<Row> table, String output, Broadcast<SerializableConfiguration> hadoop) {
        try {
            delete(spark, table, output, hadoop);
        } catch (Exception e) { // Spark's own are not declared
            log.warn(
                    "Pictures that no row names could not be deleted, which the next run does: {}",
                    e.toString().lines().findFirst().orElse(""));
        }
    }

    private static void delete(
            SparkSession spark, Dataset<Row> table, String output, Broadcast<SerializableConfiguration> hadoop)
            throws IOException {
        Path folder = new Path(output, FOLDER);
        FileSystem files = folder.getFileSystem(hadoop.value().value());
        if (!files.exists(folder)) {
            return;
        }
        List<String> parts = Arrays.stream(files.listStatus(folder))
                .filter(FileStatus::isDirectory)
                .map(part -> FOLDER + "/" + part.getPath().getName())
                .toList();
        Dataset<Row> found = spark.createDataset(parts, Encoders.STRING())
                .repartition(Math.max(1, parts.size()))
                .flatMap(
                        (FlatMapFunction<String, String>) part ->
                                names(hadoop.value().value(), output, part).iterator(),
                        Encoders.STRING())
                .toDF(NAME);
        if (Arrays.asList(table.columns()).containsAll(ScoreSchema.pictures())) {
            Column[] named =
                    ScoreSchema.pictures().stream().map(name -> col(name)).toArray(Column[]::new);
            found = found.join(table.select(explode(array(named)).as(NAME)), NAME, "left_anti");
        }
        found.as(Encoders.STRING()).foreachPartition((ForeachPartitionFunction<String>) names -> {
            try {
                while (names.hasNext()) {
                    Path file = new Path(output, names.next());
                    file.getFileSystem(hadoop.value().value()).delete(file, false);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static List<String> names(Configuration hadoop, String output, String part) throws IOException {
        Path folder = new Path(output, part);
        List<String> names = new ArrayList<>();
        for (FileStatus file : folder.getFileSystem(hadoop).listStatus(folder)) {
            names.add(part + "/" + file.getPath().getName());
        }
        return names;
    }
}
