package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.Tiling;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageLimits;
import io.draem.model.ModelCard;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.service.queue.FairExecutor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

class FrameCostTests {

    private static final int MODEL = 256 * 256;
    private static final int IN_FLIGHT = 24;
    private static final ModelCard CARD = new ModelCard(
            "part",
            256,
            256,
            new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0),
            JsonNodeFactory.instance.objectNode(),
            JsonNodeFactory.instance.objectNode());

    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);
    private final FairExecutor threads = new FairExecutor(1);
    private final FrameAdmission admission = new FrameAdmission(threads, 1_000, Duration.ofSeconds(30));

    @AfterEach
    void endThreads() {
        threads.close();
    }

    @Test
    void eachColumnOfAThinImageCostsWhatItsRegionsTake() throws Exception {
        FrameCost wide = cost(CARD, png(1_000_000, 1), false);
        assertThat(wide.examining(Set.of(), null)).isEqualTo(16L * MODEL + 48_000_000);
        assertThat(wide.examining(Set.of(Include.MASK), null)).isEqualTo(16L * MODEL + 62_000_000);
        // With an overlay the image of 3 bytes per pixel is kept while its rows are resized in color.
        assertThat(cost(CARD, png(1_000_000, 3), false).examining(Set.of(Include.OVERLAY), null))
                .isGreaterThan(9_000_000 + 8_000_000 + 4 * 4 * 3 * 1_000_000L);
    }

    @Test
    void aReconstructionCostsItsValuesAndItsPicture() throws Exception {
        FrameSize input = FrameSize.square(256);
        assertThat(FrameCost.modelBytes(input, false)).isEqualTo(16L * MODEL);
        assertThat(FrameCost.modelBytes(input, true)).isEqualTo(28L * MODEL);
        assertThat(cost(CARD, png(10, 10), false).examining(Set.of(Include.RECONSTRUCTION), null))
                .isEqualTo(37L * MODEL + 480);
    }

    @Test
    void smallerPicturesCostLess() throws Exception {
        FrameCost large = cost(CARD, png(4_000, 3_000), false);
        long pixels = 12_000_000;
        long columns = 48 * 4_000;
        Set<Include> overlay = Set.of(Include.OVERLAY);
        assertThat(large.examining(overlay, null)).isEqualTo(16L * MODEL + columns + 14 * pixels);
        assertThat(large.examining(overlay, 400)).isBetween(3 * pixels, 5 * pixels);
        assertThat(large.examining(Set.of(Include.MAP), 400)).isEqualTo(16L * MODEL + columns + 14 * 400 * 300);
    }

    @Test
    void aTiledImageCostsItsSamplesItsMapAndTheInputsInFlight() throws Exception {
        FrameCost large = cost(tiled("1.0"), png(4_000, 3_000), false);
        long pixels = 12_000_000;
        long fixed = IN_FLIGHT * 16L * MODEL + 48 * 4_000;
        assertThat(large.plan().tiles()).isGreaterThan(IN_FLIGHT);
        assertThat(large.examining(Set.of(), null)).isEqualTo(fixed + 7 * pixels);
        assertThat(large.examining(Set.of(Include.OVERLAY), null)).isEqualTo(fixed + 14 * pixels);
        assertThat(large.examining(Set.of(Include.MAP_FLOAT32), null)).isEqualTo(fixed + 11 * pixels);
        assertThat(large.examining(EnumSet.of(Include.OVERLAY), 400)).isEqualTo(fixed + 8 * pixels + 9 * 400 * 300);
        assertThat(cost(tiled("0.5"), png(4_000, 3_000), false).examining(Set.of(), null))
                .isEqualTo(fixed + 7 * pixels / 4);
        assertThat(cost(tiled("1.0"), png(100, 100), false).examining(Set.of(), null))
                .as("a single tile")
                .isEqualTo(16L * MODEL + 48 * 100 + 7 * 100 * 100);
    }

    @Test
    void anEnlargedFrameIsChargedByItsOwnSize() throws Exception {
        FrameCost enlarged = cost(tiled("4.0"), png(500, 500), false);
        assertThat(enlarged.plan().frame()).isEqualTo(FrameSize.square(2_000));
        assertThat(enlarged.examining(Set.of(), null)).isGreaterThan(7 * 4_000_000L);
    }

    @Test
    void aRegionOfInterestCostsTheMasksOfFrameAndImage() throws Exception {
        byte[] png = png(640, 100);
        long without = cost(tiled("1.0"), png, false).predicting(false);
        assertThat(cost(tiled("1.0"), png, true).predicting(false)).isEqualTo(without + 4 * 80 * 100);
    }

    @Test
    void aPredictionOfATiledImageCostsItsOutputs() throws Exception {
        FrameCost large = cost(tiled("1.0"), png(4_000, 3_000), false);
        assertThat(large.predicting(false)).isEqualTo(4L * 12_000_000);
        assertThat(large.predicting(true)).isEqualTo(16L * 12_000_000 + 12L * 256 * 4_000);
        assertThat(large.tilesInFlight()).isEqualTo(IN_FLIGHT);
        FrameCost whole = cost(CARD, png(4_000, 3_000), false);
        assertThat(whole.predicting(true)).isEqualTo(28L * MODEL);
        assertThat(whole.tilesInFlight()).isZero();
    }

    @Test
    void aThinImageOfTooManyTilesIsRefusedBeforeTheyAreCounted() {
        assertThatExceptionOfType(DetectionException.Rejected.class)
                .isThrownBy(() -> cost(tiled("1.0"), png(10_000_000, 1), false))
                .withMessageContaining("draem.image.max-tiles")
                .satisfies(e -> assertThat(e.outcome()).isEqualTo(Outcome.IMAGE_TOO_LARGE));
        assertThatExceptionOfType(DetectionException.Rejected.class)
                .isThrownBy(() -> cost(tiled("4.0"), png(60_000_000, 1), false))
                .withMessageContaining("too large at the scale of the model");
    }

    private FrameCost cost(ModelCard card, byte[] png, boolean region) throws Exception {
        var header = decoder.open(png).header();
        return new FrameCost(header, admission.all(card, header), IN_FLIGHT, region);
    }

    private static ModelCard tiled(String scale) {
        return CARD.withFraming(
                new Framing(new Tiling(FrameScale.parse(scale), 32, 0), FrameScore.MAXIMUM, null, false));
    }

    private static byte[] png(int width, int height) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY), "png", png);
        return png.toByteArray();
    }
}
