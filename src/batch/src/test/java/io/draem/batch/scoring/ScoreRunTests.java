package io.draem.batch.scoring;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.batch.BatchException;
import io.draem.batch.TestSpark;
import io.draem.frame.FrameImage;
import io.draem.frame.FramePlan;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageLimits;
import io.draem.image.OpenedImage;
import io.draem.model.InputCheck;
import io.draem.model.ModelCard;
import io.draem.model.TestModels;
import io.draem.overlay.Pictures;
import io.draem.runtime.detection.FrameDetector;
import io.draem.runtime.detection.ModelDetector;
import io.draem.runtime.onnx.ExecutionOptions;
import io.draem.runtime.onnx.GraphFile;
import io.draem.runtime.onnx.ModelOpener;
import io.draem.runtime.onnx.OnnxModel;
import io.draem.score.Region;
import io.draem.score.RegionOptions;
import io.draem.score.ScaledMap;
import io.draem.score.Verdict;
import io.draem.testing.LongTest;
import io.draem.text.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs over photographs of this project, in Spark itself. */
class ScoreRunTests {

    private static final SparkSession SPARK = TestSpark.session();
    private static final int IMAGES = 6;

    @TempDir
    Path folder;

    private Path images;
    private Path output;

    @BeforeEach
    void photographs() throws IOException {
        output = folder.resolve("out");
        images = Files.createDirectories(folder.resolve("images/a b"));
        try (Stream<Path> files =
                Files.list(TestModels.file("src/data/cookie/test/broken")).sorted()) {
            for (Path file : files.limit(IMAGES - 1).toList()) {
                Files.copy(file, images.resolve(file.getFileName()));
            }
        }
        Files.copy(TestModels.good(), images.resolve("GOOD.JPG"));
        Files.writeString(images.resolve("notes.txt"), "no image");
    }

    @Test
    void aRowIsWhatPredictSaysOfTheImageToTheBit() throws Exception {
        ScoreResult result = run();
        assertThat(result.images()).isEqualTo(IMAGES);
        assertThat(result.scored()).isEqualTo(IMAGES);
        assertThat(result.errors()).isZero();

        Map<String, Row> rows = rows();
        assertThat(rows).hasSize(IMAGES);
        GraphFile graph = GraphFile.read(TestModels.graph(), Long.MAX_VALUE);
        // As predict does by default, but for the number of its threads: images at their own size are kept for
        // overlays.
        try (OnnxModel model =
                new ModelOpener(ExecutionOptions.cpu(2, 4)).open(graph).get(0)) {
            ModelCard card = model.card();
            FrameDetector detector =
                    new FrameDetector(new ModelDetector(model), card.framing().score(), 4);
            List<Path> files = files();
            List<FrameImage> read = new ArrayList<>();
            for (Path file : files) {
                read.add(decode(file, card));
            }
            List<FrameDetector.Detection> detections =
                    detector.detect(read.stream().map(FrameImage::frame).toList());
            int regions = 0;
            for (int i = 0; i < files.size(); i++) {
                Row row = rows.get(files.get(i).getFileName().toString());
                FramePlan plan = read.get(i).frame().plan();
                Verdict expected = Verdict.of(
                        detections.get(i).result().score(),
                        new ScaledMap(
                                detections.get(i).result().map(),
                                plan.image().width(),
                                plan.image().height(),
                                null),
                        card.calibration(),
                        card.calibration().imageThreshold(),
                        card.calibration().pixelThreshold(),
                        card.minRegionArea(null, RegionOptions.DEFAULT_MIN_AREA),
                        true);
                assertThat(row.<Double>getAs("score")).isEqualTo(expected.score());
                assertThat(row.<Double>getAs("normalizedScore")).isEqualTo(expected.normalizedScore());
                assertThat(row.<Boolean>getAs("anomalous")).isEqualTo(expected.anomalous());
                assertThat(row.<Double>getAs("threshold")).isEqualTo(expected.threshold());
                assertThat(row.<Double>getAs("pixelThreshold"))
                        .isEqualTo(expected.regions().pixelThreshold());
                assertThat(row.<Integer>getAs("regionCount"))
                        .isEqualTo(expected.regions().count());
                assertThat(row.<Row>getList(row.fieldIndex("regions")))
                        .isEqualTo(expected.regions().largest().stream()
                                .map(ScoreRunTests::row)
                                .toList());
                InputCheck input =
                        InputCheck.of(card.images(), read.get(i).frame().measures());
                assertThat(row.<Boolean>getAs("inputUsual")).isEqualTo(input.usual());
                assertThat(row.<Integer>getAs("width")).isEqualTo(plan.image().width());
                byte[] bytes = Files.readAllBytes(files.get(i));
                assertThat(row.<Long>getAs("size")).isEqualTo(bytes.length);
                assertThat(row.<String>getAs("digest")).isEqualTo(Sha256.hex(Sha256.of(bytes)));
                assertThat(row.<String>getAs("modelDigest")).isEqualTo(Sha256.hex(graph.digest()));
                assertThat(row.<String>getAs("model")).isEqualTo(card.model());
                assertThat(row.<String>getAs("modelVersion")).isEqualTo("1");
                assertThat(row.<String>getAs("provider")).isEqualTo("cpu");
                regions += expected.regions().count();
            }
            assertThat(regions).isPositive();
        }
    }

    @Test
    void scoresOnlyWhatIsMissingOrHasChanged() throws Exception {
        assertThat(run().scored()).isEqualTo(IMAGES);
        Files.writeString(images.resolve("broken.png"), "no image");
        Files.copy(TestModels.good(), images.resolve("new.jpg"));
        Files.setLastModifiedTime(images.resolve("001.jpg"), FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));

        ScoreResult second = run();

        assertThat(second.images()).isEqualTo(IMAGES + 2);
        assertThat(second.scored()).isEqualTo(3);
        assertThat(second.errors()).isEqualTo(1);
        Map<String, Row> rows = rows();
        assertThat(rows).hasSize(IMAGES + 2);
        assertThat(rows.get("000.jpg").<Integer>getAs("run")).isEqualTo(1);
        assertThat(rows.get("001.jpg").<Integer>getAs("run")).isEqualTo(2);
        Row broken = rows.get("broken.png");
        assertThat(broken.<String>getAs("error")).contains("not an image of a supported format");
        assertThat(broken.isNullAt(broken.fieldIndex("score"))).isTrue();

        // The one with an error is tried again.
        assertThat(run().scored()).isEqualTo(1);
        assertThat(run("--overwrite").scored()).isEqualTo(IMAGES + 2);
        assertThat(rows()).hasSize(IMAGES + 2);
        assertThat(folder.resolve("out")).isDirectoryNotContaining("glob:**/_{lock,next,previous,runs}*");
    }

    @Test
    void aRunWhoseTaskIsTornKeepsFinishedTasksAndIsNeverSeenAsWhole() throws Exception {
        String torn = "torn:" + images;
        TornFileSystem.LEFT.set(4);
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> run(torn))
                .withMessageContaining("The task is torn at")
                .withMessageContaining("the same command continues");
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> ScoreOutput.read(SPARK, output.toString()))
                .withMessageContaining("no finished scores");

        TornFileSystem.LEFT.set(Integer.MAX_VALUE);
        ScoreResult continued = run(torn);

        // Two tasks of one image each run at a time: of the first four at least three have ended before the fifth
        // opens.
        assertThat(continued.scored()).isBetween(2L, 3L);
        assertThat(continued.rows()).isEqualTo(IMAGES);
        assertThat(rows()).hasSize(IMAGES);
        assertThat(table().select("path").distinct().count()).isEqualTo(IMAGES);
        assertThat(run(torn).scored()).isZero();
    }

    @LongTest
    @Test
    void aRunThatOverwritesIsContinuedWithoutTheOptionAndStartsAgainWithIt() throws Exception {
        String torn = "torn:" + images;
        assertThat(run(torn).scored()).isEqualTo(IMAGES);
        for (int time = 0; time < 2; time++) { // the second one starts again
            TornFileSystem.LEFT.set(4);
            assertThatExceptionOfType(BatchException.class)
                    .isThrownBy(() -> run(torn, "--overwrite"))
                    .withMessageContaining("the same command without --overwrite continues");
            assertThat(table().where(col("run").equalTo(1)).count())
                    .as("the old table")
                    .isEqualTo(IMAGES);
        }
        TornFileSystem.LEFT.set(0);
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> run(torn))
                .withMessageContaining("the same command continues");

        TornFileSystem.LEFT.set(Integer.MAX_VALUE);
        for (String option : new String[] {"--json", "--overwrite"}) { // would end what marks the old rows
            assertThatExceptionOfType(BatchException.class)
                    .isThrownBy(() -> run(images.toString(), option))
                    .withMessageContaining("Complete it first: score --images " + torn + " without --overwrite")
                    .withMessageContaining("give it up: delete the folder")
                    .withMessageEndingWith("out/_runs");
        }
        ScoreResult continued = run(torn);

        assertThat(continued.scored()).isBetween(2L, 3L);
        assertThat(continued.rows()).isEqualTo(IMAGES);
        assertThat(rows()).hasSize(IMAGES);
        assertThat(table().where(col("run").lt(3)).count())
                .as("rows of the runs before")
                .isZero();
        assertThat(run(torn).scored()).isZero();
    }

    @Test
    @LongTest
    void tooManyErrorsEndTheRunAndLeaveItResumable() throws Exception {
        for (int i = 0; i < 3; i++) {
            Files.writeString(images.resolve("broken" + i + ".png"), "no image");
        }
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> run("--max-errors=1"))
                .withMessageContaining("images so far have no score, more than the 1 of --max-errors 1, such as ")
                .withMessageContaining("not an image of a supported format")
                .withMessageContaining("pass a larger --max-errors");
        ScoreResult result = run("--max-errors=34%");
        assertThat(result.rows()).isEqualTo(IMAGES + 3);
        assertThat(rows().values().stream()
                        .filter(row -> row.getAs("error") != null)
                        .count())
                .isEqualTo(3);
    }

    @Test
    @LongTest
    void aManifestNamesImagesAndItsColumnsAreCarried() throws Exception {
        Path manifest = images.resolve("manifest.csv");
        Files.writeString(
                manifest,
                "path,label,line\n\"000.jpg\",\"broken, \"\"left\"\"\nedge\",007\nGOOD.JPG,good,008\nmissing.jpg,good,008\n");
        ScoreResult first = run(manifest.toString(), "--max-errors=1");
        assertThat(first.images()).isEqualTo(3);
        assertThat(first.errors()).isEqualTo(1);
        Map<String, Row> rows = rows();
        assertThat(rows.get("000.jpg").<String>getAs("label")).isEqualTo("broken, \"left\"\nedge");
        assertThat(rows.get("000.jpg").<String>getAs("line")).isEqualTo("007");
        assertThat(rows.get("missing.jpg").<String>getAs("error")).contains("There is no file");

        // A corrected label needs no new score, and an image by manifest is the same as one by folder.
        Files.writeString(manifest, "path,label\n000.jpg,scratched\nGOOD.JPG,good\n");
        assertThat(run(manifest.toString()).scored()).isZero();
        assertThat(rows().get("000.jpg").<String>getAs("label")).isEqualTo("scratched");
        assertThat(rows().get("000.jpg").<String>getAs("line")).isEqualTo("007");
        assertThat(run().scored()).isEqualTo(IMAGES - 2);
        assertThat(rows().get("GOOD.JPG").<String>getAs("label")).isEqualTo("good");
    }

    @Test
    void aManifestThatCannotBeUsedIsRefusedWithTheRemedy() throws Exception {
        Path manifest = Files.writeString(images.resolve("m.csv"), "file,label\n000.jpg,broken\n");
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> run(manifest.toString()))
                .withMessageContaining("no column path (it has file, label)");
        Files.writeString(manifest, "path,Score\n000.jpg,1\n");
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> run(manifest.toString()))
                .withMessageContaining("names of the output or of the list: Score");
        Files.writeString(manifest, "path,Content,_draem_task\n000.jpg,1,2\n");
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> run(manifest.toString()))
                .withMessageContaining("names of the output or of the list: Content, _draem_task. Rename them");
        Files.writeString(manifest, "path\n000.jpg\n./000.jpg\n");
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> run(manifest.toString()))
                .withMessageContaining("000.jpg 2 times");
        Files.writeString(manifest, "path,label\n000.jpg,broken,twice\n");
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> run(manifest.toString()))
                .withMessageContaining("cannot be listed")
                .withMessageContaining("000.jpg,broken,twice");
        assertThat(output.resolve("_runs")).as("what nothing was scored of").isEmptyDirectory();
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> run(folder.resolve("none").toString()))
                .withMessageContaining("there is nothing");
    }

    @Test
    @LongTest
    void imagesInATableAreScoredLikeFiles() throws Exception {
        List<Row> table = new ArrayList<>();
        for (Path file : files()) {
            table.add(RowFactory.create(file.getFileName().toString(), Files.readAllBytes(file), "camera 1"));
        }
        StructType schema = new StructType()
                .add("path", DataTypes.StringType)
                .add("jpeg", DataTypes.BinaryType)
                .add("camera", DataTypes.StringType);
        String parquet = folder.resolve("table").toString();
        SPARK.createDataFrame(table, schema).write().parquet(parquet);
        assertThat(run(parquet).scored()).isEqualTo(IMAGES);
        Map<String, Row> ofTable = rows();
        assertThat(ofTable.get("000.jpg").<String>getAs("camera")).isEqualTo("camera 1");
        assertThat(run(parquet).scored()).isZero();

        Path other = folder.resolve("other");
        output = other;
        run();
        rows().forEach((name, row) -> {
            assertThat(ofTable.get(name).<Double>getAs("score")).isEqualTo(row.getAs("score"));
            assertThat(ofTable.get(name).<String>getAs("digest")).isEqualTo(row.getAs("digest"));
        });
    }

    @Test
    @LongTest
    void otherModelsReplaceTheRowsAndJsonHasTheSameRows() throws Exception {
        run("--json");
        Path other = Files.write(
                folder.resolve("model.onnx"),
                TestModels.withMetadata(Files.readAllBytes(TestModels.graph()), "draem.threshold.image", "0.0001"));
        ScoreResult result = run(images.toString(), "--model=" + other, "--json");
        assertThat(result.scored()).isEqualTo(IMAGES);
        assertThat(result.anomalous()).isEqualTo(IMAGES);
        assertThat(table().where(col("modelVersion").isNull()).count()).isEqualTo(IMAGES);
        Dataset<Row> json = SPARK.read().json(output.resolve(ScoreOutput.JSON).toString());
        assertThat(json.select("path", "score", "threshold").collectAsList())
                .containsExactlyInAnyOrderElementsOf(
                        table().select("path", "score", "threshold").collectAsList());
    }

    private ScoreResult run(String... arguments) throws BatchException, IOException {
        String from = images.toString();
        String model = TestModels.directory().resolve(TestModels.name()).toString();
        MaxErrors most = MaxErrors.parse("100%");
        List<String> flags = List.of(arguments);
        Pictures pictures = new Pictures(Pictures.Overlays.NONE, flags.contains("--maps"));
        for (String argument : arguments) {
            if (argument.startsWith("--max-errors=")) {
                most = MaxErrors.parse(argument.substring(13));
            } else if (argument.startsWith("--model=")) {
                model = argument.substring(8);
            } else if (argument.startsWith("--overlays=")) {
                pictures = new Pictures(Pictures.Overlays.valueOf(argument.substring(11)), flags.contains("--maps"));
            } else if (!argument.startsWith("--")) {
                from = argument;
            }
        }
        return new ScoreRun(
                        SPARK,
                        new ScoreRun.Options(
                                model,
                                from,
                                output.toString(),
                                pictures,
                                4,
                                most,
                                flags.contains("--overwrite"),
                                flags.contains("--json")))
                .run();
    }

    private Dataset<Row> table() throws BatchException, IOException {
        return ScoreOutput.read(SPARK, output.toString());
    }

    /** Returns the rows by file name, each once. */
    private Map<String, Row> rows() throws BatchException, IOException {
        return table().collectAsList().stream()
                .collect(Collectors.toMap(row -> row.<String>getAs("path").replaceAll(".*/", ""), Function.identity()));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(images)) {
            return files.filter(file ->
                            file.toString().toLowerCase(java.util.Locale.ROOT).endsWith(".jpg"))
                    .sorted()
                    .toList();
        }
    }

    private static FrameImage decode(Path file, ModelCard card) throws Exception {
        OpenedImage opened = new ImageDecoder(new ImageLimits(512L << 20, 250_000_000L)).open(Files.readAllBytes(file));
        FramePlan plan = FramePlan.of(
                card.framing(),
                card.input(),
                opened.header().uprightWidth(),
                opened.header().uprightHeight(),
                null);
        return FrameImage.decode(opened, plan, card.whiteLevel(), true);
    }

    private static Row row(Region region) {
        return RowFactory.create(
                region.x(),
                region.y(),
                region.width(),
                region.height(),
                region.area(),
                region.centroidX(),
                region.centroidY(),
                region.peak(),
                region.mean());
    }
}
