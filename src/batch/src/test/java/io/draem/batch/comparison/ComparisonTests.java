package io.draem.batch.comparison;

import static io.draem.batch.comparison.StoredScores.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.draem.batch.BatchException;
import io.draem.batch.TestSpark;
import io.draem.score.Proportion;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTests {

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
                new Comparison.Options(first, second, null, null, new Labels("label", "good"), "line");
        try (Comparison comparison = Comparison.of(TestSpark.session(), options)) {
            // The content of i differs, g and h are in one output, and f has an error in the first one.
            assertThat(comparison.coverage().first()).isEqualTo(RowFactory.create(5L, 1L, 1L, 1L, 1L, 0L, 0L));
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
                            RowFactory.create("first", "cookie", "1", "m1", 0.5, 0.5, "model", 7L),
                            RowFactory.create("second", "cookie", "1", "m1", 0.5, 0.5, "model", 7L),
                            RowFactory.create("second", "cookie", "1", "m2", 0.5, 0.5, "model", 1L));
            List<Row> figures = comparison.figures().collectAsList();
            assertThat(figures)
                    .extracting(row -> row.getString(0) + row.getString(1))
                    .containsExactly("1first", "1second", "2first", "2second");
            // First: of four pairs c ties with b; one of two defects is found, without a false alarm.
            assertThat(figures(figures.get(0))).containsExactly(3.5 / 4, 0.5, 0.0, 1.0, 2.0 / 3);
            assertThat(figures(figures.get(1))).containsExactly(1.0, 1.0, 0.5, 2.0 / 3, 4.0 / 5);
            assertThat(figures(figures.get(2))).containsExactly(null, null, 0.0, null, null);
            Proportion rate = new Proportion(1, 2);
            assertThat(figures.get(1).<Double>getAs("falseAlarmMin")).isEqualTo(rate.min());
            assertThat(figures.get(1).<Double>getAs("falseAlarmMax")).isEqualTo(rate.max());
        }
    }

    private static List<Double> figures(Row row) {
        return Stream.of("auroc", "recall", "falseAlarmRate", "precision", "f1")
                .map(name -> row.<Double>getAs(name))
                .toList();
    }

    @Test
    void thresholdsOfOneOutputAreComparedWithoutRunningAModel() throws Exception {
        String scores = write("scores", row("a", 0.1, "good", "1"), row("b", 0.4, "good", "1"));
        Comparison.Options options = new Comparison.Options(scores, scores, null, 0.3, null, null);
        try (Comparison comparison = Comparison.of(TestSpark.session(), options)) {
            assertThat(comparison.changed().collectAsList())
                    .extracting(row -> row.getString(0))
                    .containsExactly("b");
            assertThat(comparison.figures()).isNull();
            assertThat(comparison.models().collectAsList())
                    .containsExactly(
                            RowFactory.create("first", "cookie", "1", "m1", 0.5, 0.5, "model", 2L),
                            RowFactory.create("second", "cookie", "1", "m1", 0.5, 0.3, "option", 2L));
        }
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> Comparison.of(
                        TestSpark.session(),
                        new Comparison.Options(scores, scores, null, 0.3, new Labels("defect", "good"), null)))
                .withMessageContaining("has no column defect");
    }

    private String write(String name, Row... rows) {
        return StoredScores.write(folder.resolve(name), rows);
    }
}
