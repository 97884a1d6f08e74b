package io.draem.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.frame.Frame;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.Tiling;
import io.draem.image.PixelBytes;
import io.draem.model.ModelCard;
import io.draem.runtime.detection.AnomalyDetector;
import io.draem.runtime.detection.FrameDetector;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.trainer.evaluation.Evaluation;
import io.draem.trainer.evaluation.EvaluationImage;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.evaluation.WholeImages;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class ReportTests {

    private static final int SIDE = 32;

    @Test
    void whatComesFromOutsideIsEscaped() throws IOException {
        String html = report(
                        "<b>\"plate\" & more",
                        image("<i>1.png", "good", 0.1f),
                        image("2.png'><script>", "<u>hole", 0.9f))
                .html();
        assertThat(html)
                .contains("&lt;b&gt;&quot;plate&quot; &amp; more", "&lt;u&gt;hole", "2.png&#39;&gt;&lt;script&gt;")
                .doesNotContain("<b>", "<u>", "<i>", "<script");
    }

    @Test
    void everyPictureIsWellFormedAndSaysWhatItShows() throws Exception {
        String html = report("plate", image("1.png", "good", 0.1f), image("2.png", "hole", 0.9f))
                .html();
        List<String> pictures = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL)
                .matcher(html)
                .results()
                .map(MatchResult::group)
                .toList();
        assertThat(pictures).hasSizeGreaterThan(8);
        for (String picture : pictures) {
            Element svg = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(picture)))
                    .getDocumentElement();
            assertThat(svg.getAttribute("role")).isEqualTo("img");
            assertThat(svg.getElementsByTagName("title").item(0).getTextContent())
                    .isNotBlank();
        }
        assertThat(html).doesNotContain(" style=", "NaN", "Infinity", "null");
    }

    @Test
    void showsTheWorstFalseAlarmsAndMissesOnceEachAndNotWithoutEnd() throws IOException {
        List<EvaluationImage> images = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            images.add(image("good/" + i, "good", 0.3f + i / 50f));
            images.add(image("hole/" + i, "hole", 0.31f + i / 40f));
        }
        Report report = report("plate", images.toArray(EvaluationImage[]::new));

        assertThat(report.examples()).extracting(Example::id).doesNotHaveDuplicates();
        assertThat(names(report, Example.Kind.FALSE_ALARM)).containsExactly("good/19", "good/18", "good/17", "good/16");
        assertThat(names(report, Example.Kind.MISSED)).containsExactly("hole/0", "hole/1", "hole/2", "hole/3");
        assertThat(names(report, Example.Kind.CLEAREST_HIT))
                .startsWith("hole/19")
                .hasSize(4);
        assertThat(names(report, Example.Kind.HIGHEST_NORMAL)).isEmpty();
        assertThat(report.examples())
                .filteredOn(example -> example.kind() == Example.Kind.MISSED)
                .allSatisfy(example -> {
                    assertThat(example.whole().found()).isEmpty();
                    assertThat(example.whole().truth()).hasSize(1);
                    assertThat(example.whole().truth().get(0).area()).isEqualTo(SIDE * SIDE / 4);
                    assertThat(example.part()).isNull();
                });
    }

    @Test
    void normalImagesAloneGiveAPageWithoutCurves() throws IOException {
        String html = report("plate", image("1.png", "good", 0.1f), image("2.png", "good", 0.9f))
                .html();
        assertThat(html).contains("no anomalous images, 1 false alarm of 2 normal");
        assertThat(html).doesNotContain("<h2>At every threshold</h2>", "<h2>By defect type</h2>", "NaN");
    }

    @Test
    void aHeldOutImageThatComesSeveralTimesIsOneInTheHistogram() throws IOException {
        EvaluationImage once = image("good/000.png", "good", 0.1f);
        String html = report("plate", once, once, once, image("good/000.png, anomaly 1", "synthetic", 0.9f))
                .html();
        assertThat(html).contains("<td>1</td><td>0</td>").doesNotContain("<td>3</td><td>0</td>");
    }

    @Test
    void theRecipeHasListsAsTextAndOnlyTheLengthThatCounts() throws IOException {
        assertThat(report("plate", image("1.png", "good", 0.1f)).html())
                .contains("<td>0.8, 0.9</td>", "length.steps")
                .doesNotContain("length.epochs");
    }

    @Test
    void saysWhenAndByWhichCommandItWasMade() throws IOException {
        Report report = report("plate", image("1.png", "good", 0.1f));
        ObjectNode metrics = (ObjectNode) report.metrics().deepCopy();
        metrics.putObject("run").put("date", "2026-01-02T03:04:05Z").put("command", "train --name '<b>'");
        String html = new Report(report.card(), metrics, "1 image", report.evaluated(), null, report.examples()).html();
        assertThat(html).contains("Made on 2026-01-02T03:04:05Z by", "train --name &#39;&lt;b&gt;&#39;</pre>");
        assertThat(report.html()).doesNotContain("Made on");
    }

    @Test
    void saysOnHowManyImagesATrainingOnALargeSetValidated() throws IOException {
        Report report = report("plate", image("1.png", "good", 0.1f));
        ObjectNode metrics = (ObjectNode) report.metrics().deepCopy();
        for (int step = 1; step < 3; step++) {
            metrics.withArray("validationCurve").addObject().put("step", step).put("imageAuroc", 0.9);
        }
        metrics.putObject("validationInTraining").put("images", 400).put("of", 8000);
        assertThat(TrainingCharts.of(metrics)).contains("Figures on 400 of the 8000 validation images during training");
        metrics.putObject("validationInTraining").put("images", 80).put("of", 80);
        assertThat(TrainingCharts.of(metrics)).contains("Figures on the validation images during training");
    }

    @Test
    void aCutImageIsShownWholeAndInPartAroundItsLargestRegion() throws IOException {
        Framing framing = new Framing(new Tiling(FrameScale.ONE, 8, 0), FrameScore.MAXIMUM, null, false);
        AnomalyDetector brightness = (pixels, count) -> {
            List<ModelOutput> outputs = new ArrayList<>();
            int length = 3 * SIDE * SIDE;
            for (int i = 0; i < count; i++) {
                float[] red = Arrays.copyOfRange(pixels, i * length, i * length + SIDE * SIDE);
                outputs.add(new ModelOutput(0, new AnomalyMap(SIDE, SIDE, red), null));
            }
            return outputs;
        };
        EvaluationSet set = EvaluationSet.of(
                List.of(frame("frame", "hole", framing, true), frame("plain", EvaluationImage.GOOD, framing, false)));
        Scores scores = Scores.of(set, new FrameDetector(brightness, framing.score()));
        Calibration calibration = new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0);
        ObjectNode training = JsonNodeFactory.instance.objectNode();
        ObjectNode metrics = Evaluation.figures(scores, calibration);
        ModelCard card = new ModelCard("plate", SIDE, SIDE, calibration, training, metrics).withFraming(framing);

        Report report = Report.of(card, metrics, "2 images", set, scores, null, brightness);

        Example example = report.examples().stream()
                .filter(one -> one.id().equals("frame"))
                .findFirst()
                .orElseThrow();
        assertThat(example.whole().width()).as("long, so larger than others").isEqualTo(640);
        assertThat(example.whole().height()).isEqualTo(91);
        assertThat(example.whole().found()).hasSize(1);
        assertThat(example.whole().truth()).hasSize(1);
        ExampleView part = example.part();
        assertThat(part).isNotNull();
        assertThat(List.of(part.left(), part.top(), part.width(), part.height()))
                .containsExactly(589, 29, SIDE, SIDE);
        assertThat(part.found()).singleElement().satisfies(region -> {
            assertThat(region.x()).isEqualTo(11);
            assertThat(region.area()).isEqualTo(100);
        });
        assertThat(part.truth())
                .singleElement()
                .satisfies(region -> assertThat(region.y()).isEqualTo(11));
        assertThat(report.html())
                .contains(
                        "model for tiles of 32×32 pixels", "part of 32×32 pixels", "700x100", "maximum, from the map");
    }

    private static EvaluationImage frame(String id, String defect, Framing framing, boolean hole) {
        byte[] gray = new byte[700 * 100];
        boolean[] mask = new boolean[gray.length];
        for (int i = 0; i < gray.length && hole; i++) {
            mask[i] = i % 700 >= 600 && i % 700 < 610 && i / 700 >= 40 && i / 700 < 50;
            gray[i] = (byte) (mask[i] ? 255 : 0);
        }
        FramePlan plan = FramePlan.of(framing, FrameSize.square(SIDE), 700, 100, null);
        return new EvaluationImage(id, defect, Frame.tiled(plan, new PixelBytes(700, 100, 1, gray)), mask);
    }

    @Test
    void showsTheFalseAlarmsToExpectAndWarnsWhereOthersCame() throws IOException {
        EvaluationImage[] good = new EvaluationImage[20];
        for (int i = 0; i < good.length; i++) {
            good[i] = image("good/" + i, "good", 0.9f);
        }
        assertThat(report("cookie", good).html())
                .contains("false alarms to expect on new normal images</th><td>0.2 to 44.6 %")
                .contains("20 of 20 normal test images are above the image threshold, and 1 of 10 in calibration");
    }

    private static List<String> names(Report report, Example.Kind kind) {
        return report.examples().stream()
                .filter(example -> example.kind() == kind)
                .map(Example::id)
                .toList();
    }

    private static Report report(String model, EvaluationImage... images) throws IOException {
        Calibration calibration =
                new Calibration(ThresholdRule.QUANTILE, 0.5, 0.5, 0, 1, 0, 1, 10, 0, 10, 1000, 10, 10, 1, 0.99);
        EvaluationSet set = EvaluationSet.of(List.of(images));
        AnomalyDetector detector = ReportTests::detect;
        Scores scores = Scores.of(set, WholeImages.detector(detector));
        ObjectNode metrics = Evaluation.figures(scores, calibration);
        for (int step = 1; step < 4; step++) {
            metrics.withArray("lossCurve")
                    .addObject()
                    .put("step", step * 10)
                    .put("total", 1.0 / step)
                    .put("l2", 0.1 / step)
                    .put("ssim", 0.3)
                    .put("focal", 0.01)
                    .put("sspcab", 0.0)
                    .put("learningRate", 1e-4);
        }
        ObjectNode training = JsonNodeFactory.instance.objectNode().put("seed", 7);
        training.putObject("length").put("epochs", 700).put("steps", 60);
        training.putObject("optimizer").putArray("milestones").add(0.8).add(0.9);
        ModelCard card = new ModelCard(model, SIDE, SIDE, calibration, training, metrics);
        return Report.of(card, metrics, images.length + " images", set, scores, scores, detector);
    }

    /** Gives the image's first value as score, and as map in the top left quarter, where a defect is. */
    private static List<ModelOutput> detect(float[] pixels, int count) {
        List<ModelOutput> detections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float score = pixels[i * 3 * SIDE * SIDE];
            float[] map = new float[SIDE * SIDE];
            for (int pixel = 0; pixel < map.length; pixel++) {
                map[pixel] = inCorner(pixel) ? score : score / 10;
            }
            detections.add(new ModelOutput(score, new AnomalyMap(SIDE, SIDE, map), null));
        }
        return detections;
    }

    private static EvaluationImage image(String name, String defect, float score) {
        boolean[] mask = new boolean[SIDE * SIDE];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = !defect.equals(EvaluationImage.GOOD) && inCorner(i);
        }
        float[] pixels = new float[3 * SIDE * SIDE];
        pixels[0] = score;
        return WholeImages.image(name, defect, SIDE, SIDE, pixels, mask);
    }

    private static boolean inCorner(int pixel) {
        return pixel % SIDE < SIDE / 2 && pixel / SIDE < SIDE / 2;
    }
}
