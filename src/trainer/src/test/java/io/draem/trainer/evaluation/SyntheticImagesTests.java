package io.draem.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.trainer.data.FirstPass;
import io.draem.trainer.data.FrameCrops;
import io.draem.trainer.data.FrameStore;
import io.draem.trainer.data.ImageMemory;
import io.draem.trainer.data.Progress;
import io.draem.trainer.synthesis.AnomalySynthesizer;
import io.draem.trainer.synthesis.SynthesisOptions;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyntheticImagesTests {

    private static final FrameSize TILE = FrameSize.square(32);
    private static final int WIDTH = 90;
    private static final int HEIGHT = 24;

    @TempDir
    Path folder;

    @Test
    void aFrameComesOnceUnchangedAndSeveralTimesWithAnAnomalyInACrop() throws Exception {
        try (FrameStore frames = frames(2)) {
            SyntheticImages images = images(frames, null);
            assertThat(images.size()).isEqualTo(2 * 17);
            assertThat(images.origin())
                    .hasValue("34 validation images: each of the 2 held-out images once without and 16 times with a"
                            + " synthetic anomaly");
            assertThat(images.kinds())
                    .startsWith(EvaluationImage.GOOD, SyntheticImages.SYNTHETIC)
                    .filteredOn(EvaluationImage.GOOD::equals)
                    .hasSize(2);
            byte[] clean = rgb(images.load(0));
            for (int index = 0; index < 17; index++) {
                EvaluationImage image = images.load(index);
                assertThat(image.defect()).isEqualTo(images.kinds().get(index));
                assertThat(image.id()).startsWith("first.png");
                byte[] rgb = rgb(image);
                int left = WIDTH;
                int right = -1;
                int labelled = 0;
                for (int i = 0; i < WIDTH * HEIGHT; i++) {
                    int change = 0;
                    for (int channel = 0; channel < 3; channel++) {
                        change = Math.max(
                                change, Math.abs((rgb[3 * i + channel] & 0xFF) - (clean[3 * i + channel] & 0xFF)));
                    }
                    if (change > 0) {
                        left = Math.min(left, i % WIDTH);
                        right = Math.max(right, i % WIDTH);
                    }
                    assertThat(change <= 14 || image.mask()[i])
                            .as("what has changed visibly is labelled")
                            .isTrue();
                    labelled += image.mask()[i] ? 1 : 0;
                }
                assertThat(labelled > 0).isEqualTo(image.anomalous());
                assertThat(right - left).as("within a crop").isLessThan(TILE.width());
            }
            assertThat(rgb(images.load(5)))
                    .as("the same each time")
                    .isEqualTo(rgb(images.load(5)))
                    .isNotEqualTo(rgb(images.load(6)));
        }
    }

    @Test
    void noAnomalyIsOutsideTheRegionOfInterest() throws Exception {
        RegionOfInterest region = RegionOfInterest.parse("0.4,0 0.7,0 0.7,1 0.4,1");
        try (FrameStore frames = frames(1)) {
            SyntheticImages images = images(frames, region);
            byte[] clean = rgb(images.load(0));
            for (int index = 1; index < images.size(); index++) {
                EvaluationImage image = images.load(index);
                byte[] rgb = rgb(image);
                for (int i = 0; i < WIDTH * HEIGHT; i++) {
                    if (i % WIDTH < 36 || i % WIDTH >= 63) {
                        assertThat(image.mask()[i]).isFalse();
                        assertThat(rgb[3 * i]).isEqualTo(clean[3 * i]);
                    }
                }
            }
        }
    }

    private static byte[] rgb(EvaluationImage image) {
        return image.frame().preview(WIDTH, HEIGHT).rgb();
    }

    private static SyntheticImages images(FrameStore frames, @Nullable RegionOfInterest region) throws Exception {
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(
                SynthesisOptions.DEFAULTS, TILE.width(), TILE.height(), FrameCrops.of(frames, TILE, 0, region), null);
        Framing framing = new Framing(new Tiling(new FrameScale(0.5, null), 8, 0), FrameScore.MAXIMUM, region, false);
        return SyntheticImages.of(frames, List.of("first.png", "second.png"), framing, TILE, synthesizer, 3);
    }

    /** Paints gray frames of twice their size, which are lower than a tile. */
    private FrameStore frames(int count) throws Exception {
        List<Path> files = IntStream.range(0, count)
                .mapToObj(i -> folder.resolve(i + ".png"))
                .toList();
        for (int i = 0; i < count; i++) {
            BufferedImage image = new BufferedImage(2 * WIDTH, 2 * HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
            Random random = new Random(i);
            for (int pixel = 0; pixel < 4 * WIDTH * HEIGHT; pixel++) {
                image.getRaster().setSample(pixel % (2 * WIDTH), pixel / (2 * WIDTH), 0, 100 + random.nextInt(30));
            }
            ImageIO.write(image, "png", files.get(i).toFile());
        }
        return FrameStore.open(
                files,
                new FrameScale(0.5, null),
                OptionalInt.empty(),
                FirstPass.ofDigests(),
                ImageMemory.of(1 << 20),
                null,
                1,
                Progress.SILENT);
    }
}
