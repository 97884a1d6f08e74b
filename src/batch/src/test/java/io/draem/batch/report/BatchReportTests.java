package io.draem.batch.report;

import static io.draem.batch.comparison.StoredScores.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.draem.batch.TestSpark;
import io.draem.batch.comparison.Comparison;
import io.draem.batch.comparison.Extract;
import io.draem.batch.comparison.Labels;
import io.draem.batch.comparison.StoredScores;
import io.draem.batch.comparison.Sweep;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

@Tag("slow")
class BatchReportTests {

    private static final int CHANGED = 60;

    @TempDir
    Path folder;

    @Test
    void aComparisonShowsTheLargestDifferencesAndEscapesWhatComesFromOutside() throws Exception {
        List<Row> first = new ArrayList<>();
        List<Row> second = new ArrayList<>();
        for (int i = 0; i < CHANGED; i++) {
            String path = "<img src=x onerror='a&b'>/%02d.jpg".formatted(i);
            first.add(row(path, 0.4, "<script>", "\"line\""));
            second.add(row(path, 0.51 + i / 1000.0, "<script>", "\"line\""));
        }
        first.add(row("good", 0.1, "good", "\"line\""));
        second.add(row("good", 0.6, "good", "\"line\""));
        first.add(row("gone", 0.1, "good", "2"));
        String html = comparison(first, second, new Labels("label", "good"));
        requireSafe(html, 2);
        assertThat(html)
                .contains("61 images compared: 61 have another verdict. 1 image is not compared.")
                .contains("not compared: only in the first output</th><td>1</td>")
                .contains("&lt;img src=x onerror=&#39;a&amp;b&#39;&gt;/59.jpg")
                .doesNotContain("/00.jpg") // of the smallest differences
                .contains("11 more rows.")
                .contains("<th scope=\"row\">&quot;line&quot;</th><td>first</td>")
                .contains("<td>1 of 1, 100.0 % (2.4 to 100.0 %)</td>");
    }

    @Test
    void aComparisonWithoutLabelsOrImagesInCommonIsAPage() throws Exception {
        List<Row> rows = List.of(row("a", 0.4, null, null));
        String same = comparison(rows, rows, null);
        requireSafe(same, 2);
        assertThat(same).contains("1 image compared: 0 have another verdict.").doesNotContain("By label");
        String none = comparison(rows, List.of(row("b", 0.4, null, null)), null);
        requireSafe(none, 0);
        assertThat(none).contains("0 images compared", "2 images are not compared");
    }

    @Test
    void aSweepHasCurvesAndTheThresholdsOfRates() throws Exception {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            rows.add(row("n" + i, i / 100.0, "good", "<b>" + i));
            rows.add(row("a" + i, 0.3 + i / 100.0, "<i>", "<b>" + i));
        }
        String scores = StoredScores.write(folder.resolve("<u>"), rows.toArray(Row[]::new));
        String html = sweep(new Sweep.Options(scores, new Labels("label", "good"), "line"));
        requireSafe(html, 4);
        assertThat(html)
                .contains("80 images with a score, 80 of them with a label; 0 images without a score.")
                .contains("&lt;u&gt;", "&lt;b&gt;0", "recall", "model 0.5")
                .contains("<tr><th scope=\"row\">5 %</th><td>0.37</td><td>2 of 40, 5.0 % (0.6 to 17.0 %)</td>");
        requireSafe(sweep(new Sweep.Options(scores, null, null)), 2);
    }

    @Test
    void scoresOfSeveralModelsAreAWarning() throws Exception {
        List<Row> one = List.of(row("a", 0.4, null, null));
        List<Row> two =
                List.of(row("a", 0.4, null, null), RowFactory.create("b", "", "new", "1", "m2", 0.1, 0.5, "", ""));
        String sentence = "has scores of 2 models, which are evaluated together";
        assertThat(comparison(one, two, null))
                .contains("The second output " + sentence)
                .doesNotContain("The first output " + sentence);
        String scores = StoredScores.write(folder.resolve("two"), two.toArray(Row[]::new));
        assertThat(sweep(new Sweep.Options(scores, null, null))).contains("<li>The output " + sentence);
    }

    private String comparison(List<Row> first, List<Row> second, Labels labels) throws Exception {
        Path at = Files.createTempDirectory(folder, "comparison");
        Comparison.Options options = new Comparison.Options(
                StoredScores.write(at.resolve("first"), first.toArray(Row[]::new)),
                StoredScores.write(at.resolve("second"), second.toArray(Row[]::new)),
                null,
                null,
                labels,
                labels == null ? null : "line");
        try (Comparison comparison = Comparison.of(TestSpark.session(), options)) {
            Dataset<Row> figures = comparison.figures();
            return new ComparisonReport(
                            options.first(),
                            options.second(),
                            comparison.warnings(),
                            Extract.of(comparison.models()),
                            Extract.of(comparison.coverage()),
                            Extract.of(comparison.agreement()),
                            Extract.of(comparison.differences()),
                            figures == null ? null : Extract.of(figures),
                            Extract.of(comparison.changed()))
                    .html(comparison);
        }
    }

    private static String sweep(Sweep.Options options) throws Exception {
        try (Sweep sweep = Sweep.of(TestSpark.session(), options)) {
            Dataset<Row> groups = sweep.groups();
            Dataset<Row> rates = sweep.rates();
            return new SweepReport(
                            options.scores(),
                            sweep.warnings(),
                            Extract.of(sweep.models()),
                            Extract.of(sweep.coverage()),
                            Extract.of(sweep.thresholds()),
                            groups == null ? null : Extract.of(groups),
                            rates == null ? null : Extract.of(rates))
                    .html(sweep);
        }
    }

    private static void requireSafe(String html, int charts) throws Exception {
        List<String> pictures = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL)
                .matcher(html)
                .results()
                .map(MatchResult::group)
                .toList();
        assertThat(pictures).hasSize(charts);
        for (String picture : pictures) {
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(picture)));
        }
        assertThat(html)
                .doesNotContain(
                        "<script", "<img", "<i>", "<u>", "<b>", "NaN", "Infinity", "null", " src=\"", "@import");
    }
}
