package io.draem.batch.comparison;

import static io.draem.batch.comparison.StoredScores.row;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.batch.BatchException;
import io.draem.batch.TestSpark;
import io.draem.score.Proportion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTests {

    private static final int NORMAL = 150;

    @TempDir
    Path folder;

    @Test
    void evaluatesTheModelsThresholdExactQuantilesAndStepsOverTheRange() throws Exception {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < NORMAL; i++) {
            rows.add(row("normal" + i, i / 1000.0, "good", i % 2 == 0 ? "1" : "2"));
        }
        rows.add(row("a", 0.1485, "scratch", "1"));
        rows.add(row("b", 0.6, "scratch", "2"));
        rows.add(row("c", 0.9, "hole", null));
        rows.add(row("d", 0.7, null, "2"));
        rows.add(row("e", null, "good", "2"));
        String scores = StoredScores.write(folder.resolve("out"), rows.toArray(Row[]::new));
        try (Sweep sweep =
                Sweep.of(TestSpark.session(), new Sweep.Options(scores, new Labels("label", "good"), "line"))) {
            assertThat(sweep.coverage().first()).isEqualTo(RowFactory.create(NORMAL + 4L, NORMAL + 3L, 1L));
            Map<Double, Row> thresholds = new TreeMap<>();
            sweep.thresholds().collectAsList().forEach(row -> thresholds.put(row.getAs("threshold"), row));
            assertThat(thresholds).hasSize(1 + 7 + 21);
            assertThat(thresholds.keySet()).contains(0.0, 0.45, 0.9);
            Row own = thresholds.get(0.5);
            assertThat(own.<String>getAs("origin")).isEqualTo("model");
            assertThat(own.<Long>getAs("images")).isEqualTo(NORMAL + 4);
            assertThat(own.<Long>getAs("above")).isEqualTo(3);
            assertThat(own.<Double>getAs("share")).isEqualTo(3.0 / (NORMAL + 4));
            assertThat(own.<Long>getAs("found")).isEqualTo(2);
            assertThat(own.<Double>getAs("recall")).isEqualTo(2.0 / 3);
            assertThat(own.<Double>getAs("precision")).isEqualTo(1);
            assertThat(own.<Double>getAs("f1")).isEqualTo(0.8);
            assertThat(own.<Double>getAs("falseAlarmMax")).isEqualTo(new Proportion(0, NORMAL).max());
            // The largest of 150 normal scores that at most 1 of 150, 3 of 150 and 7 of 150 are above.
            List<Row> rates = sweep.rates().collectAsList();
            assertThat(rates).extracting(row -> row.getDouble(1)).containsExactly(0.148, 0.146, 0.142);
            assertThat(rates).extracting(row -> row.<Long>getAs("falseAlarms")).containsExactly(1L, 3L, 7L);
            assertThat(rates).extracting(row -> row.<Long>getAs("found")).containsExactly(3L, 3L, 3L);
            Dataset<Row> groups = sweep.groups().where(col("origin").equalTo("model"));
            assertThat(groups.select("group", "images", "above").collectAsList())
                    .containsExactly(
                            RowFactory.create("1", 76L, 0L),
                            RowFactory.create("2", 77L, 2L),
                            RowFactory.create("none", 1L, 1L));
        }
    }

    @Test
    void withoutLabelsThereAreSharesAlone() throws Exception {
        String scores = StoredScores.write(
                folder.resolve("out"), row("a", 0.2, null, null), row("b", 0.2, null, null), row("c", 0.2, null, null));
        try (Sweep sweep = Sweep.of(TestSpark.session(), new Sweep.Options(scores, null, null))) {
            assertThat(sweep.thresholds().collectAsList())
                    .containsExactly(
                            RowFactory.create(0.2, "quantile", 3L, 0L, 0.0),
                            RowFactory.create(0.5, "model", 3L, 0L, 0.0));
            assertThat(sweep.rates()).isNull();
            assertThat(sweep.groups()).isNull();
        }
    }

    @Test
    void onlyNormalImagesHaveNoF1AndThresholdsThatAreLeftOutAreCounted() throws Exception {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 6; i++) { // the same graph by file and by folder is one model
            String version = i % 2 == 0 ? "1" : null;
            rows.add(RowFactory.create("a" + i, "", "cookie", version, "m1", 0.4, 0.1 + i / 10.0, "good", null));
        }
        String scores = StoredScores.write(folder.resolve("out"), rows.toArray(Row[]::new));
        try (Sweep sweep =
                Sweep.of(TestSpark.session(), new Sweep.Options(scores, new Labels("label", "good"), null))) {
            assertThat(sweep.thresholds().select("f1").distinct().collectAsList())
                    .containsExactly(RowFactory.create((Object) null));
            assertThat(sweep.warnings())
                    .containsExactly(
                            "The models have 6 thresholds, of which the 5 with the most images are evaluated",
                            "6 normal images cannot show a false-alarm rate of 0.01 or 0.02 or 0.05: the threshold for it"
                                    + " is the largest of their scores");
        }
    }

    @Test
    void labelsWithoutANormalImageAndOutputsWithoutAScoreAreRefused() {
        String scores = StoredScores.write(folder.resolve("out"), row("a", 0.2, "ok", null));
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() ->
                        Sweep.of(TestSpark.session(), new Sweep.Options(scores, new Labels("label", "good"), null)))
                .withMessageContaining("No image of")
                .withMessageContaining("has the label 'good' in the column label: name the label of normal images");
        String errors = StoredScores.write(folder.resolve("errors"), row("a", null, "ok", null));
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> Sweep.of(TestSpark.session(), new Sweep.Options(errors, null, null)))
                .withMessageContaining("has no image with a score");
    }
}
