package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.draem.model.ModelCard;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.trainer.checkpoint.imported.ImportedFolder;
import io.draem.trainer.evaluation.GraphDetector;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The peers' files through the command line: imported, and run over a folder of images. */
@Tag("slow")
class ImportAndPredictGoldenTests {

    @TempDir
    Path folder;

    private final StringWriter said = new StringWriter();

    @Test
    void importsAnAnomalibCheckpointWithItsThresholds() throws Exception {
        ImportedFolder golden = ImportedFolder.read("anomalib");
        importInto("m", golden, golden.files(".ckpt").toArray(Path[]::new));
        Path version = folder.resolve("models/m/1");
        try (Stream<Path> files = Files.list(version)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("model.onnx", "metrics.json", "checkpoint.safetensors");
        }
        ModelCard card = card(version);
        assertThat(card.calibration().rule()).isEqualTo(ThresholdRule.MANUAL);
        assertThat(card.calibration().imageThreshold())
                .isCloseTo(golden.description().get("image_threshold").asDouble(), within(1e-6));
        assertThat(card.calibration().scoreMax())
                .isCloseTo(golden.description().get("image_max").asDouble(), within(1e-6));
        assertThat(card.calibration().normalImages()).isZero();
        assertThat(card.training().at("/importedFrom").asString()).isEqualTo("anomalib");
        assertThat(card.training().at("/network/imageScore").asString()).isEqualToIgnoringCase("maximum");
        assertThat(said.toString()).contains("from the checkpoint (anomalib's").doesNotContain("nothing is known");
    }

    @Test
    void importsAnOfficialPairFromItsFolderAndWarnsOfTheThreshold() throws Exception {
        ImportedFolder golden = ImportedFolder.read("official");
        importInto("m", golden, golden.path());
        ModelCard card = card(folder.resolve("models/m/1"));
        assertThat(card.calibration().imageThreshold()).isEqualTo(0.5);
        assertThat(card.training().at("/network/imageScore").asString()).isEqualToIgnoringCase("averaged");
        assertThat(said.toString()).contains("warning", "--threshold-image");
    }

    @Test
    void findsThresholdsOnLabelledImages() throws Exception {
        ImportedFolder golden = ImportedFolder.read("official");
        paint("data/train/good/0.png", 40, 40);
        for (int i = 0; i < 4; i++) {
            paint("data/test/good/" + i + ".png", 40 + i, 40);
            paint("data/test/hole/" + i + ".png", 50 + i, 40);
            paint("data/ground_truth/hole/" + i + "_mask.png", 50 + i, 40);
        }
        importInto("m", golden, golden.path(), Path.of("--data=" + folder.resolve("data")));
        ModelCard card = card(folder.resolve("models/m/1"));
        assertThat(card.calibration().rule()).isEqualTo(ThresholdRule.F1);
        assertThat(card.calibration().normalImages()).isEqualTo(2);
        assertThat(card.calibration().anomalousImages()).isEqualTo(2);
        assertThat(card.metrics().at("/image/auroc").isNumber()).isTrue();
        assertThat(card.metrics().path("warnings").toString()).contains("2 normal images");
        assertThat(card.training().at("/thresholdSource/pixel").asString()).isEqualTo("images of --data, from-test");
        assertThat(said.toString())
                .contains("m: images: 4 to validate with, 4 to test with")
                .doesNotContain("to train on", "textures")
                .contains("input %1$d×%1$d pixels".formatted(golden.width()))
                .containsPattern(
                        "from 2 normal images and 2 with defects: 0\\.\\d{4} \\(image\\), 0\\.\\d{4} \\(pixel\\)")
                .containsPattern("test images: image AUROC [01]\\.\\d{3}, .*"
                        + "at the threshold found \\d of 2 anomalous, \\d false alarms? of 2 normal")
                .contains("thresholds by rule f1, from 2 normal images and 2 with defects")
                .contains("warning: The threshold comes from 2 normal images");
        assertThat(folder.resolve("models/m/1/report.html")).content().contains("4 test images");

        assertThat(run(
                        "export",
                        "--checkpoint=" + folder.resolve("models/m/1/checkpoint.safetensors"),
                        "--data=" + folder.resolve("data"),
                        "--output=" + folder.resolve("exported")))
                .as(said.toString())
                .isZero();
        assertThat(card(folder.resolve("exported/m/1")).calibration())
                .as("F1 on synthetic anomalies would be another threshold")
                .returns(ThresholdRule.F1, Calibration::rule)
                .returns(2, Calibration::anomalousImages)
                .returns(0, Calibration::syntheticImages);
    }

    @Test
    void refusesLabelledImagesThatCannotBeUsed() throws Exception {
        ImportedFolder golden = ImportedFolder.read("official");
        paint("data/train/good/0.png", 40, 40);
        for (int i = 0; i < 4; i++) {
            paint("data/test/good/" + i + ".png", 40 + i, 40);
            paint("data/test/hole/" + i + ".png", 50 + i, 40);
            paint("data/ground_truth/hole/" + i + "_mask.png", i == 0 ? 8 : 50 + i, 40);
        }
        String[] arguments = {
            "import",
            golden.path().toString(),
            "--data=" + folder.resolve("data"),
            "--output=" + folder.resolve("models"),
            "--name=m",
            "--image-size=" + golden.width()
        };
        assertThat(run(arguments)).isEqualTo(1);
        assertThat(said.toString())
                .contains("1 of 13 files cannot be used", "0_mask.png has 8x40 pixels", "--skip-unreadable")
                .doesNotContain("\tat ");
        assertThat(folder.resolve("models/m/1")).doesNotExist();
    }

    @Test
    void saysOfEachThresholdWhereItIsFrom() throws Exception {
        ImportedFolder anomalib = ImportedFolder.read("anomalib");
        Path checkpoint = anomalib.files(".ckpt").get(0);
        importInto("image", anomalib, checkpoint, Path.of("--threshold-image=0.125"));
        ModelCard card = card(folder.resolve("models/image/1"));
        assertThat(card.calibration().imageThreshold()).isEqualTo(0.125);
        assertThat(card.calibration().pixelThreshold())
                .isCloseTo(anomalib.description().get("pixel_threshold").asDouble(), within(1e-6));
        assertThat(card.training().at("/thresholdSource/image").asString()).isEqualTo("--threshold-image");
        assertThat(card.training().at("/thresholdSource/pixel").asString()).startsWith("the checkpoint");
        assertThat(said.toString())
                .contains("0.1250 (image, from --threshold-image)", "(pixel, from the checkpoint (anomalib's");

        ImportedFolder official = ImportedFolder.read("official");
        importInto("alone", official, official.path(), Path.of("--threshold-image=0.25"));
        assertThat(card(folder.resolve("models/alone/1")).calibration().pixelThreshold())
                .as("as in training")
                .isEqualTo(0.25);
        assertThat(said.toString()).contains("0.2500 (pixel, from the image threshold)");
    }

    @Test
    void warnsOfAPixelThresholdAboveThatOfTheImage() throws Exception {
        ImportedFolder golden = ImportedFolder.read("official");
        importInto("m", golden, golden.path(), Path.of("--threshold-image=0.3"), Path.of("--threshold-pixel=0.6"));
        assertThat(said.toString()).contains("warning: The pixel threshold is above the image threshold");
        assertThat(card(folder.resolve("models/m/1")).metrics().path("warnings").toString())
                .contains("above the image threshold");
    }

    @Test
    void takesSizeAndNormalizationFromTheCheckpoint() throws Exception {
        assertThat(importFile("anomalib-0.7.ckpt")).as(said.toString()).isZero();
        assertThat(said.toString())
                .contains(
                        "input 64×32 pixels (from hyper_parameters.dataset.image_size), normalized with the mean and"
                                + " deviation of ImageNet (from hyper_parameters.dataset.normalization)",
                        "(image, from the checkpoint")
                .doesNotContain("nothing is known");
        ModelCard card = card(folder.resolve("models/m/1"));
        assertThat(card.width()).isEqualTo(64);
        assertThat(card.height()).isEqualTo(32);
        assertThat(card.training().get("imageSize").asString()).isEqualTo("64x32");
        assertThat(card.training().at("/network/inputNormalization/mean/0").asDouble())
                .isEqualTo(0.485);
        assertThat(importFile("anomalib-2.7.ckpt")).as(said.toString()).isZero();
        assertThat(said.toString()).contains("64×32 pixels (from anomalib_pre_processor_config), not normalized");
    }

    @Test
    void whatAPersonSaysIsTakenBeforeTheCheckpointWithAWarning() throws Exception {
        assertThat(importFile("anomalib-0.7.ckpt", "--image-size=32", "--input-normalization=none"))
                .as(said.toString())
                .isZero();
        assertThat(said.toString())
                .contains("input 32×32 pixels (from --image-size), not normalized (from --input-normalization)")
                .contains("warning: the network was trained with images of 64×32", "thresholds from the checkpoint")
                .contains("warning: the checkpoint says that its input was normalized with the mean and deviation of"
                        + " ImageNet");
        assertThat(card(folder.resolve("models/m/1")).training().at("/network").has("inputNormalization"))
                .isFalse();
        assertThat(importFile("anomalib-0.7.ckpt", "--image-size=32,96"))
                .as(said.toString())
                .isZero();
        assertThat(said.toString()).contains("input 32×96 pixels (from --image-size)");
        assertThat(card(folder.resolve("models/m/2")))
                .returns(32, ModelCard::width)
                .returns(96, ModelCard::height);
    }

    @Test
    void asksForTheNormalizationByNameWhereACheckpointDoesNotSay() throws Exception {
        Path bare = folder.resolve("bare.ckpt");
        try (ZipFile whole = new ZipFile(resource("anomalib-2.7.ckpt").toFile());
                ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(bare))) {
            for (ZipEntry entry : whole.stream().toArray(ZipEntry[]::new)) {
                // Other keys of the same length leave nothing that says which version wrote the file.
                String content = new String(whole.getInputStream(entry).readAllBytes(), StandardCharsets.ISO_8859_1)
                        .replace("anomalib_pre_processor_config", "anomalib_xxx_processor_config")
                        .replace("post_processor.", "xxxx_processor.");
                zip.putNextEntry(new ZipEntry(entry.getName()));
                zip.write(content.getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        assertThat(run("import", bare.toString(), "--output=" + folder.resolve("models"), "--name=m"))
                .isEqualTo(1);
        assertThat(said.toString())
                .contains("--input-normalization imagenet", "--input-normalization none")
                .doesNotContain("\tat ");
        assertThat(folder.resolve("models/m/1")).doesNotExist();
    }

    @Test
    void aTrainingThatStartsFromNormalizedInputKeepsToIt() throws Exception {
        assertThat(importFile("anomalib-0.7.ckpt")).as(said.toString()).isZero();
        PaintedPlates.paint(folder.resolve("plate"));
        assertThat(run(
                        "train",
                        "--data=" + folder.resolve("plate"),
                        "--output=" + folder.resolve("trained"),
                        "--name=m",
                        "--start-from=" + folder.resolve("models/m/1/checkpoint.safetensors"),
                        "--image-size=32",
                        "--base-width=1",
                        "--discriminative-base-width=1",
                        "--steps=1",
                        "--batch-size=2",
                        "--validate-steps=0",
                        "--threads=1"))
                .as(said.toString())
                .isZero();
        assertThat(said.toString())
                .contains(
                        "this training takes its input as --start-from does: normalized inside the network with the mean and deviation of ImageNet");
        Path version = folder.resolve("trained/m/1");
        assertThat(card(version)
                        .training()
                        .at("/network/inputNormalization/std/2")
                        .asDouble())
                .isEqualTo(0.225);
        assertThat(Files.readString(version.resolve("model.onnx"), StandardCharsets.ISO_8859_1))
                .contains("normalized_input");
    }

    @Test
    void saysOfAGraphOfAnomalibBefore2WhatToImport() throws Exception {
        paint("images/a.png", 64, 32);
        assertThat(predict(resource("anomalib-1.0.onnx"), folder.resolve("out")))
                .isEqualTo(1);
        assertThat(said.toString()).contains("exported by anomalib before 2.0", "draem-trainer import FILE.ckpt");
    }

    @Test
    void warnsWhereTheSizeOfTheInputIsAGuess() throws Exception {
        Path pair = ImportedFolder.read("official").path();
        assertThat(run("import", pair.toString(), "--output=" + folder.resolve("models"), "--name=m", "--threads=1"))
                .as(said.toString())
                .isZero();
        assertThat(said.toString())
                .contains("warning: --image-size is not given", "256 is a guess")
                .contains("input 256×256 pixels (from a guess)");
    }

    @Test
    void namesTheHalfOfAPairThatIsMissing() throws Exception {
        ImportedFolder golden = ImportedFolder.read("official");
        Path half = golden.files(".pckl").get(0);
        assertThat(run("import", half.toString(), "--output", folder.toString(), "--name", "m"))
                .isEqualTo(1);
        assertThat(said.toString()).contains("sub-network is missing").doesNotContain("\tat ");
    }

    @Test
    void writesPicturesAndOneLineForEachImage() throws Exception {
        ImportedFolder golden = ImportedFolder.read("official");
        importInto("m", golden, golden.files(".pckl").toArray(Path[]::new));
        paint("images/a.png", 40, 30);
        paint("images/a.bmp", 64, 64);
        paint("images/line 2/a.png", 70, 50);
        Files.writeString(folder.resolve("images/broken.png"), "no image");
        Path output = folder.resolve("out");

        int code = predict(folder.resolve("models/m/1/model.onnx"), output, "--maps", "--threshold", "0");

        assertThat(code).as(said.toString()).isEqualTo(3);
        assertThat(said.toString())
                .contains("4 images: 3 anomalous, 0 normal, 1 failed (1 unreadable, 0 without a verdict");
        List<JsonNode> lines = lines(output);
        assertThat(lines.stream().map(line -> line.get("path").asString()))
                .containsExactly("a.bmp", "a.png", "broken.png", "line 2/a.png");
        assertThat(lines.get(2).get("problem").asString()).contains("not an image");
        JsonNode line = lines.get(3);
        assertThat(line.at("/image/width").asInt()).isEqualTo(70);
        assertThat(line.get("anomalous").asBoolean()).isTrue();
        assertThat(line.get("threshold").asDouble()).isZero();
        assertThat(line.get("score").asDouble()).isBetween(0.0, 1.0);
        assertThat(line.get("regions").isArray()).isTrue();
        for (String picture : List.of("overlay", "mask", "anomalyMap")) {
            BufferedImage written =
                    ImageIO.read(output.resolve(line.get(picture).asString()).toFile());
            assertThat(written.getWidth()).as(picture).isEqualTo(70);
            assertThat(written.getHeight()).as(picture).isEqualTo(50);
        }
        try (Stream<Path> files = Files.walk(output)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(10);
        }
    }

    @Test
    void refusesToWriteAmongTheImages() throws Exception {
        paint("images/a.png", 40, 30);
        Path graph = ImportedFolder.read("anomalib").files(".onnx").get(0);
        assertThat(predict(graph, folder.resolve("images/out"))).isEqualTo(1);
        assertThat(said.toString()).contains("is in --images");
    }

    @Test
    void runsAGraphThatAnomalibExported() throws Exception {
        ImportedFolder golden = ImportedFolder.read("anomalib");
        Path graph = golden.files(".onnx").get(0);
        float[] images = golden.floats("input");
        int count = images.length / (3 * golden.width() * golden.height());
        float[] maps = golden.floats("anomaly_map");
        try (GraphDetector detector = GraphDetector.open(graph, 1)) {
            List<ModelOutput> detections = detector.detect(images, count);
            for (int i = 0; i < count; i++) {
                assertThat(detections.get(i).score()).isCloseTo(golden.floats("pred_score")[i], within(1e-4f));
                float[] map = detections.get(i).map().values();
                for (int pixel = 0; pixel < map.length; pixel++) {
                    assertThat(map[pixel]).isCloseTo(maps[i * map.length + pixel], within(1e-4f));
                }
            }
        }
        paint("images/a.png", 40, 30);
        assertThat(predict(graph, folder.resolve("out"))).as(said.toString()).isZero();
        JsonNode line = lines(folder.resolve("out")).get(0);
        assertThat(line.get("normalizedScore").asDouble())
                .as("its scores are normalized already")
                .isCloseTo(line.get("score").asDouble(), within(1e-9));
    }

    @Test
    void refusesAGraphWhoseWeightsLieOutsideItsFolder() throws Exception {
        ImportedFolder golden = ImportedFolder.read("anomalib");
        Path data = golden.files(".data").get(0);
        String name = data.getFileName().toString();
        String outside = "../" + "x".repeat(name.length() - 3);
        Path graph = Files.createDirectories(folder.resolve("inside")).resolve("model.onnx");
        String bytes = Files.readString(golden.files(".onnx").get(0), StandardCharsets.ISO_8859_1);
        Files.writeString(graph, bytes.replace(name, outside), StandardCharsets.ISO_8859_1);
        Files.copy(data, graph.resolveSibling(outside).normalize());
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> GraphDetector.open(graph, 1))
                .withMessageContaining("Its weights are in another folder than the graph");
    }

    private int importFile(String name, String... more) {
        Stream<String> options = Stream.of(
                "import", resource(name).toString(), "--output=" + folder.resolve("models"), "--name=m", "--threads=1");
        return run(Stream.concat(options, Stream.of(more)).toArray(String[]::new));
    }

    private static Path resource(String name) {
        return Path.of("src/trainer/src/test/resources/io/draem/trainer/checkpoint/imported", name);
    }

    private void importInto(String name, ImportedFolder golden, Path... files) {
        Stream<String> options = Stream.of(
                "--output",
                folder.resolve("models").toString(),
                "--name",
                name,
                "--image-size",
                Integer.toString(golden.width()),
                "--threads",
                "1");
        String[] arguments = Stream.concat(
                        Stream.concat(Stream.of("import"), Stream.of(files).map(Path::toString)), options)
                .toArray(String[]::new);
        assertThat(run(arguments)).as(said.toString()).isZero();
    }

    private int predict(Path model, Path output, String... more) {
        Stream<String> options = Stream.of(
                "predict",
                "--model",
                model.toString(),
                "--images",
                folder.resolve("images").toString(),
                "--output",
                output.toString(),
                "--threads",
                "1");
        return run(Stream.concat(options, Stream.of(more)).toArray(String[]::new));
    }

    private int run(String... arguments) {
        PrintWriter writer = new PrintWriter(said);
        return Main.commandLine().setOut(writer).setErr(writer).execute(arguments);
    }

    private static ModelCard card(Path version) throws Exception {
        try (GraphDetector detector = GraphDetector.open(version.resolve("model.onnx"), 1)) {
            return detector.card();
        }
    }

    private static List<JsonNode> lines(Path output) throws IOException {
        return Files.readAllLines(output.resolve("predictions.jsonl")).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }

    private void paint(String name, int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(width);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile());
    }
}
