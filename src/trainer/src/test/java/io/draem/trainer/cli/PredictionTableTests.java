package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.testing.BoundedProcess;
import io.draem.trainer.table.Column;
import io.draem.trainer.workflow.Predictions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The tables of a prediction say what its lines say, and none is there that differs from them. */
@Tag("slow")
@Timeout(300)
class PredictionTableTests extends PredictionRuns {

    private Path csv;
    private Path parquet;

    @BeforeEach
    void addAnImageThatCannotBeRead() throws IOException {
        csv = output.resolve("predictions.csv");
        parquet = output.resolve("predictions.parquet");
        Files.writeString(images.resolve("d.png"), "no image");
        Files.setLastModifiedTime(images.resolve("a.png"), FileTime.from(Instant.parse("2024-05-06T07:08:09.123456Z")));
    }

    @Test
    void csvHasARowPerImage() throws Exception {
        assertThat(run(3, "--output-format=csv").out()).contains("predictions.jsonl and ", "predictions.csv");
        String text = Files.readString(csv);
        assertThat(text.split("\r\n")).hasSize(5);
        assertThat(text).endsWith("\r\n").doesNotContainPattern("[^\r]\n");
        List<CSVRecord> rows = rows();
        List<JsonNode> lines = lines();
        for (int i = 0; i < 3; i++) {
            JsonNode line = lines.get(i);
            CSVRecord row = rows.get(i);
            assertThat(row.get("path")).isEqualTo(line.get("path").asString());
            assertThat(Long.parseLong(row.get("size")))
                    .isEqualTo(line.get("bytes").asLong());
            assertThat(row.get("modificationTime"))
                    .isEqualTo(line.get("modified").asString());
            assertThat(row.get("digest")).isEqualTo(line.get("sha256").asString());
            assertThat(row.get("width")).isEqualTo("32");
            assertThat(Double.parseDouble(row.get("score")))
                    .isEqualTo(line.get("score").asDouble());
            assertThat(row.get("anomalous")).isEqualTo(i == 1 ? "true" : "false");
            assertThat(JsonMapper.shared().readTree(row.get("regions"))).isEqualTo(line.get("regions"));
            assertThat(row.get("inputUsual")).isEqualTo(line.at("/input/usual").toString());
            assertThat(row.get("modelDigest")).isEqualTo(line.get("modelSha256").asString());
            assertThat(row.get("error")).isEmpty();
            assertThat(row.get("overlay")).isEqualTo(line.path("overlay").asString(""));
        }
        assertThat(lines.get(1).get("regions").size()).isPositive();
        assertThat(rows.get(3).get("error"))
                .isEqualTo(lines.get(3).get("problem").asString());
        assertThat(rows.get(3).get("score")).isEmpty();
        assertThat(rows.get(3).get("regions")).isEmpty();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "file names there have neither quotes nor line feeds")
    void csvKeepsEveryPathButRunsNoneAsAFormula() throws Exception {
        List<String> names = List.of("+1.png", "-1.png", "=1+1.png", "@a.png", "e, \"f\"\ng.png", "é.png");
        for (String name : names) {
            Painted.image(images.resolve(name), 240);
        }
        run(3, "--output-format=csv");
        List<String> paths = rows().stream().map(row -> row.get("path")).toList();
        assertThat(paths).contains("./+1.png", "./-1.png", "./=1+1.png", "./@a.png", "e, \"f\"\ng.png", "é.png");
        assertThat(rows()).extracting(row -> row.get("overlay")).contains("./=1+1.png.overlay.png");
        assertThat(rows())
                .allSatisfy(row -> assertThat(row.toList()).noneMatch(cell -> cell.matches("(?s)[=+\\-@].*")));
        for (int i = 0; i < paths.size(); i++) {
            Path file = images.resolve(paths.get(i)).normalize();
            assertThat(file)
                    .exists()
                    .isEqualTo(images.resolve(lines().get(i).get("path").asString()));
        }
    }

    @Test
    void parquetHasARowPerImage() throws Exception {
        assertThat(run(3, "--output-format=parquet", "--maps").out()).contains("predictions.parquet");
        List<JsonNode> rows = ParquetRows.read(parquet);
        List<JsonNode> lines = lines();
        assertThat(rows).hasSize(4);
        assertThat(rows.get(0).get("modificationTime").asLong()).isEqualTo(1_714_979_289_123_456L);
        for (int i = 0; i < 4; i++) {
            JsonNode line = lines.get(i);
            JsonNode row = rows.get(i);
            for (Column column : Column.ALL) {
                JsonNode expected = line.at(column.pointer());
                JsonNode value = row.path(column.name());
                assertThat(value.isMissingNode()).as(column.name()).isEqualTo(expected.isMissingNode());
                if (column.type() != Column.Type.ARRAY && column.type() != Column.Type.TIMESTAMP) {
                    assertThat(value.asString("")).as(column.name()).isEqualTo(expected.asString(""));
                }
            }
        }
        JsonNode region = lines.get(1).at("/regions/0");
        JsonNode element = rows.get(1).at("/regions/0");
        assertThat(rows.get(1).get("regions").size())
                .isEqualTo(lines.get(1).get("regions").size());
        assertThat(element.get("width")).isEqualTo(region.at("/box/width"));
        assertThat(element.get("centroidX")).isEqualTo(region.at("/centroid/x"));
        assertThat(element.get("peak")).isEqualTo(region.get("peak"));
        assertThat(rows.get(0).get("warnings").size()).isZero();
    }

    @Test
    @EnabledIfSystemProperty(
            named = "python",
            matches = ".+",
            disabledReason = "-Dpython names no Python that has pyarrow and pandas installed")
    void pythonReadsBothTablesAsTheLines() throws Exception {
        run(3, "--output-format=csv");
        Path kept = Files.move(csv, folder.resolve("predictions.csv"));
        run(3, "--output-format=parquet", "--resume");
        assertThat(BoundedProcess.run(
                        Duration.ofMinutes(2),
                        System.getProperty("python"),
                        TestModels.file("src/trainer/src/test/python/read_tables.py")
                                .toString(),
                        whole.toString(),
                        kept.toString(),
                        parquet.toString()))
                .contains("4 rows equal");
    }

    @Test
    void aTableThatARunDoesNotWriteIsDeletedAndSaysSo() throws Exception {
        run(3, "--output-format=csv");
        Files.writeString(output.resolve("predictions.parquet.part"), "of a run that was killed");
        CommandRun other = run(3, "--output-format=parquet");
        assertThat(other.err())
                .contains("predictions.csv of an earlier run is deleted: --resume --output-format csv writes it again");
        assertThat(csv).doesNotExist();
        assertThat(parquet).exists();
        assertThat(run(3).err()).contains("predictions.parquet of an earlier run is deleted");
        assertThat(parquet).doesNotExist();
        assertThat(run(3).err()).doesNotContain("deleted");
    }

    @Test
    void resumeMakesATableOfLinesThatAreThere() throws Exception {
        Files.delete(images.resolve("d.png"));
        run(0);
        mark();
        run(0, "--resume", "--output-format=csv");
        assertThat(marked()).hasSize(3);
        assertThat(rows()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"csv", "parquet"})
    void aResumedRunWritesTheSameTable(String format) throws Exception {
        run(3, "--output-format=" + format);
        Path table = output.resolve("predictions." + format);
        byte[] expected = Files.readAllBytes(table);
        String lines = Files.readString(whole);
        Files.delete(whole);
        Files.writeString(part, lines.lines().toList().get(1) + "\n");
        assertThat(run(3, "--resume", "--output-format=" + format).err()).contains("1 of 4 images skipped");
        assertThat(whole).hasContent(lines);
        assertThat(table).hasBinaryContent(expected);
        assertThat(output.resolve("predictions." + format + ".part")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(
            names = {"CSV", "PARQUET"},
            value = Predictions.Format.class)
    void linesAreKeptWhereTheTableCannotBeWritten(Predictions.Format format) throws Exception {
        Path blocked = output.resolve(format.file() + ".part/x");
        Files.createDirectories(blocked);
        assertThat(run(1, "--output-format=" + format).err()).contains("Finished images are kept in");
        assertThat(whole).doesNotExist();
        Files.delete(blocked);
        Files.delete(blocked.getParent());
        assertThat(run(3, "--resume", "--output-format=" + format).err()).contains("3 of 4 images skipped");
        assertThat(output.resolve(format.file())).exists();
    }

    private List<CSVRecord> rows() throws IOException {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get();
        try (CSVParser parser = CSVParser.parse(csv, StandardCharsets.UTF_8, format)) {
            return parser.getRecords();
        }
    }
}
