package io.draem.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.score.Proportion;
import io.draem.score.ThresholdRule;
import io.draem.trainer.data.Dataset;
import io.draem.trainer.data.Progress;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class EvaluationTests {

    private static final int SIDE = 8;

    @Test
    void figuresAreThoseOfAllImagesAndOfEachDefectAgainstTheNormalOnes() throws IOException {
        Scores scores = scores(
                image("a", "good", 0.1f), image("b", "good", 0.4f), image("c", "hole", 0.9f), image("d", "spot", 0.3f));
        Calibration calibration = new Calibration(ThresholdRule.MANUAL, 0.35, 0.5, 0, 1, 0, 1, 2, 0, 0);

        JsonNode figures = Evaluation.figures(scores, calibration);

        assertThat(figures.at("/image/auroc").asDouble()).isEqualTo(0.75);
        assertThat(figures.at("/perDefect/hole/image/auroc").asDouble()).isEqualTo(1);
        assertThat(figures.at("/perDefect/spot/image/auroc").asDouble()).isEqualTo(0.5);
        // At the threshold: c is found, d is missed, b is a false alarm.
        assertThat(figures.at("/image/f1").asDouble()).isCloseTo(0.5, within(1e-12));
        assertThat(figures.at("/images/good").asInt()).isEqualTo(2);
        assertThat(figures.at("/images/hole").asInt()).isEqualTo(1);
        assertThat(figures.at("/threshold").asDouble()).isEqualTo(0.35);
        assertThat(figures.at("/image/bestThreshold").asDouble())
                .as("finds both")
                .isBetween(0.1, 0.3);
        assertThat(figures.at("/image/confusion").toString())
                .isEqualTo("{\"truePositives\":1,\"falsePositives\":1,\"falseNegatives\":1,\"trueNegatives\":1}");
        assertThat(figures.at("/perDefect/hole/image/confusion/falseNegatives").asInt())
                .isZero();
        assertThat(figures.at("/perDefect/hole/pixel/auroc").asDouble()).isEqualTo(1);
    }

    @Test
    void figuresThatNormalImagesAloneDoNotDefineAreNull() throws IOException {
        Calibration calibration = new Calibration(ThresholdRule.MANUAL, 0.35, 0.5, 0, 1, 0, 1, 2, 0, 0);
        JsonNode figures = Evaluation.figures(scores(image("a", "good", 0.1f)), calibration);
        assertThat(figures.at("/image/auroc").isNull()).isTrue();
        assertThat(figures.at("/pixel/aupro").isNull()).isTrue();
    }

    @Test
    void imagesWithoutAMaskCountInImageFiguresAlone() throws IOException {
        Calibration calibration = new Calibration(ThresholdRule.MANUAL, 0.35, 0.5, 0, 1, 0, 1, 2, 0, 0);
        JsonNode some = Evaluation.figures(
                scores(image("a", "good", 0.1f), image("c", "hole", 0.9f), unmasked("d", "spot", 0.05f)), calibration);
        assertThat(some.at("/image/auroc").asDouble()).as("the spot is missed").isEqualTo(0.5);
        assertThat(some.at("/pixel/auroc").asDouble()).isEqualTo(1);
        assertThat(some.at("/pixel/maskedImages").asInt()).isEqualTo(1);
        assertThat(some.at("/pixel/anomalousImages").asInt()).isEqualTo(2);
        assertThat(some.at("/perDefect/spot/image/auroc").asDouble()).isZero();
        assertThat(some.at("/perDefect/spot/pixel/auroc").isNull()).isTrue();
        assertThat(some.at("/perDefect/spot/pixel/maskedImages").asInt()).isZero();
        assertThat(some.at("/images/spot").asInt()).isEqualTo(1);

        JsonNode none = Evaluation.figures(scores(image("a", "good", 0.1f), unmasked("d", "spot", 0.9f)), calibration);
        assertThat(none.at("/image/auroc").asDouble()).isEqualTo(1);
        assertThat(none.at("/pixel").toString())
                .isEqualTo("{\"auroc\":null,\"averagePrecision\":null,\"aupro\":null,\"f1\":null,\"f1Max\":null,"
                        + "\"bestThreshold\":null,\"anomalousImages\":1,\"maskedImages\":0}");
    }

    @Test
    void withoutMasksThePixelThresholdIsTheImageThresholdAndThatIsSaid() throws IOException {
        Scores none = scores(image("a", "good", 0.1f), image("b", "good", 0.4f), unmasked("c", "hole", 0.9f));
        for (ThresholdRule rule : List.of(ThresholdRule.F1, ThresholdRule.QUANTILE, ThresholdRule.RECALL)) {
            Calibration calibration = Calibrator.calibrate(none, false, options(rule, null, null));
            assertThat(calibration.pixelThreshold()).isEqualTo(calibration.imageThreshold());
            assertThat(calibration.anomalousImages()).isEqualTo(1);
            assertThat(calibration.maskedImages()).isZero();
            assertThat(calibration.mapMax()).as("seen, masked or not").isEqualTo(0.9f);
            assertThat(CalibrationWarnings.of(calibration))
                    .contains("No anomalous image has a mask: the pixel threshold is the image threshold");
        }
        Calibration some = Calibrator.calibrate(
                scores(image("a", "good", 0.1f), image("b", "hole", 0.8f), unmasked("c", "hole", 0.9f)), false);
        assertThat(some.maskedImages()).isEqualTo(1);
        assertThat(CalibrationWarnings.of(some))
                .contains("The pixel threshold comes from the 1 with a mask of 2 anomalous images");
    }

    @Test
    void equalScoresHaveTheWholeRangeToNormaliseBy() throws Exception {
        Calibration calibration =
                Calibrator.calibrate(scores(image("a", "good", 0.4f), image("b", "good", 0.4f)), false);
        assertThat(calibration.imageThreshold()).isBetween(0.4 + 1e-5, 0.4 + 1.1e-4);
        assertThat(calibration.scoreMin()).isZero();
        assertThat(calibration.scoreMax()).isEqualTo(1);
    }

    @Test
    void aDefectThatFillsItsImageIsRankedAgainstTheNormalImages() throws IOException {
        Calibration calibration = new Calibration(ThresholdRule.MANUAL, 0.35, 0.5, 0, 1, 0, 1, 1, 0, 0);
        Painted full = image("b", "stain", 0.9f);
        Arrays.fill(full.image().mask(), true);
        JsonNode figures = Evaluation.figures(scores(image("a", "good", 0.01f), full), calibration);
        assertThat(figures.at("/pixel/auroc").asDouble()).isEqualTo(1);
        assertThat(figures.at("/pixel/aupro").asDouble()).isCloseTo(1, within(1e-12));
    }

    @Test
    void labelledImagesCalibrateByF1() throws IOException {
        Calibration calibration = Calibrator.calibrate(
                scores(image("a", "good", 0.1f), image("b", "good", 0.4f), image("c", "hole", 0.9f)), false);
        assertThat(calibration.rule()).isEqualTo(ThresholdRule.F1);
        assertThat(calibration.isAnomalous(0.4)).isFalse();
        assertThat(calibration.imageThreshold())
                .as("halfway, safe from rounding")
                .isCloseTo(0.65, within(1e-6));
        assertThat(calibration.isAnomalous(0.9f)).isTrue();
        assertThat(calibration.normalImages()).isEqualTo(2);
        assertThat(calibration.anomalousImages()).isEqualTo(1);
        assertThat(calibration.scoreMin()).isEqualTo(0.1f);
        assertThat(calibration.scoreMax()).isEqualTo(0.9f);
    }

    @Test
    void syntheticAnomaliesDoNotLiftTheThresholdAboveTheNormalImages() throws IOException {
        Calibration calibration = Calibrator.calibrate(
                scores(image("a", "good", 0.1f), image("b", "good", 0.2f), image("c", "synthetic", 0.99f)), true);
        assertThat(calibration.rule()).isEqualTo(ThresholdRule.QUANTILE);
        assertThat(calibration.imageThreshold()).isBetween(0.19, 0.2001);
        assertThat(calibration.syntheticImages()).isEqualTo(1);
        assertThat(calibration.anomalousImages()).isZero();
    }

    @Test
    void thePixelThresholdFollowsTheMasksButNeverExceedsTheImageThreshold() throws IOException {
        // Pixels of the defect are 0.9, all others at most 0.2: F1 on the pixels alone would choose 0.9.
        Calibration capped =
                Calibrator.calibrate(scores(image("a", "good", 0.2f), image("c", "synthetic", 0.9f)), true);
        assertThat(capped.pixelThreshold()).isEqualTo(capped.imageThreshold());

        Calibration free = Calibrator.calibrate(
                scores(image("a", "good", 0.95f), image("b", "good", 0.1f), image("c", "hole", 0.9f)), false);
        assertThat(free.pixelThreshold()).isLessThanOrEqualTo(free.imageThreshold());
    }

    @Test
    void theShareOfNormalImagesAboveTheThresholdIsExpectedAgain() throws IOException {
        Calibration calibration = Calibrator.calibrate(
                scores(
                        image("a", "good", 0.1f),
                        image("b", "good", 0.2f),
                        image("c", "good", 0.3f),
                        image("d", "good", 0.4f),
                        image("e", "synthetic", 0.9f)),
                true,
                options(ThresholdRule.QUANTILE, 0.99, null));
        assertThat(calibration.falseAlarms())
                .as("the quantile is just below the highest score")
                .isEqualTo(new Proportion(1, 4));
        JsonNode figures = Evaluation.figures(scores(image("a", "good", 0.1f)), calibration);
        assertThat(figures.at("/expectedFalseAlarms/normalAbove").asInt()).isEqualTo(1);
        assertThat(figures.at("/expectedFalseAlarms/normal").asInt()).isEqualTo(4);
        assertThat(figures.at("/expectedFalseAlarms/max").asDouble()).isCloseTo(0.806, within(1e-3));
        ObjectNode kept = Evaluation.atOtherThresholds((ObjectNode) figures, calibration);
        assertThat(kept.get("expectedFalseAlarms")).isEqualTo(figures.get("expectedFalseAlarms"));
        assertThat(Evaluation.atOtherThresholds((ObjectNode) figures, calibration.withoutFalseAlarms())
                        .has("expectedFalseAlarms"))
                .isFalse();

        assertThat(CalibrationWarnings.ofFalseAlarms(calibration, new Confusion(3, 4, 5, 6)))
                .isEmpty();
        assertThat(CalibrationWarnings.ofFalseAlarms(calibration, new Confusion(3, 0, 5, 0)))
                .as("no normal images")
                .isEmpty();
        assertThat(CalibrationWarnings.ofFalseAlarms(calibration, new Confusion(3, 30, 5, 0)))
                .hasValueSatisfying(warning -> assertThat(warning)
                        .contains("30 of 30 normal test images are above the image threshold, and 1 of 4 in")
                        .contains("calibration"));
    }

    @Test
    void eachRuleGivesItsThreshold() throws IOException {
        Scores scores = scores(
                image("a", "good", 0.1f),
                image("b", "good", 0.2f),
                image("b", "good", 0.2f), // a held-out image comes several times
                image("c", "good", 0.3f),
                image("d", "hole", 0.6f),
                image("e", "hole", 0.25f));

        Calibration median = Calibrator.calibrate(scores, true, options(ThresholdRule.QUANTILE, 0.5, null));
        assertThat(median.imageThreshold())
                .as("just above the image, whatever another runtime rounds")
                .isBetween(0.2 + 1e-5, 0.2 + 1.1e-4);
        assertThat(median.ruleValue()).isEqualTo(0.5);
        assertThat(median.normalImages()).isEqualTo(3);
        assertThat(median.normalPixels()).isEqualTo(6 * 64 - 2 * 16);
        assertThat(median.anomalousPixels()).isEqualTo(2 * 16);

        Calibration all = Calibrator.calibrate(scores, false, options(ThresholdRule.RECALL, null, 1.0));
        assertThat(all.imageThreshold()).isLessThan(0.25f).isCloseTo(0.25, within(1e-6));
        assertThat(all.pixelThreshold()).isLessThan(0.25f).isCloseTo(0.25, within(1e-5));

        Calibration manual =
                Calibrator.calibrate(scores, true, new ThresholdOptions(ThresholdRule.MANUAL, null, null, 0.42, 0.17));
        assertThat(manual.imageThreshold()).isEqualTo(0.42);
        assertThat(manual.pixelThreshold()).isEqualTo(0.17);
        assertThat(manual.ruleValue()).isNull();
        Calibration found =
                Calibrator.calibrate(scores, true, new ThresholdOptions(ThresholdRule.MANUAL, null, null, 0.42, null));
        assertThat(found.imageThreshold()).isEqualTo(0.42);
        assertThat(found.pixelThreshold())
                .as("found on the masks, whatever image threshold is given")
                .isEqualTo(Math.min(0.42, scores.pixels().f1Threshold()));

        assertThat(Calibrator.calibrate(scores, true, options(ThresholdRule.F1, null, null))
                        .rule())
                .as("asked for, with synthetic anomalies too")
                .isEqualTo(ThresholdRule.F1);
    }

    @Test
    void normalImagesOfTheSameFileNameInTwoFoldersCountTwice(@TempDir Path folder) throws IOException {
        StringBuilder csv = new StringBuilder("path,label,split\n");
        for (String name : List.of("left/001.png", "right/001.png", "right/002.png")) {
            File file = Files.createDirectories(folder.resolve(name).getParent())
                    .resolve(name.substring(name.indexOf('/') + 1))
                    .toFile();
            ImageIO.write(new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB), "png", file);
            csv.append(name).append(",good,train\n");
        }
        Dataset dataset = Dataset.open(Files.writeString(folder.resolve("parts.csv"), csv));
        Scores scores = Scores.of(
                new FrameImages(dataset.train(), Framing.WHOLE, FrameSize.square(SIDE), OptionalInt.empty()),
                WholeImages.detector((pixels, count) -> Collections.nCopies(
                        count, new ModelOutput(0.1f, new AnomalyMap(SIDE, SIDE, new float[64]), null))));
        assertThat(scores.images())
                .extracting(Scores.Scored::id)
                .containsExactly("left/001.png", "right/001.png", "right/002.png");
        assertThat(Calibrator.calibrate(scores, false).normalImages()).isEqualTo(3);
    }

    @Test
    void saysHowFarARunOverImagesIs() throws IOException {
        EvaluationImage image = image("a", "good", 0.1f).image();
        List<String> lines = new ArrayList<>();
        AtomicLong seconds = new AtomicLong();
        Progress progress = new Progress(
                lines::add, () -> Duration.ofSeconds(seconds.addAndGet(2)).toNanos());
        Scores.of(
                EvaluationSet.of(Collections.nCopies(20, image)).reporting(progress, "Testing on %d images"),
                WholeImages.detector((pixels, count) -> Collections.nCopies(
                        count, new ModelOutput(0.1f, new AnomalyMap(SIDE, SIDE, new float[64]), null))));
        assertThat(lines)
                .contains(
                        "Testing on 20 images: 3 (15 %), 0.5 images/s",
                        "Testing on 20 images: 20 (100 %), 0.5 images/s, 40 s in all");
    }

    @Test
    void aRuleThatTheImagesCannotSatisfyNamesTheRemedy() throws IOException {
        Scores normals = scores(image("a", "good", 0.1f), image("b", "good", 0.2f));
        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> Calibrator.calibrate(normals, false, options(ThresholdRule.F1, null, null)))
                .withMessage(
                        "--threshold-rule f1 needs anomalous validation images, and there are none; add some, or take"
                                + " quantile or manual");
        Scores anomalies = scores(image("a", "hole", 0.1f));
        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> Calibrator.calibrate(anomalies, false))
                .withMessageContaining("quantile needs normal validation images");
        assertThat(Calibrator.calibrate(normals, false).rule()).isEqualTo(ThresholdRule.QUANTILE);
    }

    @Test
    void warnsOfThresholdsFromFewImages() {
        assertThat(CalibrationWarnings.of(calibration(ThresholdRule.QUANTILE, 6, 6, 0.995)))
                .hasSize(2)
                .first()
                .asString()
                .contains("6 normal images cannot determine their 0.995 quantile", "one normal image in 7", "0.85");
        assertThat(CalibrationWarnings.of(calibration(ThresholdRule.QUANTILE, 60, 6, 0.95)))
                .isEmpty();
        assertThat(CalibrationWarnings.of(calibration(ThresholdRule.F1, 40, 5, null)))
                .singleElement()
                .asString()
                .contains("5 anomalous images");
        assertThat(CalibrationWarnings.of(calibration(ThresholdRule.MANUAL, 3, 0, null)))
                .isEmpty();
    }

    private static Calibration calibration(ThresholdRule rule, int normal, int anomalous, @Nullable Double value) {
        return new Calibration(rule, 0.5, 0.5, 0, 1, 0, 1, normal, anomalous, 0, 100, 10, anomalous, null, value);
    }

    private static ThresholdOptions options(ThresholdRule rule, @Nullable Double quantile, @Nullable Double recall) {
        return new ThresholdOptions(rule, quantile, recall, null, null);
    }

    /** An image whose map is its score in the top left quarter, where also its defect is, and a tenth of it elsewhere. */
    private record Painted(EvaluationImage image, float score) {}

    private static Painted image(String name, String defect, float score) {
        boolean[] mask = new boolean[SIDE * SIDE];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = !defect.equals(EvaluationImage.GOOD) && inCorner(i);
        }
        float[] pixels = new float[3 * SIDE * SIDE];
        pixels[0] = score;
        return new Painted(WholeImages.image(name, defect, SIDE, SIDE, pixels, mask), score);
    }

    private static Painted unmasked(String name, String defect, float score) {
        float[] pixels = image(name, defect, score).image().frame().input(0);
        return new Painted(WholeImages.image(name, defect, SIDE, SIDE, pixels, null), score);
    }

    private static Scores scores(Painted... images) throws IOException {
        return Scores.of(
                EvaluationSet.of(List.of(images).stream().map(Painted::image).toList()),
                WholeImages.detector((pixels, count) -> {
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
                }));
    }

    private static boolean inCorner(int pixel) {
        return pixel % SIDE < SIDE / 2 && pixel / SIDE < SIDE / 2;
    }
}
