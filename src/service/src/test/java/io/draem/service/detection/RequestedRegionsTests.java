package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.frame.RegionOfInterest;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageLimits;
import io.draem.service.queue.FairExecutor;
import io.draem.service.queue.TestContext;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class RequestedRegionsTests {

    private static final int PIXELS = 1_000_000;

    private final PixelBudget budget = new PixelBudget(PIXELS);
    private final FairExecutor threads = new FairExecutor(1);
    private final RequestedRegions regions =
            new RequestedRegions(new ImageDecoder(new ImageLimits(1 << 20, 4_000_000)), budget, threads);

    @AfterEach
    void nothingIsLeftTaken() {
        threads.close();
        assertThat(budget.taken()).isZero();
    }

    @Test
    void aMaskTakesTheMemoryOfAnImageWhileItIsRead() throws Exception {
        byte[] mask = png(1000, 1000);
        RegionOfInterest region = regions.ofMask("roi", mask, new TestContext());
        assertThat(region.at(10, 10).count()).isEqualTo(50);
        assertThat(budget.taken()).isZero();
        TestContext late = new TestContext("client", System::nanoTime, System.nanoTime());
        try (PixelBudget.Share share = budget.take(8L << 20, "send less", new TestContext())) {
            assertThatExceptionOfType(DetectionException.Failed.class)
                    .isThrownBy(() -> regions.ofMask("roi", mask, late))
                    .satisfies(e -> assertThat(e.outcome()).isEqualTo(Outcome.DEADLINE_EXCEEDED));
        }
    }

    @Test
    void aMaskThatTakesMoreThanThereIsIsRefused() throws Exception {
        byte[] mask = png(1300, 1300);
        assertThatExceptionOfType(DetectionException.Rejected.class)
                .isThrownBy(() -> regions.ofMask("roi", mask, new TestContext()))
                .withMessageEndingWith("(draem.memory.budget): send a smaller mask")
                .satisfies(e -> assertThat(e.outcome()).isEqualTo(Outcome.IMAGE_TOO_LARGE));
    }

    @Test
    void aMaskIsAnImageWithinTheLimitsOfImages() throws Exception {
        byte[] large = png(2100, 2000);
        assertThatExceptionOfType(DetectionException.Rejected.class)
                .isThrownBy(() -> regions.ofMask("roi", large, new TestContext()))
                .withMessageContaining("2100x2000")
                .satisfies(e -> assertThat(e.outcome()).isEqualTo(Outcome.IMAGE_TOO_LARGE));
        byte[] truncated = Arrays.copyOf(png(100, 100), 70);
        assertThatExceptionOfType(DetectionException.Rejected.class)
                .isThrownBy(() -> regions.ofMask("roi", truncated, new TestContext()))
                .withMessageStartingWith("The part 'roi' is no mask")
                .satisfies(e -> assertThat(e.outcome()).isEqualTo(Outcome.INVALID_IMAGE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "0,0", "0,0 1,0 1,1,1", "{\"polygons\":[]}", "\n{\"mask\":\"AAAA\"}"})
    void aTextThatIsNoPolygonsIsRefusedByTheNameOfItsParameter(String text) {
        assertThatExceptionOfType(DetectionException.Rejected.class)
                .isThrownBy(() -> RequestedRegions.ofText("roi", text))
                .withMessageStartingWith("The parameter roi ")
                .satisfies(e -> assertThat(e.outcome()).isEqualTo(Outcome.INVALID_REQUEST));
    }

    /** A mask whose left half is white. */
    private static byte[] png(int width, int height) throws IOException {
        BufferedImage mask = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width / 2; x++) {
                mask.getRaster().setSample(x, y, 0, 255);
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(mask, "png", png);
        return png.toByteArray();
    }
}
