package io.draem.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.draem.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LookoutManifestTests {

    private static final String CLASS = "\"anomaly-label\":%d,\"anomaly-label-metadata\":{\"confidence\":1,"
            + "\"job-name\":\"labeling-job/anomaly-label\",\"class-name\":\"%s\",\"human-annotated\":\"yes\","
            + "\"creation-date\":\"2021-10-12T14:16:45.668\",\"type\":\"groundtruth/image-classification\"}";

    private static final String MASK = ",\"anomaly-mask-ref\":\"%s\",\"anomaly-mask-ref-metadata\":{"
            + "\"internal-color-map\":{\"0\":{\"class-name\":\"BACKGROUND\",\"hex-color\":\"#ffffff\",\"confidence\":0.0},"
            + "\"1\":{\"class-name\":\"scratch\",\"hex-color\":\"#2ca02c\",\"confidence\":0.0}},"
            + "\"type\":\"groundtruth/semantic-segmentation\",\"human-annotated\":\"yes\"}";

    @TempDir
    Path folder;

    @Test
    void readsTheExportOfTheServiceWithItsMasks() throws Exception {
        Path images = folder.resolve("train/images");
        List<String> train = IntStream.range(0, 10)
                .mapToObj(i -> normal("s3://bucket/export/train/images/" + i + ".png"))
                .toList();
        for (int i = 0; i < 10; i++) {
            write(images.resolve(i + ".png"), 0x808080, 0);
        }
        write(images.resolve("a.png"), 0x808080, 0);
        write(folder.resolve("train/masks/a.png"), 0xFFFFFF, 0x2CA02C);
        write(folder.resolve("test/images/t.png"), 0x808080, 0);
        write(folder.resolve("test/images/n.png"), 0x808080, 0);
        Path manifest = write(
                "datasets/train.manifest",
                String.join("\n", train)
                        + "\n\n"
                        + anomaly("s3://bucket/export/train/images/a.png", "s3://bucket/export/train/masks/a.png"));
        write(
                "datasets/test.manifest",
                "{\"source-ref\":\"s3://bucket/export/test/images/t.png\"," + CLASS.formatted(1, "anomaly") + "}\n"
                        + normal("s3://bucket/export/test/images/n.png") + "\n");
        DatasetCheck check =
                DatasetCheck.of(Dataset.open(manifest), List.of(), 2).requireAll();
        Dataset dataset = check.dataset().requireTraining();
        assertThat(dataset.train()).hasSize(8);
        assertThat(dataset.validation())
                .extracting(image -> image.file().getFileName() + " " + image.defect())
                .containsExactly("4.png good", "9.png good", "a.png scratch");
        assertThat(dataset.test())
                .extracting(image -> image.file().getFileName() + " " + image.defect() + " " + image.mask())
                .containsExactly("n.png good null", "t.png anomaly null");
        assertThat(dataset.manifests()).hasSize(2);
        assertThat(check.notes())
                .satisfiesExactly(
                        note -> assertThat(note).contains("1 of 2 images of defects has no mask (anomaly 1)"),
                        note -> assertThat(note).contains("test.manifest; of train.manifest the anomalies"));
        LabelledImage anomaly = dataset.validation().get(2);
        boolean[] mask =
                ImageFiles.readMask(anomaly.mask(), anomaly.maskColors()).resized(40, 40);
        assertThat(IntStream.range(0, 1600).filter(i -> mask[i]).count()).isEqualTo(800);
    }

    @Test
    void dividesAManifestThatHasNoneForTheTest() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            write(folder.resolve("b/" + i + ".png"), 0, 0);
            lines.append(normal("s3://bucket/a/b/" + i + ".png")).append('\n');
        }
        write(folder.resolve("b/x.png"), 0, 0);
        lines.append("{\"source-ref\":\"s3://bucket/a/b/x.png\",")
                .append(CLASS.formatted(1, "anomaly"))
                .append("}\n");
        Dataset dataset = Dataset.open(write("parts.json", lines.toString()));
        assertThat(dataset.train())
                .extracting(LabelledImage::id)
                .containsExactly("b/0.png", "b/1.png", "b/2.png", "b/3.png");
        assertThat(dataset.test()).extracting(LabelledImage::id).containsExactly("b/4.png", "b/x.png");
        assertThat(Dataset.open(write("parts-test.manifest", lines.toString())).test())
                .as("a file of test images alone")
                .hasSize(6);
    }

    @Test
    void takesLabelsOfAnyNameAndTheFolderThatIsGiven(@TempDir Path images) throws IOException {
        write(images.resolve("bucket/a/1.png"), 0, 0);
        write(images.resolve("bucket/a/1m.png"), 0, 0);
        write(images.resolve("1.png"), 0, 0);
        String line = anomaly("s3://bucket/a/1.png", "s3://bucket/a/1m.png")
                .replace("anomaly-label", "my-job")
                .replace("anomaly-mask-ref", "segments-ref");
        Path manifest = write("parts.manifest", line + "\n");
        assertThat(Dataset.open(manifest, images).test())
                .singleElement()
                .isEqualTo(new LabelledImage(
                        images.resolve("bucket/a/1.png"),
                        "bucket/a/1.png",
                        "scratch",
                        images.resolve("bucket/a/1m.png"),
                        new MaskColors(Set.of(0xFFFFFF), Set.of(0x2CA02C))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"source-ref\":\"s3://b/1.png\"} | line 2: it has no label",
                "{\"source-ref\":\"s3://b/1.png\",\"anomaly-label\":1,\"anomaly-label-metadata\":{\"class-name\":\"cat\"}} |"
                        + " the class-name of anomaly-label-metadata is 'cat': label the image normal or anomaly",
                "{\"source-ref\":\"s3://b/1.png\" | line 2: it is not a JSON object",
                "{\"anomaly-label\":1} | line 2: it has no source-ref",
                "{\"source-ref\":\"https://b/1.png\"} | must be s3://BUCKET/KEY",
                "{\"source-ref\":\"s3://b/../../1.png\"} | leads out of the folder",
                "{\"source-ref\":\"s3://b/2.png\"} | line 2: the image s3://b/2.png is not in ",
            })
    void namesTheLineThatCannotBeUsedAndTheRemedy(String line, String message) throws Exception {
        write(folder.resolve("0.png"), 0, 0);
        write(folder.resolve("1.png"), 0, 0);
        Path manifest = write("parts.manifest", normal("s3://b/0.png") + "\n" + line + "\n");
        DatasetCheck check = DatasetCheck.of(Dataset.open(manifest), List.of(), 1);
        assertThatThrownBy(() -> check.requireAllUnless(false))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("parts.manifest line 2: ")
                .hasMessageContaining(message);
        assertThat(check.requireAllUnless(true).dataset().train()).hasSize(1);
    }

    @Test
    void refusesMasksAndImagesThatBecomeOneFileWithoutTheirFolders() throws Exception {
        write(folder.resolve("1.png"), 0, 0);
        Path manifest = write("parts.manifest", anomaly("s3://b/images/1.png", "s3://b/masks/1.png") + "\n");
        assertThatThrownBy(() -> Dataset.open(manifest))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("1.png is also the file of its own image: keep the folders of the bucket");
        write(folder.resolve("2.png"), 0, 0);
        Path doubled = write("two.manifest", normal("s3://b/x/2.png") + "\n" + normal("s3://b/y/2.png") + "\n");
        assertThat(Dataset.open(doubled).problems())
                .singleElement()
                .asString()
                .contains("line 2: ", "2.png is also the file of two.manifest line 1");
    }

    @Test
    void aMaskHasTheColorsOfItsMap() {
        MaskColors colors = new MaskColors(Set.of(0xFFFFFF), Set.of(0x2CA02C, 0x1F77B4));
        RgbImage mask = picture(0xFFFFFF, 0x2CA02C, 0x1F77B4, 0xFFFFFF);
        assertThat(colors.problem(mask)).isNull();
        assertThat(colors.blackAndWhite(mask).rgb())
                .isEqualTo(picture(0, 0xFFFFFF, 0xFFFFFF, 0).rgb());
        assertThat(colors.problem(picture(0xFFFFFF, 0x2CA02C, 0x2DA02C))).startsWith("has the color #2da02c, which");
        assertThat(colors.problem(picture(0xFFFFFF, 0xFFFFFF))).startsWith("has no pixel in the color of a defect");
    }

    @Test
    void aWrongColorInAMaskIsAProblemBeforeTheTraining() throws Exception {
        write(folder.resolve("1.png"), 0, 0);
        write(folder.resolve("m.png"), 0, 0x2CA02C);
        Path manifest = write("parts.manifest", anomaly("s3://b/1.png", "s3://b/m.png"));
        assertThat(DatasetCheck.of(Dataset.open(manifest), List.of(), 1).problems())
                .singleElement()
                .asString()
                .contains("m.png", "has the color #000000, which its color map does not name");
    }

    private static String normal(String image) {
        return "{\"source-ref\":\"" + image + "\"," + CLASS.formatted(0, "normal") + "}";
    }

    private static String anomaly(String image, String mask) {
        return "{\"source-ref\":\"" + image + "\"," + CLASS.formatted(1, "anomaly") + MASK.formatted(mask) + "}";
    }

    private static RgbImage picture(int... colors) {
        byte[] rgb = new byte[3 * colors.length];
        for (int i = 0; i < colors.length; i++) {
            rgb[3 * i] = (byte) (colors[i] >> 16);
            rgb[3 * i + 1] = (byte) (colors[i] >> 8);
            rgb[3 * i + 2] = (byte) colors[i];
        }
        return new RgbImage(colors.length, 1, rgb);
    }

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    /** Writes a picture whose lower half has another color. */
    private static void write(Path file, int upper, int lower) throws IOException {
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 1600; i++) {
            image.setRGB(i % 40, i / 40, i < 800 ? upper : lower);
        }
        ImageIO.write(image, "png", file.toFile());
    }
}
