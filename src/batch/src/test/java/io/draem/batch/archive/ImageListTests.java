package io.draem.batch.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.batch.TestSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageListTests {

    @TempDir
    Path folder;

    @Test
    void aLinkToAFolderThatIsNotThereIsARowAndOtherFilesAreNone() throws Exception {
        Files.createFile(folder.resolve("a.jpg"));
        Files.createFile(folder.resolve("notes.txt"));
        Files.createSymbolicLink(folder.resolve("2025"), Path.of("/nowhere/2025"));
        assertThat(ImageList.of(TestSpark.session(), folder.toString(), List.of())
                        .rows()
                        .select(Columns.PATH, Columns.PROBLEM)
                        .collectAsList())
                .extracting(row -> row.getString(0).replaceFirst(".*/", "") + " " + row.getString(1))
                .containsExactlyInAnyOrder("a.jpg null", "2025 It is a link to what is not there");
    }

    @Test
    void pathsOfAManifestInTheCurrentFolderAreRelativeToThatFolder() throws Exception {
        Path image =
                Files.write(Files.createDirectories(folder.resolve("line4")).resolve("a.jpg"), new byte[7]);
        Files.writeString(folder.resolve("manifest.csv"), "path\nline4/a.jpg\n");
        FileSystem local = FileSystem.get(folder.toUri(), new Configuration());
        org.apache.hadoop.fs.Path before = local.getWorkingDirectory();
        local.setWorkingDirectory(new org.apache.hadoop.fs.Path(folder.toUri()));
        try {
            List<Row> rows = ImageList.of(TestSpark.session(), "manifest.csv", List.of())
                    .rows()
                    .select(Columns.PATH, Columns.LENGTH, Columns.PROBLEM)
                    .collectAsList();
            assertThat(rows).hasSize(1);
            assertThat(rows.get(0).getString(2)).isNull();
            assertThat(rows.get(0).getLong(1)).isEqualTo(7);
            assertThat(rows.get(0).getString(0)).endsWith(image.toString());
        } finally {
            local.setWorkingDirectory(before);
        }
    }
}
