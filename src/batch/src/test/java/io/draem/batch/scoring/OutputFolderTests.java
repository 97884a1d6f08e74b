package io.draem.batch.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.draem.batch.BatchException;
import io.draem.batch.TestSpark;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTests {

    private static final Configuration HADOOP = new Configuration();

    @TempDir
    Path folder;

    @Test
    void aFolderWithOtherFilesIsRefusedAndKeepsThem() throws Exception {
        Path json = Files.createDirectories(folder.resolve("mine/json"));
        Path file = Files.writeString(json.resolve("a.json"), "{}");
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(
                        () -> OutputFolder.claim(HADOOP, folder.resolve("mine").toString(), "_marker"))
                .withMessageContaining("is not empty and has no file _marker")
                .withMessageContaining("name another folder");
        assertThat(file).exists();

        String empty = folder.resolve("new/output").toString();
        OutputFolder.claim(HADOOP, empty, "_marker");
        Files.writeString(folder.resolve("new/output/other"), "");
        OutputFolder.claim(HADOOP, empty, "_marker");
        assertThat(folder.resolve("new/output/_marker")).exists();
    }

    @Test
    void anOutputInTheImagesIsRefused() throws Exception {
        Path images = Files.createDirectories(folder.resolve("images/2026"));
        for (String output : new String[] {"images", "images/2026/out", "other/../images/out"}) {
            assertThatExceptionOfType(BatchException.class)
                    .as(output)
                    .isThrownBy(() -> OutputFolder.requireOutside(
                            HADOOP,
                            folder.resolve(output).toString(),
                            images.getParent().toString()))
                    .withMessageContaining("name a folder outside of it");
        }
        OutputFolder.requireOutside(
                HADOOP,
                folder.resolve("images-out").toString(),
                images.getParent().toString());
    }

    @Test
    void anOutputInTheImagesByALinkOrAPatternIsRefusedToo() throws Exception {
        Path images = Files.createDirectories(folder.resolve("images/2026"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), images);
        for (String[] names : new String[][] {
            {link.resolve("out").toString(), images.toString()},
            {images.resolve("out").toString(), link.toString()},
            {images.resolve("out").toString(), images + "/*"},
            {images.resolve("out/more").toString(), folder + "/images/*/o?t"},
            {images.resolve("out").toString(), folder + "/{images/2026,other}/o*"},
            {link.resolve("out").toString(), link + "/*"},
            {images.resolve("out").toString(), link + "/*"},
            {link.resolve("out").toString(), images + "/*"}
        }) {
            assertThatExceptionOfType(BatchException.class)
                    .as("%s in %s", names[0], names[1])
                    .isThrownBy(() -> OutputFolder.requireOutside(HADOOP, names[0], names[1]))
                    .withMessageContaining("name a folder outside of it");
        }
        OutputFolder.requireOutside(HADOOP, images.resolve("out").toString(), images + "/*.jpg");
        OutputFolder.requireOutside(
                HADOOP, folder.resolve("scores/model1").toString(), folder + "/{images/2026,other}");
    }

    @Test
    void whatIsNoTableOfScoresIsNamed() throws Exception {
        Path scores = folder.resolve("out/scores");
        TestSpark.session().range(3).write().parquet(scores.toString());
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> ScoreOutput.read(
                        TestSpark.session(), folder.resolve("out").toString()))
                .withMessageContaining("is no table of scores: it lacks path, digest, score");
        try (Stream<Path> files = Files.list(scores)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".parquet")).toList()) {
                Files.write(file, new byte[100]);
                Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
            }
        }
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> ScoreOutput.read(
                        TestSpark.session(), folder.resolve("out").toString()))
                .withMessageContaining("cannot be read: ")
                .withMessageContaining("if its files are damaged, restore them");
    }

    @Test
    void anOutputIsOpenOnceAndOfThisProgram() throws Exception {
        String output = folder.resolve("out").toString();
        try (ScoreOutput open = ScoreOutput.open(TestSpark.session(), output)) {
            assertThat(open.unfinished()).isEmpty();
            assertThatExceptionOfType(BatchException.class)
                    .isThrownBy(() -> ScoreOutput.open(TestSpark.session(), output))
                    .withMessageContaining("Another run writes to this output");
        }
        ScoreOutput.open(TestSpark.session(), output).close();

        Path file = Files.createDirectories(folder.resolve("mine/_next/scores")).resolve("a");
        Files.writeString(file, "");
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> ScoreOutput.open(
                        TestSpark.session(), folder.resolve("mine").toString()))
                .withMessageContaining(ScoreOutput.MARKER);
        assertThat(file).exists();
    }

    @Test
    void theListOfARunStaysWhenTheArchiveChanges() throws Exception {
        Path archive = folder.resolve("archive");
        StructType schema = new StructType().add("path", DataTypes.StringType);
        TestSpark.session()
                .createDataFrame(List.of(RowFactory.create("a"), RowFactory.create("b")), schema)
                .write()
                .parquet(archive.toString());
        try (ScoreOutput open =
                ScoreOutput.open(TestSpark.session(), folder.resolve("out").toString())) {
            RunFolder run = open.folder(1);
            run.begin(null);
            Dataset<Row> list = run.list(TestSpark.session().read().parquet(archive.toString()));
            Dataset<Row> missing = run.missing(
                    TestSpark.session().read().parquet(archive.toString()).where("path = 'b'"));
            try (Stream<Path> files = Files.list(archive)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            assertThat(list.orderBy("path").collectAsList())
                    .containsExactly(RowFactory.create("a"), RowFactory.create("b"));
            assertThat(missing.collectAsList()).containsExactly(RowFactory.create("b"));
            assertThat(open.rows(1)).as("rows are not the list").isNull();
            assertThat(run.overwritten()).isNull();
            assertThat(open.unfinished()).containsExactly(1);
            run.discard();
            assertThat(open.unfinished()).isEmpty();
        }
    }

    @Test
    void earlierRowsCountFromTheLastRunOnThatOverwritesTheSameImages() throws Exception {
        try (ScoreOutput open =
                ScoreOutput.open(TestSpark.session(), folder.resolve("out").toString())) {
            open.folder(1).begin(null);
            assertThat(open.since(open.unfinished(), "line 4")).isZero();
            open.folder(2).begin("größe");
            open.folder(3).begin("größe");
            open.folder(4).begin(null);
            assertThat(open.since(open.unfinished(), "größe")).isEqualTo(3);
            assertThatExceptionOfType(BatchException.class)
                    .isThrownBy(() -> open.since(open.unfinished(), "line 4"))
                    .withMessageContaining("--images line 4 is not the same");
        }
    }

    @Test
    void aCarriedColumnThatIsNotTheEarlierOneIsRefused() throws Exception {
        StructType had = new StructType().add("path", DataTypes.StringType).add("label", DataTypes.IntegerType);
        Dataset<Row> before = TestSpark.session().createDataFrame(List.of(), had);
        ScoreTable.requireSameTypes(before, List.of(had.apply("label")), "manifest");
        ScoreTable.requireSameTypes(before, List.of(), "manifest");
        ScoreTable.requireSameTypes(null, List.of(had.apply("label")), "manifest");
        for (StructType other : new StructType[] {
            new StructType().add("label", DataTypes.StringType), new StructType().add("Label", DataTypes.IntegerType)
        }) {
            assertThatExceptionOfType(BatchException.class)
                    .isThrownBy(() -> ScoreTable.requireSameTypes(before, List.of(other.fields()), "manifest"))
                    .withMessageContaining("--images manifest has the column")
                    .withMessageContaining("have label of type int: change the column, or name another --output");
        }
    }

    @Test
    void imagesThatAreScoredAgainWithoutAManifestKeepTheirLabels() {
        StructType own = new StructType().add("path", DataTypes.StringType).add("run", DataTypes.IntegerType);
        Dataset<Row> before = TestSpark.session()
                .createDataFrame(
                        List.of(RowFactory.create("a", 1, "good"), RowFactory.create("b", 1, "broken")),
                        own.add("label", DataTypes.StringType));
        Dataset<Row> now =
                TestSpark.session().createDataFrame(List.of(RowFactory.create("b", 2), RowFactory.create("c", 2)), own);
        assertThat(ScoreTable.of(before, now, now, List.of())
                        .select("path", "run", "label")
                        .collectAsList())
                .containsExactlyInAnyOrder(
                        RowFactory.create("a", 1, "good"),
                        RowFactory.create("b", 2, "broken"),
                        RowFactory.create("c", 2, null));
    }

    @Test
    void aRunWithoutAManifestThatEndedEarlyKeepsTheLabelsOfTheTable() throws Exception {
        StructType own = new StructType()
                .add("path", DataTypes.StringType)
                .add("digest", DataTypes.StringType)
                .add("score", DataTypes.DoubleType)
                .add("threshold", DataTypes.DoubleType)
                .add("modelDigest", DataTypes.StringType)
                .add("run", DataTypes.IntegerType);
        Dataset<Row> table = TestSpark.session()
                .createDataFrame(
                        List.of(
                                RowFactory.create("a", "1", 0.1, 0.5, "m", 1, "good"),
                                RowFactory.create("b", "2", 0.2, 0.5, "m", 1, "broken")),
                        own.add("label", DataTypes.StringType));
        Dataset<Row> early =
                TestSpark.session().createDataFrame(List.of(RowFactory.create("b", "2", 0.9, 0.5, "n", 2)), own);
        String output = folder.resolve("out").toString();
        try (ScoreOutput open = ScoreOutput.open(TestSpark.session(), output)) {
            open.publish(table, false, List.of());
            open.write(2, early);
        }
        try (ScoreOutput open = ScoreOutput.open(TestSpark.session(), output)) {
            assertThat(open.latest(open.unfinished())
                            .select("path", "run", "label")
                            .collectAsList())
                    .containsExactlyInAnyOrder(RowFactory.create("a", 1, "good"), RowFactory.create("b", 2, "broken"));
        }
    }

    @Test
    void aTableWithAnImageTwiceIsNotPublished() throws Exception {
        Path output = folder.resolve("out");
        Row row = RowFactory.create("a", 1);
        StructType schema = new StructType().add("path", DataTypes.StringType).add("run", DataTypes.IntegerType);
        try (ScoreOutput open = ScoreOutput.open(TestSpark.session(), output.toString())) {
            Dataset<Row> twice = TestSpark.session().createDataFrame(List.of(row, row), schema);
            assertThatIllegalStateException()
                    .isThrownBy(() -> open.publish(twice, false, List.of()))
                    .withMessageContaining("2 rows for 1 images");
            assertThat(output.resolve("scores")).doesNotExist();
            open.publish(ScoreTable.newest(twice), false, List.of());
            // The table is no longer the one that was opened.
            assertThatExceptionOfType(BatchException.class)
                    .isThrownBy(() -> open.publish(ScoreTable.newest(twice), false, List.of()))
                    .withMessageContaining("was replaced while this run scored");
        }
        assertThat(TestSpark.session()
                        .read()
                        .parquet(output.resolve("scores").toString())
                        .count())
                .isEqualTo(1);
    }

    @Test
    void oneRunAtATimeHasTheLock() throws Exception {
        FileSystem files = FileSystem.getLocal(HADOOP);
        org.apache.hadoop.fs.Path root = new org.apache.hadoop.fs.Path(folder.toString());
        Path lock = folder.resolve(OutputLock.NAME);
        try (OutputLock held = OutputLock.acquire(files, root)) {
            held.requireHeld();
            assertThatExceptionOfType(BatchException.class)
                    .isThrownBy(() -> OutputLock.acquire(files, root))
                    .withMessageContaining("process " + ProcessHandle.current().pid())
                    .withMessageContaining("delete the file file:" + lock);
            Files.delete(lock);
            try (OutputLock other = OutputLock.acquire(files, root)) {
                assertThatExceptionOfType(BatchException.class)
                        .isThrownBy(held::requireHeld)
                        .withMessageContaining("no longer that of this run");
                held.close();
                other.requireHeld();
            }
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void theLockOfAnEndedProcessOfThisMachineIsReplaced() throws Exception {
        FileSystem files = FileSystem.getLocal(HADOOP);
        org.apache.hadoop.fs.Path root = new org.apache.hadoop.fs.Path(folder.toString());
        Path lock = folder.resolve(OutputLock.NAME);
        String ended = ProcessHandle.current().pid() + "\n2020-01-01T00:00:00Z\n2020-01-01T00:00:01Z\ntoken";
        Files.writeString(lock, InetAddress.getLocalHost().getHostName() + "\n" + ended);
        OutputLock.acquire(files, root).close();
        assertThat(folder).isEmptyDirectory();

        for (String text : new String[] {"other host\n" + ended, "", "unknown"}) {
            Files.writeString(lock, text);
            assertThatExceptionOfType(BatchException.class)
                    .isThrownBy(() -> OutputLock.acquire(files, root))
                    .withMessageContaining("if it was killed, delete the file");
            assertThat(lock).hasContent(text);
        }
    }
}
