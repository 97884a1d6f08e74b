package io.draem.batch.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.draem.batch.BatchException;
import io.draem.batch.TestSpark;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTests {

    private static final StructType SCHEMA = new StructType()
            .add("path", DataTypes.StringType)
            .add("digest", DataTypes.StringType)
            .add("model", DataTypes.StringType)
            .add("modelVersion", DataTypes.StringType)
            .add("modelDigest", DataTypes.StringType)
            .add("score", DataTypes.DoubleType)
            .add("threshold", DataTypes.DoubleType)
            .add("label", DataTypes.StringType)
            .add("line", DataTypes.StringType);

    @TempDir
    Path folder;

    @Test
    void countsVerdictsListsChangedOnesAndGivesFiguresByGroup() throws Exception {
        String first = write(
                "first",
                row("a", 0.1, "good", "1"),
                row("b", 0.4, "good", null), // the line is in the second output
                row("c", 0.4, "scratch", "1"),
                row("d", 0.9, "scratch", "1"),
                row("e", 0.2, "good", "2"),
                row("f", null, "good", "2"),
                row("g", 0.3, "good", null),
                row("i", 0.1, "good", "1"));
        String second = write(
                "second",
                row("a", 0.6, "good", "1"),
                row("b", 0.4, "good", "1"),
                row("c", 0.7, "scratch", "1"),
                row("d", 0.9, "scratch", "1"),
                row("e", 0.2, "good", "2"),
                row("f", 0.2, "good", "2"),
                row("h", 0.3, "good", "2"),
                RowFactory.create("i", "changed", "cookie", "1", "m2", 0.9, 0.5, "good", "1"));
        Comparison.Options options =
                new Comparison.Options(first, second, null, null, new Comparison.Labels("label", "good", "line"));
        try (Comparison comparison = Comparison.of(TestSpark.session(), options)) {
            assertThat(comparison.coverage().first()).isEqualTo(RowFactory.create(5L, 1L, 1L, 2L, 0L));
            assertThat(comparison.agreement().collectAsList())
                    .containsExactly(
                            RowFactory.create(false, false, 2L),
                            RowFactory.create(false, true, 2L),
                            RowFactory.create(true, true, 1L));
            assertThat(comparison.changed().collectAsList())
                    .extracting(row -> row.getString(0))
                    .containsExactly("a", "c");
            assertThat(comparison.differences().first().<Double>getAs("mean")).isCloseTo(0.16, within(1e-12));
            assertThat(comparison.models().collectAsList())
                    .containsExactly(
                            RowFactory.create("first", "cookie", "1", "m1", 7L),
                            RowFactory.create("second", "cookie", "1", "m1", 7L),
                            RowFactory.create("second", "cookie", "1", "m2", 1L));
            List<Row> figures = comparison.figures().collectAsList();
            assertThat(figures)
                    .extracting(row -> row.getString(0) + row.getString(1))
                    .containsExactly("1first", "1second", "2first", "2second");
            // First: of four pairs c ties with b; one of two defects is found, without a false alarm.
            assertThat(figures.get(0)).isEqualTo(RowFactory.create("1", "first", 2L, 2L, 3.5 / 4, 2.0 / 3, 0.5, 0.0));
            assertThat(figures.get(1)).isEqualTo(RowFactory.create("1", "second", 2L, 2L, 1.0, 4.0 / 5, 1.0, 0.5));
            assertThat(figures.get(2)).isEqualTo(RowFactory.create("2", "first", 1L, 0L, null, null, null, 0.0));
        }
    }

    @Test
    void thresholdsOfOneOutputAreComparedWithoutRunningAModel() throws Exception {
        String scores = write("scores", row("a", 0.1, "good", "1"), row("b", 0.4, "good", "1"));
        Comparison.Options options = new Comparison.Options(scores, scores, null, 0.3, null);
        try (Comparison comparison = Comparison.of(TestSpark.session(), options)) {
            assertThat(comparison.changed().collectAsList())
                    .extracting(row -> row.getString(0))
                    .containsExactly("b");
            assertThat(comparison.figures()).isNull();
        }
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> Comparison.of(
                        TestSpark.session(),
                        new Comparison.Options(
                                scores, scores, null, 0.3, new Comparison.Labels("defect", "good", null))))
                .withMessageContaining("has no column defect");
    }

    private static Row row(String path, Double score, String label, String line) {
        return RowFactory.create(path, "digest", "cookie", "1", "m1", score, 0.5, label, line);
    }

    private String write(String name, Row... rows) {
        Path output = folder.resolve(name);
        TestSpark.session()
                .createDataFrame(List.of(rows), SCHEMA)
                .coalesce(1)
                .write()
                .parquet(output.resolve("scores").toString());
        return output.toString();
    }
}
