package io.draem.batch.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.draem.batch.BatchException;
import io.draem.batch.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvTests {

    @TempDir
    Path folder;

    @Test
    void cellsWithCommasQuotesAndLineBreaksAreRead() throws Exception {
        assertThat(
                        read(
                                "\ufeffpath,label\r\n\"a, b.jpg\",\"5\"\" \"\"wide\"\"\"\r\nc\\d.jpg,\"two\r\nlines, and \\\"\r\n\r\ne.jpg,\r\n"))
                .containsExactly(
                        RowFactory.create("a, b.jpg", "5\" \"wide\""),
                        RowFactory.create("c\\d.jpg", "two\nlines, and \\"),
                        RowFactory.create("e.jpg", null));
    }

    @Test
    void aTableIsReadAsItWasWritten() throws Exception {
        StructType schema = new StructType()
                .add("path", DataTypes.StringType)
                .add("label", DataTypes.StringType)
                .add("score", DataTypes.DoubleType);
        List<Row> rows = List.of(
                RowFactory.create("a, \"b\".jpg", " two\nlines ", 0.25),
                RowFactory.create("c\\", "=1+1", 1e-9),
                RowFactory.create("\\\"d", null, null));
        String written = folder.resolve("written").toString();
        Csv.write(TestSpark.session().createDataFrame(rows, schema), written);
        try (Stream<Path> files = Files.list(Path.of(written))) {
            Path file = files.filter(part -> part.toString().endsWith(".csv"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Files.readString(file))
                    .startsWith("path,label,score\n\"a, \"\"b\"\".jpg\",\" two\nlines \",0.25\n");
        }
        Dataset<Row> read = Csv.read(TestSpark.session(), "--images", written);
        assertThat(read.collectAsList())
                .containsExactly(
                        RowFactory.create("a, \"b\".jpg", " two\nlines ", "0.25"),
                        RowFactory.create("c\\", "=1+1", "1.0E-9"),
                        RowFactory.create("\\\"d", null, null));
    }

    @Test
    void aFileThatIsNotCsvIsRefused() {
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> read("path,label\na.jpg,\"open\nb.jpg,good\n"))
                .withMessageContaining("manifest.csv is no CSV file by RFC 4180: it has an odd number of quotes");
        assertThatThrownBy(() -> read("path,label\na.jpg,\"open\nb.jpg,good\nc.jpg,\"x\nd.jpg,good\n"))
                .hasStackTraceContaining("Unescaped quote");
        for (String row : new String[] {"a.jpg", "a.jpg,good,more"}) {
            assertThatThrownBy(() -> read("path,label\n" + row + "\n")).hasStackTraceContaining(row);
        }
    }

    /** As one file has them that was joined from files of two systems. */
    @Test
    void lineEndsOfBothKindsAreNoPartOfCellsOrAreRefused() throws Exception {
        assertThat(read("path,label\na.jpg,good\nb.jpg,good\r\nc.jpg,\r\n"))
                .containsExactly(
                        RowFactory.create("a.jpg", "good"),
                        RowFactory.create("b.jpg", "good"),
                        RowFactory.create("c.jpg", null));
        assertThatThrownBy(() -> read("path,label\r\na.jpg,good\nb.jpg,good\r\n"))
                .hasStackTraceContaining("Malformed CSV record: a.jpg,good");
    }

    @Test
    void columnsWithoutANameAreRead() throws Exception {
        assertThat(read("path,label,,\r\na.jpg,good,,\r\n"))
                .containsExactly(RowFactory.create("a.jpg", "good", null, null));
    }

    @Test
    void columnsOfOneNameAreRefused() {
        for (String header : new String[] {"path,label,label", "path,Label,label", "\ufeffpath,path"}) {
            assertThatExceptionOfType(BatchException.class)
                    .as(header)
                    .isThrownBy(() -> read(header + "\r\na.jpg,good,x\r\n"))
                    .withMessageContaining("has two columns")
                    .withMessageContaining("rename one");
        }
    }

    private List<Row> read(String text) throws BatchException, IOException {
        Path file = Files.writeString(folder.resolve("manifest.csv"), text);
        return Csv.read(TestSpark.session(), "--images", file.toString()).collectAsList();
    }
}
