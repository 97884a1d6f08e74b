package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.image.ImageDecoder;
import io.draem.image.ImageLimits;
import io.draem.model.ModelCard;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.service.queue.TestContext;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

class ImagePreparationTests {

    private static final int MODEL = 256 * 256;
    private static final ModelCard CARD = new ModelCard(
            "part",
            256,
            256,
            new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0),
            JsonNodeFactory.instance.objectNode(),
            JsonNodeFactory.instance.objectNode());

    private final ImagePreparation preparation = new ImagePreparation(
            new ImageDecoder(ImageLimits.DEFAULT), new DetectionListener() {}, DetectionProperties.UnusualInput.REPORT);

    @Test
    void eachColumnOfAThinImageCostsWhatItsRegionsTake() throws Exception {
        byte[] wide = png(1_000_000, 1);
        assertThat(ImagePreparation.cost(preparation.open(wide), Set.of(), CARD).bytes())
                .isEqualTo(16L * MODEL + 48_000_000);
        assertThat(ImagePreparation.cost(preparation.open(wide), Set.of(Include.MASK), CARD)
                        .bytes())
                .isEqualTo(16L * MODEL + 62_000_000);
        // With an overlay the image of 3 bytes per pixel is kept while its rows are resized in color.
        assertThat(ImagePreparation.cost(preparation.open(png(1_000_000, 3)), Set.of(Include.OVERLAY), CARD)
                        .bytes())
                .isGreaterThan(9_000_000 + 8_000_000 + 4 * 4 * 3 * 1_000_000L);
    }

    @Test
    void aReconstructionCostsItsValuesAndItsPicture() throws Exception {
        assertThat(ImagePreparation.modelBytes(CARD, false)).isEqualTo(16L * MODEL);
        assertThat(ImagePreparation.modelBytes(CARD, true)).isEqualTo(28L * MODEL);
        assertThat(ImagePreparation.cost(preparation.open(png(10, 10)), Set.of(Include.RECONSTRUCTION), CARD)
                        .bytes())
                .isEqualTo(37L * MODEL + 480);
    }

    @Test
    void theRemedyForATooLargeImageNamesPicturesOnlyWhereSomeWereRequested() {
        assertThat(DetectionService.remedy(Set.of(Include.POLYGON))).isEqualTo("send a smaller image");
        assertThat(DetectionService.remedy(Set.of(Include.OVERLAY)))
                .isEqualTo("send a smaller image, or ask for fewer pictures");
        assertThatExceptionOfType(DetectionException.Rejected.class)
                .isThrownBy(
                        () -> new PixelBudget(100).take(16 * 100, DetectionService.remedy(Set.of()), new TestContext()))
                .withMessageEndingWith("(draem.memory.budget): send a smaller image");
    }

    private static byte[] png(int width, int height) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY), "png", png);
        return png.toByteArray();
    }
}
