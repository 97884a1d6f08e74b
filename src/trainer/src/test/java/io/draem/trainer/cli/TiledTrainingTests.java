package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.model.ModelCard;
import io.draem.trainer.evaluation.GraphDetector;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Trains on crops of frames, and on images of which a region counts. */
@Tag("slow")
class TiledTrainingTests {

    private static final String POLYGON = "0.1,0 1,0 1,0.9 0.1,0.9";

    @TempDir
    static Path folder;

    @TempDir
    Path models;

    @BeforeAll
    static void paintFrames() throws IOException {
        for (int i = 0; i < 6; i++) {
            paint("train/good/%03d.png".formatted(i), i, 150 + 10 * i, false);
        }
        for (int i = 0; i < 2; i++) {
            paint("test/good/%03d.png".formatted(i), 10 + i, 150, false);
            paint("test/spot/%03d.png".formatted(i), 20 + i, 160, true);
        }
    }

    @Test
    void aModelOfTilesSaysHowItTakesImages() throws Exception {
        Path region = Files.writeString(
                folder.resolve("region.json"),
                RegionOfInterest.parse(POLYGON).toJson().toString());
        Files.createDirectories(models.resolve("plate/training"));
        Files.createFile(models.resolve("plate/training/frames-1.part")); // as a killed training leaves it
        CommandRun run = train("--tiles=32,64", "--scale=0.8", "--overlap=8", "--region-of-interest=" + region);
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("; random crops of 32x64 per frame and epoch: 6")
                .containsPattern("images/s, \\d+ % of the time waiting for them; parity");
        assertThat(card())
                .returns(new FrameSize(32, 64), ModelCard::input)
                .returns(
                        new Framing(
                                new Tiling(FrameScale.parse("0.8"), 8, 8),
                                FrameScore.SMOOTHED,
                                RegionOfInterest.parse(POLYGON),
                                false),
                        ModelCard::framing);
        JsonNode training = JsonMapper.shared()
                .readTree(Files.readString(models.resolve("plate/1/metrics.json")))
                .get("training");
        assertThat(training.get("imageSize").asString()).isEqualTo("32x64");
        assertThat(training.at("/tiling/scale").asString()).isEqualTo("0.8");
        assertThat(training.at("/tiling/overlap").asInt()).isEqualTo(8);
        assertThat(training.get("region").asString())
                .isEqualTo(RegionOfInterest.parse(POLYGON).digest());
        assertThat(training.at("/frames/cropsPerFrame").asInt()).isEqualTo(6);
        assertThat(training.at("/frames/largest").asString()).matches("1\\d\\dx112");
        assertThat(training.get("regionShare").asDouble()).isEqualTo(0.81);
        assertThat(models.resolve("plate/training")).doesNotExist();
    }

    @Test
    void aWholeImageCanHaveARegionToo() throws Exception {
        BufferedImage mask = new BufferedImage(10, 10, BufferedImage.TYPE_BYTE_GRAY);
        mask.setRGB(5, 5, 0xFFFFFF);
        Path region = folder.resolve("region.png");
        ImageIO.write(mask, "png", region.toFile());
        CommandRun run = train("--image-size=64", "--region-of-interest=" + region);
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        Framing framing = card().framing();
        assertThat(framing.tiling()).isNull();
        assertThat(framing.score()).isEqualTo(FrameScore.SMOOTHED);
        assertThat(framing.acceptsRegion()).isTrue();
        assertThat(framing.region()).isNotNull();
    }

    @Test
    void aRegionCanBeLeftToEachRequest() throws Exception {
        CommandRun run = train("--image-size=64", "--region-of-interest=request");
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(card().framing()).isEqualTo(new Framing(null, FrameScore.SMOOTHED, null, true));
    }

    @Test
    void withoutTilesAndRegionTheGraphSaysNothingOfFrames() throws Exception {
        assertThat(train("--image-size=64").code()).isZero();
        assertThat(card().framing()).isEqualTo(Framing.WHOLE);
        assertThat(card().toMetadata()).containsEntry("draem.version", "1");
    }

    @Test
    void refusesARegionThatCannotBeUsedBeforeItTrains() throws Exception {
        CommandRun missing = train("--tiles=32", "--region-of-interest=" + folder.resolve("none.json"));
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("There is no file or folder '" + folder.resolve("none.json"));
        Path small =
                Files.writeString(folder.resolve("small.json"), "{\"polygons\": [[[0, 0], [0.0001, 0], [0, 0.0001]]]}");
        for (String size : new String[] {"--tiles=32", "--image-size=32"}) {
            CommandRun run = train(size, "--region-of-interest=" + small);
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err()).containsIgnoringCase("the region of interest has no pixel of the image");
        }
        assertThat(models).isEmptyDirectory();
    }

    @Test
    void warnsOfSeams() {
        CommandRun run = train("--tiles=64", "--overlap=0", "--map-smoothing=1");
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains(
                        "warning: with --overlap 0 the map has seams where tiles meet",
                        "warning: --map-smoothing 1.0 reaches further than --overlap 0");
    }

    private CommandRun train(String... more) {
        return CommandRun.of(Stream.concat(
                        Stream.of(
                                "train",
                                "--data=" + folder,
                                "--name=plate",
                                "--output=" + models,
                                "--base-width=2",
                                "--discriminative-base-width=2",
                                "--image-score=smoothed",
                                "--steps=3",
                                "--batch-size=2",
                                "--validate-steps=3",
                                "--batch-norm-batches=1",
                                "--data-threads=2",
                                "--threads=1"),
                        Stream.of(more))
                .toArray(String[]::new));
    }

    private ModelCard card() throws Exception {
        try (GraphDetector detector = GraphDetector.open(models.resolve("plate/1/model.onnx"), 1)) {
            return detector.card();
        }
    }

    private static void paint(String name, int seed, int width, boolean spot) throws IOException {
        BufferedImage image = new BufferedImage(width, 140, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        for (int y = 0; y < 140; y++) {
            for (int x = 0; x < width; x++) {
                boolean bright = spot && x > 60 && x < 80 && y > 40 && y < 60;
                image.setRGB(x, y, 0x010101 * (bright ? 240 : 60 + random.nextInt(30)));
            }
        }
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }
}
