package io.draem.batch.archive;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.draem.batch.TestSpark;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderFilesTests {

    @TempDir
    Path folder;

    private final SparkSession spark = TestSpark.session();

    @Test
    void listsTheFilesThatSparkWould() throws IOException {
        for (String name : List.of(
                "top.jpg",
                "a/one.png",
                "a/deep/er/and/er/two words.jpg",
                "b/100%.jpg",
                "c/_left/out.jpg",
                "c/.left/out.jpg",
                "c/_out.jpg",
                "c/.out.jpg")) {
            Path file = folder.resolve("images").resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, new byte[name.length()]);
        }
        Files.createDirectories(folder.resolve("images/empty"));
        List<Row> expected = spark.read()
                .format("binaryFile")
                .option("recursiveFileLookup", true)
                .load(folder.resolve("images").toString())
                .select(
                        col(Columns.PATH),
                        col(Columns.LENGTH),
                        col(Columns.MODIFIED),
                        lit(null).cast("string").as(Columns.PROBLEM))
                .collectAsList();
        assertThat(expected).hasSize(4);
        for (int tasks : new int[] {1, 2, 100}) {
            for (int mostFiles : new int[] {0, 1, 100}) { // that are listed before the tasks
                assertThat(list("images", tasks, mostFiles))
                        .as("%d tasks, %d files", tasks, mostFiles)
                        .containsExactlyInAnyOrderElementsOf(expected);
            }
        }
    }

    @Test
    void listsWhatAPatternFinds() throws IOException {
        for (String name : List.of("day1/a.jpg", "day2/a.jpg", "other/a.jpg", "day.jpg")) {
            Files.createDirectories(folder.resolve(name).getParent());
            Files.createFile(folder.resolve(name));
        }
        assertThat(list("day*", 8, 100))
                .extracting(row -> Path.of(URI.create(row.getString(0))))
                .containsExactlyInAnyOrder(
                        folder.resolve("day1/a.jpg"), folder.resolve("day2/a.jpg"), folder.resolve("day.jpg"));
    }

    @Test
    void aLinkToNothingIsARowWithAProblem() throws IOException {
        Files.createFile(Files.createDirectories(folder.resolve("images")).resolve("a.jpg"));
        Files.createSymbolicLink(folder.resolve("images/lost.jpg"), Path.of("nowhere.jpg"));
        Files.createSymbolicLink(folder.resolve("images/.hidden.jpg"), Path.of("nowhere.jpg"));
        assertThat(list("images", 8, 100))
                .extracting(row -> Path.of(URI.create(row.getString(0))).getFileName() + " " + row.getString(3))
                .containsExactlyInAnyOrder("a.jpg null", "lost.jpg It is a link to what is not there");
    }

    @Test
    void aLinkToAFolderAboveItIsRefusedAndOtherLinksAreFollowed() throws IOException {
        Path images = Files.createDirectories(folder.resolve("images/day"));
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.createFile(elsewhere.resolve("a.jpg"));
        Files.createSymbolicLink(images.resolve("more"), elsewhere);
        assertThat(list("images", 8, 100)).hasSize(1);
        Files.createSymbolicLink(folder.resolve("link"), images.getParent());
        assertThat(list("link", 8, 100)).hasSize(1);

        Files.createSymbolicLink(elsewhere.resolve("back"), images);
        for (int mostFiles : new int[] {-1, 100}) { // listed by tasks, and before them
            assertThatThrownBy(() -> list("images", 8, mostFiles))
                    .hasStackTraceContaining("is a link to a folder in which it lies");
        }
    }

    private List<Row> list(String pattern, int tasks, int mostFiles) throws IOException {
        var path = new org.apache.hadoop.fs.Path(folder.resolve(pattern).toUri());
        FileStatus[] found = path.getFileSystem(new Configuration()).globStatus(path);
        return FolderFiles.list(spark, found, tasks, mostFiles).collectAsList();
    }
}
