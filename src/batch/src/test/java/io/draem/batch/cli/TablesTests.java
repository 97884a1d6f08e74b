package io.draem.batch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.batch.BatchException;
import io.draem.batch.TestSpark;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TablesTests {

    @TempDir
    Path folder;

    @Test
    void aReportIsThatOfTheTablesNextToIt() throws Exception {
        SparkSession spark = TestSpark.session();
        StringWriter printed = new StringWriter();
        String output = folder.resolve("out").toString();
        Tables tables = Tables.of(spark, new PrintWriter(printed), output, "_marker");
        Path report = folder.resolve("out/report.html");
        tables.table("Numbers", spark.range(30).toDF(), "numbers");
        tables.end("first");
        tables.end("Größe");
        assertThat(report).hasContent("Größe");
        assertThat(printed.toString()).contains("Numbers\nid\n0\n1\n", "... 10 more: --output writes all of them");

        tables.table("Numbers", spark.range(2).toDF(), "numbers");

        assertThat(report).doesNotExist();
        try (var files = Files.list(folder.resolve("out"))) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> !name.startsWith(".")))
                    .containsExactlyInAnyOrder("_marker", "numbers");
        }
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> Tables.of(spark, new PrintWriter(printed), folder.toString(), "_marker"));
    }
}
