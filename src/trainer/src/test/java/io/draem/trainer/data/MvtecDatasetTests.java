package io.draem.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.draem.trainer.synthesis.Pixels;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MvtecDatasetTests {

    @TempDir
    Path folder;

    @BeforeEach
    void aSmallDataSet() throws IOException {
        write("train/good/001.png", 0x102030);
        write("train/good/000.png", 0x405060);
        write("test/good/000.png", 0);
        write("test/scratch/000.png", 0);
        write("test/broken/000.png", 0);
        write("test/broken/001.png", 0);
        write("ground_truth/broken/000_mask.png", 0xFFFFFF);
        write("ground_truth/broken/001_mask.png", 0xFFFFFF);
        write("ground_truth/scratch/000.png", 0xFFFFFF); // the form without _mask
    }

    @Test
    void findsImagesAndMasksInOrder() throws IOException {
        MvtecDataset dataset = MvtecDataset.open(folder);
        assertThat(dataset.train()).extracting(LabelledImage::name).containsExactly("good/000.png", "good/001.png");
        assertThat(dataset.test())
                .extracting(LabelledImage::name)
                .containsExactly("good/000.png", "broken/000.png", "broken/001.png", "scratch/000.png");
        assertThat(dataset.test()).extracting(LabelledImage::anomalous).containsExactly(false, true, true, true);
        assertThat(dataset.test().get(2).mask()).isEqualTo(folder.resolve("ground_truth/broken/001_mask.png"));
        assertThat(dataset.test().get(3).mask()).isEqualTo(folder.resolve("ground_truth/scratch/000.png"));
        assertThat(dataset.defects()).containsExactly("broken", "scratch");
        assertThat(dataset.files()).hasSize(9);
    }

    @Test
    void takesAFolderWithTrainingImagesAlone(@TempDir Path other) throws IOException {
        write(other.resolve("train/good/a.jpg"), 0x102030);
        assertThat(MvtecDataset.open(other).test()).isEmpty();
    }

    @Test
    void saysWhatIsMissing(@TempDir Path empty) throws IOException {
        assertThatThrownBy(() -> MvtecDataset.open(empty.resolve("nowhere")))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("no folder")
                .hasMessageContaining("nowhere");
        assertThatThrownBy(() -> MvtecDataset.open(empty))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(empty.toString())
                .hasMessageContaining("no folder train/good");
        Files.createDirectories(empty.resolve("train/good"));
        assertThatThrownBy(() -> MvtecDataset.open(empty))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("train/good holds no image");
    }

    @Test
    void pointsToDataSetsOneLevelBelow() {
        assertThatThrownBy(() -> MvtecDataset.open(folder.getParent()))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("did you mean")
                .hasMessageContaining(folder.getFileName().toString());
    }

    @Test
    void refusesDefectsAmongTheTrainingImages() throws IOException {
        write("train/broken/000.png", 0);
        assertThatThrownBy(() -> MvtecDataset.open(folder))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("move broken from");
    }

    @Test
    void namesAnomalousImagesWithoutAMask() throws IOException {
        Files.delete(folder.resolve("ground_truth/broken/001_mask.png"));
        assertThatThrownBy(() -> MvtecDataset.open(folder))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("1 anomalous images")
                .hasMessageContaining(Path.of("test/broken/001.png").toString())
                .hasMessageContaining("ground_truth/<defect>/<image>_mask.png");
    }

    @Test
    void namesAllUnreadableImagesInOneError() throws IOException {
        Files.writeString(folder.resolve("train/good/002.png"), "no image at all");
        Files.write(folder.resolve("test/broken/001.png"), new byte[0]);
        MvtecDataset dataset = MvtecDataset.open(folder);
        assertThatThrownBy(() -> ImageFiles.requireReadable(dataset.files(), 2))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("2 of 10 images cannot be read")
                .hasMessageContaining("002.png")
                .hasMessageContaining(Path.of("broken/001.png").toString());
    }

    @Test
    void theDigestFollowsContentAndNamesAndNothingElse(@TempDir Path copy) throws IOException {
        String digest = MvtecDataset.open(folder).digest();
        for (Path file : MvtecDataset.open(folder).files()) {
            Path target = copy.resolve(folder.relativize(file));
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
        assertThat(MvtecDataset.open(copy).digest()).isEqualTo(digest).matches("[0-9a-f]{64}");
        Files.move(copy.resolve("train/good/000.png"), copy.resolve("train/good/002.png"));
        assertThat(MvtecDataset.open(copy).digest()).isNotEqualTo(digest);
        Files.move(copy.resolve("train/good/002.png"), copy.resolve("train/good/000.png"));
        write(copy.resolve("test/good/000.png"), 0x000001);
        assertThat(MvtecDataset.open(copy).digest()).isNotEqualTo(digest);
    }

    @Test
    void aStoreGivesTheSameImagesFromMemoryAndFromTheFile() throws Exception {
        List<Path> files = MvtecDataset.open(folder).train().stream()
                .map(LabelledImage::file)
                .toList();
        ImageStore<float[]> cached = ImageStore.tensors(files, 32, 64, 1 << 20, 2);
        ImageStore<float[]> half = ImageStore.tensors(files, 32, 64, 12 * 32 * 64, 2);
        assertThat(cached.cachedImages()).isEqualTo(2);
        assertThat(half.cachedImages()).isEqualTo(1);
        for (int i = 0; i < 2; i++) {
            assertThat(half.get(i)).isEqualTo(cached.get(i)).hasSize(3 * 32 * 64);
        }
        assertThat(cached.get(0)[0] * 255).isCloseTo(0x40, within(1e-3f));
        float[] picture =
                Pixels.toTensor(ImageStore.pictures(files, 32, 64, 0, 1).get(1));
        assertThat(picture).containsExactly(cached.get(1), within(1e-6f));
    }

    private void write(String name, int colour) throws IOException {
        write(folder.resolve(name), colour);
    }

    private static void write(Path file, int colour) throws IOException {
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 256; i++) {
            image.setRGB(i % 16, i / 16, colour);
        }
        String name = file.getFileName().toString();
        ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile());
    }
}
