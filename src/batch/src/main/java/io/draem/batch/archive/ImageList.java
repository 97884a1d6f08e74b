package io.draem.batch.archive;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.octet_length;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.when;

import io.draem.batch.BatchException;
import io.draem.image.ImageFormat;
import io.draem.text.Counted;
import io.draem.text.SafeText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The images of an archive, with the columns of {@link Columns} and those that are carried from a manifest or table.
 *
 * @param rows a row per image; {@link #requireOnce} tells whether each path is there once
 * @param hasContent whether the rows hold the bytes of the images
 * @param carried fields of the carried columns
 */
public record ImageList(Dataset<Row> rows, boolean hasContent, List<StructField> carried) {

    private static final int SHOWN = 3;
    private static final String TIMES = Columns.INTERNAL + "times";
    private static final int TASKS_PER_SLOT = 4;

    public ImageList {
        carried = List.copyOf(carried);
    }

    /**
     * Finds the images.
     *
     * @param images a folder or pattern of image files, a manifest (CSV with a header, or Parquet) with the column
     *     {@code path}, or a Parquet table with a column of bytes as well; on any file system that Hadoop knows
     * @param reserved names that a carried column must not have, as they are columns of the output
     * @throws BatchException if there are none, or a manifest or table cannot be used; the message names the remedy
     */
    public static ImageList of(SparkSession spark, String images, List<String> reserved)
            throws BatchException, IOException {
        FileSystem files = new Path(images).getFileSystem(spark.sessionState().newHadoopConf());
        Path path = files.makeQualified(new Path(images)); // a bare name has a parent too
        FileStatus[] found = files.globStatus(path);
        if (found == null || found.length == 0) {
            throw new BatchException("--images " + images + ": there is nothing");
        }
        if (path.getName().toLowerCase(Locale.ROOT).endsWith(".csv")) {
            return manifest(Csv.read(spark, "--images", images), path, images, reserved);
        }
        if (isParquet(files, found[0])) {
            Dataset<Row> table = spark.read().parquet(images);
            List<StructField> binary = Arrays.stream(table.schema().fields())
                    .filter(field -> field.dataType().equals(DataTypes.BinaryType))
                    .toList();
            return binary.isEmpty() ? manifest(table, path, images, reserved) : table(table, binary, images, reserved);
        }
        return files(spark, found);
    }

    private static ImageList files(SparkSession spark, FileStatus[] found) throws IOException {
        String name = "(?i)/[^/.][^/]*\\.(" + ImageFormat.extensions().replace(", ", "|") + ")$";
        int tasks = TASKS_PER_SLOT * spark.sparkContext().defaultParallelism();
        Dataset<Row> rows = FolderFiles.list(spark, found, tasks)
                // What cannot be read may be an image, or a folder of them.
                .where(path().rlike(name).or(col(Columns.PROBLEM).isNotNull()))
                // As many parts as the list is worth: Spark does not join those whose number it is given.
                .repartition(tasks, path())
                .dropDuplicates(Columns.PATH)
                .select(
                        path(),
                        col(Columns.LENGTH),
                        col(Columns.MODIFIED),
                        lit(null).cast("string").as(Columns.CONTENT_DIGEST),
                        col(Columns.PROBLEM));
        return new ImageList(rows, false, List.of());
    }

    private static ImageList manifest(Dataset<Row> manifest, Path path, String images, List<String> reserved)
            throws BatchException {
        List<StructField> carried = carried(manifest, List.of(), images, reserved);
        List<Column> columns = Stream.concat(
                        Stream.of(path()), carried.stream().map(field -> Columns.quoted(field.name())))
                .toList();
        StructType schema = new StructType()
                .add(Columns.PATH, DataTypes.StringType)
                .add(Columns.LENGTH, DataTypes.LongType)
                .add(Columns.MODIFIED, DataTypes.TimestampType)
                .add(Columns.CONTENT_DIGEST, DataTypes.StringType)
                .add(Columns.PROBLEM, DataTypes.StringType);
        for (StructField field : carried) {
            schema = schema.add(field);
        }
        SparkSession spark = manifest.sparkSession();
        Path folder = path.getParent() == null ? path : path.getParent();
        Dataset<Row> rows = manifest.select(columns.toArray(Column[]::new))
                .repartition(TASKS_PER_SLOT * spark.sparkContext().defaultParallelism(), path())
                .mapPartitions(FileStatuses.of(spark, folder), Encoders.row(schema));
        return new ImageList(rows, false, carried);
    }

    private static ImageList table(Dataset<Row> table, List<StructField> binary, String images, List<String> reserved)
            throws BatchException {
        if (binary.size() > 1) {
            throw new BatchException("--images " + images + " has " + binary.size() + " columns of bytes ("
                    + names(binary) + "): select the one with the images");
        }
        String content = binary.get(0).name();
        List<StructField> carried = carried(table, binary, images, reserved);
        boolean dated = Arrays.stream(table.schema().fields())
                .anyMatch(field -> field.name().equals(Columns.MODIFIED)
                        && field.dataType().equals(DataTypes.TimestampType));
        Column bytes = Columns.quoted(content);
        List<Column> columns = new ArrayList<>(List.of(
                path(),
                octet_length(bytes).cast("long").as(Columns.LENGTH),
                (dated ? col(Columns.MODIFIED) : lit(null).cast("timestamp")).as(Columns.MODIFIED),
                sha2(bytes, 256).as(Columns.CONTENT_DIGEST),
                when(bytes.isNull(), lit("The table has no bytes for this image"))
                        .as(Columns.PROBLEM),
                bytes.as(Columns.CONTENT)));
        carried.forEach(field -> columns.add(Columns.quoted(field.name())));
        return new ImageList(table.select(columns.toArray(Column[]::new)), true, carried);
    }

    private static List<StructField> carried(
            Dataset<Row> table, List<StructField> without, String images, List<String> reserved) throws BatchException {
        List<StructField> fields = List.of(table.schema().fields());
        if (fields.stream().noneMatch(field -> field.name().equals(Columns.PATH))) {
            throw new BatchException("--images " + images + " has no column " + Columns.PATH + " (it has "
                    + names(fields) + "): name the column with the paths of the images so");
        }
        boolean isTable = !without.isEmpty();
        List<StructField> carried = fields.stream()
                .filter(field -> !field.name().equals(Columns.PATH) && !without.contains(field))
                .filter(field -> !isTable || !isOfBinaryFile(field))
                .toList();
        List<StructField> taken = carried.stream()
                .filter(field -> Columns.isOwn(field.name())
                        || field.name().toLowerCase(Locale.ROOT).startsWith(Columns.INTERNAL)
                        || reserved.stream().anyMatch(name -> name.equalsIgnoreCase(field.name())))
                .toList();
        if (!taken.isEmpty()) {
            throw new BatchException("--images " + images + " has columns with names of the output or of the list: "
                    + names(taken) + ". Rename them");
        }
        Set<String> names = new HashSet<>();
        for (StructField field : carried) {
            if (!names.add(field.name().toLowerCase(Locale.ROOT))) {
                throw new BatchException("--images " + images + " has two columns " + SafeText.of(field.name())
                        + ", which differ in case at most: rename one");
            }
        }
        return carried;
    }

    /** Spark's format of binary files has both of them in its tables; the size is that of the bytes anyway. */
    private static boolean isOfBinaryFile(StructField field) {
        return field.name().equals(Columns.MODIFIED) && field.dataType().equals(DataTypes.TimestampType)
                || field.name().equals(Columns.LENGTH) && field.dataType().equals(DataTypes.LongType);
    }

    /**
     * Requires that each path is there once, in the form that the table has.
     *
     * @param listed rows of a list
     * @param images where they come from, for the message
     * @throws BatchException if one is there twice or is empty; the message names some of them
     */
    public static void requireOnce(Dataset<Row> listed, String images) throws BatchException {
        List<Row> twice = listed.groupBy(path())
                .agg(count(lit(1)).as(TIMES))
                .where(col(TIMES).gt(1).or(path().isNull()))
                .limit(SHOWN)
                .collectAsList();
        if (!twice.isEmpty()) {
            throw new BatchException("--images " + images + " must have each path once, and has "
                    + twice.stream()
                            .map(row -> (row.isNullAt(0) ? "no path" : SafeText.escaped(row.getString(0))) + " "
                                    + Counted.of(row.getLong(1), "time"))
                            .collect(Collectors.joining(", ")));
        }
    }

    /** A folder is a table if its first file is one of Parquet's. */
    private static boolean isParquet(FileSystem files, FileStatus status) throws IOException {
        if (status.isFile()) {
            return status.getPath().getName().endsWith(".parquet");
        }
        RemoteIterator<LocatedFileStatus> all = files.listFiles(status.getPath(), true);
        while (all.hasNext()) {
            String name = all.next().getPath().getName();
            if (!name.startsWith("_") && !name.startsWith(".")) {
                return name.endsWith(".parquet");
            }
        }
        return false;
    }

    private static String names(List<StructField> fields) {
        return fields.stream().map(field -> SafeText.of(field.name())).collect(Collectors.joining(", "));
    }

    private static Column path() {
        return col(Columns.PATH);
    }
}
