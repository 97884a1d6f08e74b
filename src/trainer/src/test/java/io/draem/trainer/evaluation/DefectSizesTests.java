package io.draem.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.image.ImageMask;
import io.draem.image.RgbImage;
import io.draem.runtime.detection.FrameDetector;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.trainer.data.DatasetException;
import io.draem.trainer.data.FrameFile;
import io.draem.trainer.data.LabelledImage;
import io.draem.trainer.evaluation.DefectSizes.Defect;
import io.draem.trainer.evaluation.metrics.MaskedDefect;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class DefectSizesTests {

    private static final FrameSize INPUT = FrameSize.square(256);
    private static final FrameSize CAMERA = new FrameSize(4096, 3000);

    @Test
    void aDefectIsAsLargeAsTheSideThatIsReducedMoreLeavesIt(@TempDir Path folder) throws IOException {
        LabelledImage image = masked(folder, "a", 400, 100, 41);

        Defect squeezed = only(DefectSizes.of(List.of(image), Map.of(), Framing.WHOLE, FrameSize.square(32)));
        assertThat(squeezed.image()).isEqualTo("test/hole/a.png");
        assertThat(squeezed.imageSize()).isEqualTo(new FrameSize(400, 100));
        assertThat(squeezed.widthInImage()).isEqualTo(41);
        assertThat(squeezed.width()).isCloseTo(41 * 0.08, within(1e-9));

        Defect tiled = only(DefectSizes.of(List.of(image), Map.of(), tiles("0.5"), FrameSize.square(32)));
        assertThat(tiled.width()).isCloseTo(20.5, within(1e-9));
        Defect fixed = only(DefectSizes.of(List.of(image), Map.of(), tiles("400x25"), FrameSize.square(32)));
        assertThat(fixed.width()).isCloseTo(41 / 4.0, within(1e-9));
    }

    @Test
    void aScaledMaskIsMeasuredInPixelsOfItsImage(@TempDir Path folder) throws IOException {
        LabelledImage image = masked(folder, "a", 200, 100, 11);
        Defect defect = only(DefectSizes.of(
                List.of(image), Map.of(image.file(), new FrameSize(800, 400)), tiles("0.5"), FrameSize.square(32)));
        assertThat(defect.imageSize()).isEqualTo(new FrameSize(800, 400));
        assertThat(defect.widthInImage()).isEqualTo(44);
        assertThat(defect.width()).isEqualTo(22);
    }

    @Test
    void measuresEachMaskOnceAndOnlyWhatCounts(@TempDir Path folder) throws IOException {
        LabelledImage image = masked(folder, "a", 200, 100, 11);
        LabelledImage unmasked = new LabelledImage(folder.resolve("b.png"), "test/hole/b.png", "hole", null);
        LabelledImage good = new LabelledImage(folder.resolve("c.png"), "test/good/c.png", "good", null);
        assertThat(DefectSizes.of(List.of(image, unmasked, good, image), Map.of(), Framing.WHOLE, INPUT)
                        .defects())
                .hasSize(1);

        Framing bottom = new Framing(null, FrameScore.MAXIMUM, RegionOfInterest.parse("0,0.9 1,0.9 1,1 0,1"), false);
        assertThat(DefectSizes.of(List.of(image), Map.of(), bottom, INPUT).defects())
                .isEmpty();
    }

    @Test
    void namesAMaskThatCannotBeRead(@TempDir Path folder) throws IOException {
        LabelledImage image = masked(folder, "a", 200, 100, 11);
        Files.writeString(folder.resolve("a_mask.png"), "no image");
        assertThatExceptionOfType(DatasetException.class)
                .isThrownBy(() -> DefectSizes.of(List.of(image), Map.of(), Framing.WHOLE, INPUT))
                .withMessageContaining("a_mask.png");
    }

    @Test
    void countsWhatIsFoundOfEachSize() {
        FramePlan plan = FramePlan.of(Framing.WHOLE, FrameSize.square(32), 64, 64, null);
        ImageMask mask = mask(64, 64, 3, 21);
        List<MaskedDefect> defects = MaskedDefect.of(mask, null);
        List<Defect> seen = DefectSizes.seen("test/hole/a.png", defects, plan, peakAt(12, 12));

        assertThat(seen).extracting(Defect::width).containsExactly(1.5, 10.5);
        assertThat(seen).extracting(Defect::peak).containsExactly(0f, 0.6f);
        DefectSizes sizes = new DefectSizes(seen);
        assertThat(sizes.figures(0.5).toString())
                .isEqualTo("{\"p10\":1.5,\"bins\":[{\"from\":0,\"to\":4,\"defects\":1,\"found\":0},"
                        + "{\"from\":4,\"to\":8,\"defects\":0,\"found\":0},"
                        + "{\"from\":8,\"to\":16,\"defects\":1,\"found\":1},"
                        + "{\"from\":16,\"to\":32,\"defects\":0,\"found\":0},"
                        + "{\"from\":32,\"defects\":0,\"found\":0}]}");
        assertThat(DefectSizes.bins(sizes.figures(0.5)))
                .containsExactly(new DefectSizes.Bin("under 4", 1, 0), new DefectSizes.Bin("8 to 16", 1, 1));
        assertThat(DefectSizes.bins(sizes.figures(0.6f)))
                .as("found is what is strictly above the threshold")
                .containsExactly(new DefectSizes.Bin("under 4", 1, 0), new DefectSizes.Bin("8 to 16", 1, 0));
        assertThat(DefectSizes.bins(JsonNodeFactory.instance.objectNode())).isEmpty();
    }

    @Test
    void figuresOfLabelledFilesCountTheirDefects(@TempDir Path folder) throws IOException {
        LabelledImage hole = masked(folder, "a", 128, 64, 8);
        LabelledImage good = new LabelledImage(folder.resolve("b.png"), "test/good/b.png", "good", null);
        for (LabelledImage image : List.of(hole, good)) {
            BufferedImage black = new BufferedImage(128, 64, BufferedImage.TYPE_INT_RGB);
            ImageIO.write(black, "png", image.file().toFile());
        }
        FrameSize input = FrameSize.square(32);
        Scores scores = Scores.of(
                new FrameImages(List.of(hole, good), Framing.WHOLE, input, OptionalInt.empty()),
                new FrameDetector(
                        (pixels, count) -> Collections.nCopies(count, new ModelOutput(0.7f, peakAt(16, 11), null)),
                        FrameScore.GRAPH));
        Calibration calibration = new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 2, 0, 0);
        ObjectNode figures = Evaluation.figures(scores, calibration);

        assertThat(figures.at("/defectSizes/p10").asDouble()).isEqualTo(2);
        assertThat(DefectSizes.bins(figures.path(Evaluation.SIZES)))
                .containsExactly(new DefectSizes.Bin("under 4", 1, 1));
        assertThat(scores.ofDefect("hole").defectSizes().defects()).hasSize(1);
        assertThat(scores.ofDefect("spot").defectSizes().defects()).isEmpty();
        JsonNode other = Evaluation.atOtherThresholds(figures, calibration);
        assertThat(other.at("/defectSizes/bins/0").toString()).isEqualTo("{\"from\":0,\"to\":4,\"defects\":1}");
    }

    private static AnomalyMap peakAt(int x, int y) {
        AnomalyMap map = new AnomalyMap(32, 32, new float[32 * 32]);
        map.values()[y * 32 + x] = 0.6f;
        return map;
    }

    @Test
    void theLastRangeHasNoEnd() {
        assertThat(DefectSizes.bins(sizes(1, 4, 7.9, 16, 32, 500).figures(0.5)))
                .extracting(DefectSizes.Bin::range, DefectSizes.Bin::defects)
                .containsExactly(
                        tuple("under 4", 1), tuple("4 to 8", 2), tuple("16 to 32", 1), tuple("32 and more", 2));
    }

    @Test
    void aTenthIsOfTheSmallestOnes() {
        assertThat(sizes(9, 3, 5).tenth(Defect::width))
                .as("of few, the smallest")
                .isEqualTo(3);
        double[] twenty = IntStream.rangeClosed(1, 20).mapToDouble(i -> i).toArray();
        assertThat(sizes(twenty).tenth(Defect::width)).isEqualTo(2);
        double[] more = IntStream.rangeClosed(1, 21).mapToDouble(i -> i).toArray();
        assertThat(sizes(more).tenth(Defect::width)).isEqualTo(3);
    }

    @Test
    void squeezedFramesOfSmallDefectsSuggestTilesAndAScale() {
        double ratio = 256.0 / 4096;
        DefectSizes sizes = inImages(ratio, 20, 30, 40, 50);
        assertThat(DefectSizeWarnings.of(sizes, Framing.WHOLE, INPUT))
                .hasValue("4 of 4 defects are under 4 pixels across in the network's input, since images are resized to"
                        + " 256x256: the smallest has 1.3 pixels there, and 20 in its image, image 0 of 4096x3000. Train"
                        + " with --tiles 256 --scale 0.25 or larger, which cuts images scaled by 0.25 into tiles of"
                        + " 256x256: all have 5.0 pixels or more then");
        assertThat(DefectSizeWarnings.of(inImages(ratio, 20), Framing.WHOLE, new FrameSize(160, 416)))
                .get()
                .asString()
                .startsWith("The only defect is under 4 pixels across")
                .contains("resized to 160x416", "--tiles 160x416 --scale 0.25")
                .endsWith(": it has 5.0 pixels then");
    }

    @ParameterizedTest(name = "{0} pixels in the image: scale {1}, {2} pixels")
    @CsvSource({"4, 1, 4.0", "4.6, 1, 4.6", "5, 1, 5.0", "8, 0.65, 5.2", "10, 0.5, 5.0", "19, 0.3, 5.7", "60, 0.1, 6.0"
    })
    void theScaleLeavesAQuarterMoreThanTheLeastPixelsAndDoesNotEnlarge(double width, String scale, double left) {
        assertThat(DefectSizeWarnings.of(inImages(0.05, width), tiles("0.05"), INPUT))
                .get()
                .asString()
                .contains("since images are scaled by 0.05: ")
                .endsWith(" Train with --scale " + scale + " or larger: it has " + left + " pixels then");
    }

    @Test
    void noScaleHelpsDefectsThatTheImagesShowTooSmall() {
        assertThat(DefectSizeWarnings.of(inImages(1, 3, 9, 12), tiles("4096x3000"), INPUT))
                .hasValue("1 of 3 defects is under 4 pixels across in the network's input, since images are scaled to"
                        + " 4096x3000: the smallest has 3.0 pixels there, and 3 in its image, image 0 of 4096x3000. A"
                        + " tenth of them have 3.0 pixels or fewer in the images themselves, so that no scale helps: take images of a"
                        + " higher resolution");
    }

    @Test
    void namesTheSmallestDefectWhereItIsSmallerThanATenth() {
        double[] widths = DoubleStream.concat(
                        DoubleStream.of(10), DoubleStream.generate(() -> 20).limit(10))
                .toArray();
        assertThat(DefectSizeWarnings.of(inImages(0.1, widths), tiles("0.1"), INPUT))
                .get()
                .asString()
                .endsWith("--scale 0.25 or larger: nine tenths have 5.0 pixels or more, and the smallest 2.5 then");
    }

    @Test
    void saysThatDefectsAreLargeEnough() {
        assertThat(DefectSizeWarnings.largeEnough(sizes(5.5)))
                .hasValue("1 defect with a mask is large enough in the network's input, where 4 pixels across are"
                        + " needed: it has 5.5 pixels");
        assertThat(DefectSizeWarnings.largeEnough(sizes(9, 4, 5)))
                .get()
                .asString()
                .endsWith(": all have 4.0 pixels or more");
        assertThat(DefectSizeWarnings.largeEnough(sizes(3.9, 5))).isEmpty();
        assertThat(DefectSizeWarnings.largeEnough(sizes())).isEmpty();
    }

    @Test
    void doesNotWarnWhereNineTenthsAreLargeEnoughOrNothingIsMasked() {
        double[] few = DoubleStream.concat(
                        DoubleStream.of(1), DoubleStream.iterate(4, x -> x + 1).limit(10))
                .toArray();
        assertThat(DefectSizeWarnings.of(sizes(few), Framing.WHOLE, INPUT)).isEmpty();
        assertThat(DefectSizeWarnings.of(new DefectSizes(List.of()), Framing.WHOLE, INPUT))
                .isEmpty();
    }

    @Test
    void withoutMasksSaysWhatTheLeastPixelsAreInAnImage() {
        assertThat(DefectSizeWarnings.withoutMasks(plan(CAMERA, Framing.WHOLE)))
                .isEqualTo("4 pixels of the network are 64x47 pixels of an image of 4096x3000: smaller defects are"
                        + " hardly found, and no mask shows how large they are");
        assertThat(DefectSizeWarnings.withoutMasks(plan(CAMERA, tiles("0.5")))).contains("are 8x8 pixels");
        assertThat(DefectSizeWarnings.withoutMasks(plan(new FrameSize(300, 300), Framing.WHOLE)))
                .contains("are 4.7x4.7 pixels");
    }

    @Test
    void namesTheFileWhoseFrameIsTooLarge() {
        assertThatExceptionOfType(DatasetException.class)
                .isThrownBy(() -> FrameFile.plan(Path.of("a.png"), tiles("4"), INPUT, new FrameSize(17000, 2640)))
                .withMessageStartingWith("a.png: A size must have sides");
    }

    private static FramePlan plan(FrameSize image, Framing framing) {
        return FramePlan.of(framing, INPUT, image.width(), image.height(), null);
    }

    private static Framing tiles(String scale) {
        return new Framing(new Tiling(FrameScale.parse(scale), 16, 0), FrameScore.MAXIMUM, null, false);
    }

    private static Defect only(DefectSizes sizes) {
        assertThat(sizes.defects()).hasSize(1);
        return sizes.defects().get(0);
    }

    private static DefectSizes sizes(double... widths) {
        return inImages(1, widths);
    }

    private static DefectSizes inImages(double ratio, double... widths) {
        return new DefectSizes(IntStream.range(0, widths.length)
                .mapToObj(i -> new Defect("image " + i, CAMERA, widths[i], widths[i] * ratio, Float.NaN))
                .toList());
    }

    /** Writes a mask with one bar over the middle of its width. */
    private static LabelledImage masked(Path folder, String name, int width, int height, int thickness)
            throws IOException {
        BufferedImage mask = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 20; y < 20 + thickness; y++) {
            for (int x = width / 4; x < 3 * width / 4; x++) {
                mask.getRaster().setSample(x, y, 0, 255);
            }
        }
        File file = folder.resolve(name + "_mask.png").toFile();
        ImageIO.write(mask, "png", file);
        return new LabelledImage(folder.resolve(name + ".png"), "test/hole/" + name + ".png", "hole", file.toPath());
    }

    /** Returns a mask with a square at the top left of each side, one below the other. */
    private static ImageMask mask(int width, int height, int... sides) {
        byte[] rgb = new byte[3 * width * height];
        int top = 2;
        for (int side : sides) {
            for (int y = top; y < top + side; y++) {
                for (int x = 10; x < 10 + side; x++) {
                    for (int channel = 0; channel < 3; channel++) {
                        rgb[3 * (y * width + x) + channel] = (byte) 255;
                    }
                }
            }
            top += side + 2;
        }
        return ImageMask.of(new RgbImage(width, height, rgb));
    }
}
