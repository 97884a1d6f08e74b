package io.draem.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.draem.frame.FrameScale;
import io.draem.frame.FrameSize;
import io.draem.frame.Tiling;
import io.draem.image.ImageLimits;
import io.draem.testing.BoundedProcess;
import io.draem.trainer.synthesis.Pixels;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetTests {

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
        Dataset dataset = Dataset.open(folder);
        assertThat(dataset.train())
                .extracting(LabelledImage::id)
                .containsExactly("train/good/000.png", "train/good/001.png");
        assertThat(dataset.test())
                .extracting(LabelledImage::id)
                .containsExactly(
                        "test/good/000.png", "test/broken/000.png", "test/broken/001.png", "test/scratch/000.png");
        assertThat(dataset.test()).extracting(LabelledImage::anomalous).containsExactly(false, true, true, true);
        assertThat(dataset.test().get(2).mask()).isEqualTo(folder.resolve("ground_truth/broken/001_mask.png"));
        assertThat(dataset.test().get(3).mask()).isEqualTo(folder.resolve("ground_truth/scratch/000.png"));
        assertThat(dataset.defects()).containsExactly("broken", "scratch");
        assertThat(dataset.files()).hasSize(9);
    }

    @Test
    void takesAFolderWithTrainingImagesAlone(@TempDir Path other) throws IOException {
        write(other.resolve("train/good/a.jpg"), 0x102030);
        assertThat(Dataset.open(other).test()).isEmpty();
    }

    @Test
    void saysWhatIsMissing(@TempDir Path empty) throws IOException {
        assertThatThrownBy(() -> Dataset.open(empty.resolve("nowhere")))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("no folder")
                .hasMessageContaining("nowhere");
        assertThatThrownBy(() -> Dataset.open(empty))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(empty.toString())
                .hasMessageContaining("no folder train/good");
        Files.createDirectories(empty.resolve("train/good"));
        assertThatThrownBy(() -> Dataset.open(empty))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("train/good holds no image");
    }

    @Test
    void pointsToDataSetsOneLevelBelow(@TempDir Path parent) throws IOException {
        write(parent.resolve("bolt/train/good/000.png"), 0);
        assertThatThrownBy(() -> Dataset.open(parent))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("did you mean one of the data sets in it: bolt?");
    }

    @Test
    void refusesDefectsAmongTheTrainingImages() throws IOException {
        write("train/broken/000.png", 0);
        assertThatThrownBy(() -> Dataset.open(folder))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("move broken from");
    }

    @Test
    void namesEveryImageThatIsTooSmallForTilesAndSkipsItOnRequest() throws Exception {
        write("train/good/003.png", 0, 32);
        write("test/good/003.png", 0, 32);
        DatasetCheck all = DatasetCheck.of(Dataset.open(folder), List.of(), 2).requireAll();
        FirstPass pass =
                FirstPass.ofFrames(List.of(), List.of(), new FrameSize(96, 64), new Tiling(FrameScale.ONE, 16, 0));
        DatasetCheck check = DatasetCheck.of(Dataset.open(folder), List.of(), 2, Progress.SILENT, pass);
        assertThatThrownBy(() -> check.requireAllUnless(false))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("2 of ")
                .hasMessageContaining(
                        folder.resolve("train/good/003.png") + " has 32x32 pixels: A frame of 32x32 pixels")
                .hasMessageContaining(folder.resolve("test/good/003.png") + " has 32x32")
                .hasMessageContaining("for which it must have 33x22 or more");
        assertThat(check.requireAllUnless(true).dataset().images())
                .hasSize((int) all.dataset().images().count() - 2)
                .noneMatch(image -> image.file().endsWith("003.png"));
        assertThat(check.sizes()).hasSize(all.sizes().size() - 2);
    }

    @Test
    void namesEverythingThatCannotBeUsedInOneErrorAndSkipsItOnRequest() throws Exception {
        Files.writeString(folder.resolve("train/good/002.png"), "no image at all");
        Files.writeString(folder.resolve("train/good/notes.txt"), "left out");
        write("train/good/003.png", 0, 20);
        Files.delete(folder.resolve("ground_truth/broken/001_mask.png"));
        write("ground_truth/broken/007_mask.png", 0, 40);
        write(folder.resolve("ground_truth/broken/000_mask.png"), 0xFFFFFF, 41, 30);
        DatasetCheck check = DatasetCheck.of(Dataset.open(folder), List.of(), 2);
        assertThatThrownBy(() -> check.requireAllUnless(false))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("4 of 11 files cannot be used")
                .hasMessageContaining("002.png cannot be read: ")
                .hasMessageContaining("003.png has 20x20 pixels; at least 32")
                .hasMessageContaining("007_mask.png is the mask of no image")
                .hasMessageContaining("000_mask.png has 41x30 pixels, its image ")
                .hasMessageContaining("--skip-unreadable");
        assertThatThrownBy(check::requireAll)
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("Fix or remove these files")
                .as("to a command that lacks the option")
                .hasMessageNotContaining("--skip-unreadable");
        assertThat(check.requireAllUnless(true)).isSameAs(check);
        assertThat(check.dataset().train()).hasSize(2);
        assertThat(check.dataset().test())
                .extracting(LabelledImage::id)
                .containsExactly("test/good/000.png", "test/broken/001.png", "test/scratch/000.png");
        assertThat(check.notes()).last().asString().contains("1 file is not an image", "notes.txt");
    }

    @Test
    void saysHowFarTheCheckOfImagesAndMasksIs() throws Exception {
        Files.writeString(folder.resolve("train/good/002.png"), "no image at all");
        List<String> lines = new ArrayList<>();
        AtomicLong seconds = new AtomicLong();
        Progress progress = new Progress(
                lines::add, () -> Duration.ofSeconds(seconds.addAndGet(3)).toNanos());
        Dataset dataset = Dataset.open(folder);
        DatasetCheck.of(dataset, List.of(), 1, progress, FirstPass.ofDigests());
        int images = (int) dataset.images().count();
        assertThat(lines)
                .as("an image that cannot be read counts too")
                .contains(
                        "Checking %d images: 2 (%d %%), 0.3 images/s".formatted(images, 200 / images),
                        "Checking %d images: %d (100 %%), 0.3 images/s, %d s in all"
                                .formatted(images, images, 3 * images))
                .contains(
                        "Checking 3 masks: 2 (66 %), 0.3 images/s",
                        "Checking 3 masks: 3 (100 %), 0.3 images/s, 9 s in all");
    }

    @Test
    void takesDefectsWithoutMasksAndSaysHowManyThereAre() throws Exception {
        Files.delete(folder.resolve("ground_truth/broken/001_mask.png"));
        DatasetCheck check = DatasetCheck.of(Dataset.open(folder), List.of(), 2).requireAll();
        assertThat(check.dataset().test())
                .extracting(LabelledImage::anomalous)
                .containsExactly(false, true, true, true);
        assertThat(check.notes())
                .filteredOn(note -> note.contains("no mask"))
                .containsExactly(
                        "1 of 3 images of defects has no mask (broken 1): figures and thresholds of images are of"
                                + " all, those of pixels of the 2 with a mask");
    }

    @Test
    void refusesADefectsMaskWithoutADefectPixel() throws Exception {
        write("ground_truth/broken/000_mask.png", 0);
        Path jpeg = folder.resolve("ground_truth/broken/001_mask.jpg");
        Files.delete(folder.resolve("ground_truth/broken/001_mask.png"));
        write(jpeg, 0x010101);
        DatasetCheck check = DatasetCheck.of(Dataset.open(folder), List.of(), 2);
        assertThatThrownBy(check::requireAll)
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("2 of 9 files cannot be used")
                .hasMessageContaining("000_mask.png is the mask of a defect and has no defect pixel, all of it is 0")
                .hasMessageContaining("001_mask.jpg is the mask of a defect and has no defect pixel, since its largest"
                        + " value is 1 of 255");
        assertThat(check.requireAllUnless(true).dataset().defects()).containsExactly("scratch");
    }

    @Test
    void namesMasksThatLookWrongAndUsesThem() throws Exception {
        write("ground_truth/broken/000_mask.png", 0xFFFFFF, 80);
        DatasetCheck check = DatasetCheck.of(Dataset.open(folder), List.of(), 2).requireAll();
        assertThat(check.dataset().test()).hasSize(4);
        assertThat(check.notes())
                .singleElement()
                .asString()
                .contains("check these masks")
                .contains("000_mask.png marks every pixel as a defect")
                .contains("000_mask.png has 80x80 pixels, its image ", "40x40: it is scaled to that");
    }

    @Test
    void readsFoldersInFoldersAndFollowsLinks(@TempDir Path elsewhere) throws IOException {
        write("train/good/line 1/002.png", 0);
        write("train/good/line 1/deep/003.png", 0);
        write("test/broken/night/000.png", 0);
        write("test/broken/night/007.png", 0);
        write("test/broken/night/008.png", 0);
        write("ground_truth/broken/night/000_mask.png", 0xFFFFFF);
        write("ground_truth/broken/night/007.png", 0xFFFFFF);
        write("ground_truth/broken/008_mask.png", 0xFFFFFF); // all masks in one folder
        write(elsewhere.resolve("more/004.png"), 0);
        Files.createSymbolicLink(folder.resolve("train/good/linked"), elsewhere.resolve("more"));
        Files.createSymbolicLink(folder.resolve("train/good/round"), folder.resolve("train"));
        Dataset dataset = Dataset.open(folder);
        assertThat(dataset.train())
                .extracting(LabelledImage::id)
                .containsExactly(
                        "train/good/000.png",
                        "train/good/001.png",
                        "train/good/line 1/002.png",
                        "train/good/line 1/deep/003.png",
                        "train/good/linked/004.png");
        assertThat(dataset.problems()).isEmpty();
        assertThat(dataset.test())
                .filteredOn(image -> image.defect().equals("broken"))
                .extracting(image -> LabelledImage.id(folder, image.file()) + " "
                        + LabelledImage.id(folder, Objects.requireNonNull(image.mask())))
                .containsExactly(
                        "test/broken/000.png ground_truth/broken/000_mask.png",
                        "test/broken/001.png ground_truth/broken/001_mask.png",
                        "test/broken/night/000.png ground_truth/broken/night/000_mask.png",
                        "test/broken/night/007.png ground_truth/broken/night/007.png",
                        "test/broken/night/008.png ground_truth/broken/008_mask.png");
        assertThat(dataset.notes()).containsExactly("1 link to a folder around it, not followed: train/good/round");
    }

    @Test
    void countsWhatIsSkippedAndNamesWhatNobodyReads() throws IOException {
        for (String skipped : List.of(
                "train/good/@eaDir/000.png",
                "__MACOSX/train/good/._000.png",
                "train/good/._000.png",
                "test/broken/._000.png",
                "test/.cache/000.png")) {
            write(skipped, 0);
        }
        Files.writeString(folder.resolve("test/broken/Thumbs.db"), "");
        Files.writeString(folder.resolve("train/good/.DS_Store"), "");
        Files.createDirectories(folder.resolve("test/dent/empty"));
        Files.writeString(folder.resolve("licence.txt"), "");
        write("test/lost.png", 0);
        write("train/lost.png", 0);
        write("raw/000.png", 0);
        write("ground_truth/dent/000.png", 0xFFFFFF);
        Dataset dataset = Dataset.open(folder);
        assertThat(dataset.train()).hasSize(2);
        assertThat(dataset.test()).hasSize(4);
        assertThat(dataset.problems()).isEmpty();
        assertThat(dataset.notes())
                .containsExactly(
                        "4 images are not used (they are not in train/good, test/good or test/<defect>, nor masks of"
                                + " those): ground_truth/dent/000.png, raw/000.png, test/lost.png, train/lost.png",
                        "1 file is not an image by name and left out: licence.txt",
                        "hidden files and folders, and those of operating systems, are skipped: .DS_Store (1), ._* (2),"
                                + " .cache (1), @eaDir (1), Thumbs.db (1), …",
                        "1 folders without an image are skipped: test/dent");
    }

    @Test
    void takesOtherNamesOfGoodForGood() throws IOException {
        write("Test/OK/000.png", 0);
        write("test/Normal/000.png", 0);
        Dataset dataset = Dataset.open(folder);
        assertThat(dataset.test())
                .filteredOn(image -> !image.anomalous())
                .extracting(LabelledImage::id)
                .containsExactly("Test/OK/000.png", "test/Normal/000.png", "test/good/000.png");
    }

    @Test
    void matchesBothFormsOfACharacter() throws IOException {
        write("test/Stö" + "ß/mü.png", 0);
        write("ground_truth/Sto\u0308ß/mu\u0308_mask.png", 0xFFFFFF);
        Dataset dataset = Dataset.open(folder);
        assertThat(dataset.problems()).isEmpty();
        assertThat(dataset.defects()).contains("Stöß");
    }

    @Test
    void theDigestIsTheSameWhereAFileSystemDecomposesNames(@TempDir Path copy) throws IOException {
        write("train/good/ü.png", 0x102030);
        String digest = Dataset.open(folder).digest();
        for (Path file : Dataset.open(folder).files()) {
            Path target =
                    copy.resolve(Normalizer.normalize(folder.relativize(file).toString(), Normalizer.Form.NFD));
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
        assertThat(Dataset.open(copy).digest()).isEqualTo(digest);
    }

    @Test
    void aLinkToNothingAndAnImageThatIsThereTwiceAreProblems() throws Exception {
        Files.createSymbolicLink(folder.resolve("train/good/gone.png"), folder.resolve("nowhere.png"));
        Files.createSymbolicLink(folder.resolve("test/good/twice.png"), folder.resolve("train/good/000.png"));
        DatasetCheck check = DatasetCheck.of(Dataset.open(folder), List.of(), 2);
        assertThatThrownBy(check::requireAll)
                .hasMessageContaining("gone.png does not exist")
                .hasMessageContaining("twice.png is the same file as " + folder.resolve("train/good/000.png"));
    }

    @Test
    void readsTheFoldersOfAFolderOfGoodImagesAndSaysSo(@TempDir Path other) throws IOException {
        write(other.resolve("a.png"), 0);
        write(other.resolve("monday/b.png"), 0);
        write(other.resolve("monday/shift 2/c.png"), 0);
        Dataset dataset = Dataset.open(other);
        assertThat(dataset.train())
                .extracting(LabelledImage::id)
                .containsExactly("a.png", "monday/b.png", "monday/shift 2/c.png");
        assertThat(dataset.notes())
                .containsExactly("All images are taken for good ones, also those in the folders monday (2)");
    }

    @Test
    void asksWhetherImagesInFoldersAloneAreGood(@TempDir Path other) throws IOException {
        write(other.resolve("fine/a.png"), 0);
        write(other.resolve("scratch/b.png"), 0);
        assertThatThrownBy(() -> Dataset.open(other))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("if all images in fine, scratch are good ones, move these folders to "
                        + other.resolve("train/good"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"good", "NG", "ground_truth", "anomaly"})
    void neverTakesDefectsForGoodImagesSinceTheLayoutIsAnother(String name, @TempDir Path other) throws IOException {
        write(other.resolve("a.png"), 0);
        write(other.resolve(name + "/b.png"), 0);
        assertThatThrownBy(() -> Dataset.open(other))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("holds folders called " + name);
    }

    @Test
    void aDataSetWithTestImagesAloneEvaluatesAndDoesNotTrain(@TempDir Path other) throws IOException {
        write(other.resolve("test/good/000.png"), 0);
        Dataset dataset = Dataset.open(other);
        assertThat(dataset.test()).hasSize(1);
        assertThatThrownBy(dataset::requireTraining).hasMessageContaining("put such images into train/good");
    }

    @Test
    void aFolderOfImagesSaysWhatElseIsInIt(@TempDir Path other) throws IOException {
        write(other.resolve("a/b.png"), 0);
        Files.writeString(other.resolve("a/notes.txt"), "");
        Files.createSymbolicLink(other.resolve("a/.hidden"), other);
        Files.createSymbolicLink(other.resolve("a/up"), other);
        FileTree tree = FileTree.ofImages(other);
        assertThat(tree.images()).containsExactly(other.resolve("a/b.png"));
        assertThat(tree.notes()).hasSize(3).first().asString().contains("notes.txt");
        assertThat(tree.contains(other.resolve("a"))).isTrue();
        assertThat(tree.contains(folder)).isFalse();
        assertThatThrownBy(() -> FileTree.ofImages(
                        Files.createDirectories(other.resolve("none/.git")).getParent()))
                .hasMessageContaining("holds no image")
                .hasMessageContaining(".git (1)");
    }

    @Test
    void readsAnImageOfMoreThanTheServicesLimitAndSaysThatTheServiceDoesNot() throws Exception {
        write("train/good/002.bmp", 0, 3500); // 36.8 MB
        DatasetCheck check = DatasetCheck.of(Dataset.open(folder), List.of(), 2).requireAll();
        assertThat(check.notes())
                .last()
                .asString()
                .startsWith("1 file is larger than the service reads by default")
                .contains("draem.image.max-bytes (32MB)");
    }

    @Test
    void refusesLargerImagesThanTheOptionsAllowAndNamesThem() throws Exception {
        write("train/good/002.png", 0, 64);
        try {
            ImageFiles.limit(new ImageLimits(1 << 20, 2000));
            assertThat(DatasetCheck.of(Dataset.open(folder), List.of(), 2).problems())
                    .singleElement()
                    .asString()
                    .contains(
                            "64x64 pixels, more than the limit of 2000 pixels",
                            "or raise the limit: --max-image-pixels");
            ImageFiles.limit(new ImageLimits(10, 5000));
            assertThatThrownBy(() -> ImageFiles.read(folder.resolve("train/good/000.png")))
                    .isInstanceOf(DatasetException.class)
                    .hasMessageContaining("more than the 10 that --max-image-bytes allows");
        } finally {
            ImageFiles.limit(ImageLimits.OF_OWN_FILES);
        }
    }

    @Test
    void findsTheDatasOwnValidationImages() throws IOException {
        write("val/good/000.png", 0);
        write("val/broken/000.png", 0);
        write("val/ground_truth/broken/000_mask.png", 0xFFFFFF);
        Dataset dataset = Dataset.open(folder);
        assertThat(dataset.validation())
                .extracting(LabelledImage::id)
                .containsExactly("val/good/000.png", "val/broken/000.png");
        assertThat(dataset.problems()).isEmpty();
        assertThat(dataset.test()).hasSize(4);
    }

    @Test
    void takesAFolderOfGoodImagesAlone(@TempDir Path other) throws IOException {
        write(other.resolve("b.jpg"), 0x102030);
        write(other.resolve("a.png"), 0x102030);
        Dataset dataset = Dataset.open(other);
        assertThat(dataset.train()).extracting(LabelledImage::id).containsExactly("a.png", "b.jpg");
        assertThat(dataset.test()).isEmpty();
    }

    @Test
    void theDigestFollowsContentAndNamesAndNothingElse(@TempDir Path copy) throws IOException {
        String digest = Dataset.open(folder).digest();
        for (Path file : Dataset.open(folder).files()) {
            Path target = copy.resolve(folder.relativize(file));
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
        assertThat(Dataset.open(copy).digest()).isEqualTo(digest).matches("[0-9a-f]{64}");
        Files.move(copy.resolve("train/good/000.png"), copy.resolve("train/good/002.png"));
        assertThat(Dataset.open(copy).digest()).isNotEqualTo(digest);
        Files.move(copy.resolve("train/good/002.png"), copy.resolve("train/good/000.png"));
        write(copy.resolve("test/good/000.png"), 0x000001);
        assertThat(Dataset.open(copy).digest()).isNotEqualTo(digest);
    }

    @Test
    void aStoreGivesTheSameImagesFromMemoryAndFromTheFile() throws Exception {
        List<Path> files =
                Dataset.open(folder).train().stream().map(LabelledImage::file).toList();
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

    @Test
    void theCheckKeepsImagesSoThatNoFileIsDecodedOrHashedAgain() throws Exception {
        Dataset dataset = Dataset.open(folder);
        List<Path> files = LabelledImage.files(dataset.train());
        Path texture = LabelledImage.files(dataset.test()).get(0);
        float[] fromFile = ImageStore.tensors(files, 32, 64, 1 << 20, 2).get(1);
        float[] textureFromFile = Pixels.toTensor(
                ImageStore.pictures(List.of(texture), 32, 64, 1 << 20, 1).get(0));
        String digest = dataset.digest();
        FirstPass pass = FirstPass.ofWhole(files, List.of(texture), new FrameSize(32, 64));
        DatasetCheck.of(dataset, List.of(texture), 2, Progress.SILENT, pass);
        for (Path file : LabelledImage.files(dataset.images().toList())) {
            Files.delete(file);
        }
        assertThat(tensors(files, pass, OptionalInt.empty()).get(1)).isEqualTo(fromFile);
        assertThat(tensors(files, pass, OptionalInt.of(100)).get(1))
                .as("8-bit images have no white level")
                .isEqualTo(fromFile);
        assertThat(Pixels.toTensor(ImageStore.pictures(
                                List.of(texture),
                                32,
                                64,
                                OptionalInt.empty(),
                                pass,
                                ImageMemory.of(1 << 20),
                                1,
                                Progress.SILENT)
                        .get(0)))
                .isEqualTo(textureFromFile);
        assertThat(dataset.digest(pass.digests())).isEqualTo(digest);
    }

    private static ImageStore<float[]> tensors(List<Path> files, FirstPass pass, OptionalInt whiteLevel)
            throws Exception {
        return ImageStore.tensors(files, 32, 64, whiteLevel, pass, ImageMemory.of(1 << 20), 2, Progress.SILENT);
    }

    @Test
    void storesShareTheMemoryThatTheyAreGivenTogether() throws Exception {
        List<Path> files =
                Dataset.open(folder).train().stream().map(LabelledImage::file).toList();
        int bytes = 12 * 32 * 64;
        ImageMemory memory = ImageMemory.of(3L * bytes + 1);
        assertThat(ImageStore.tensors(
                                files, 32, 64, OptionalInt.empty(), FirstPass.ofDigests(), memory, 1, Progress.SILENT)
                        .cachedImages())
                .isEqualTo(2);
        assertThat(ImageStore.pictures(
                                files.subList(0, 1),
                                32,
                                64,
                                OptionalInt.empty(),
                                FirstPass.ofDigests(),
                                memory,
                                1,
                                Progress.SILENT)
                        .cachedImages())
                .as("a quarter of a tensor")
                .isEqualTo(1);
        assertThat(ImageStore.tensors(
                                files, 32, 64, OptionalInt.empty(), FirstPass.ofDigests(), memory, 1, Progress.SILENT)
                        .cachedImages())
                .as("three quarters are left")
                .isZero();
    }

    private void write(String name, int color) throws IOException {
        write(folder.resolve(name), color);
    }

    private void write(String name, int color, int side) throws IOException {
        write(folder.resolve(name), color, side);
    }

    private static void write(Path file, int color) throws IOException {
        write(file, color, 40);
    }

    private static void write(Path file, int color, int side) throws IOException {
        write(file, color, side, side);
    }

    private static void write(Path file, int color, int width, int height) throws IOException {
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, color);
        }
        String name = file.getFileName().toString();
        ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile());
    }

    @Test
    void findsMasksOfADefectWhoseFolderDiffersInCase() throws Exception {
        Files.move(folder.resolve("ground_truth/broken"), folder.resolve("ground_truth/Broken"));
        assertThat(Dataset.open(folder).test())
                .filteredOn(image -> image.defect().equals("broken"))
                .isNotEmpty()
                .allSatisfy(image -> assertThat(image.mask()).isNotNull());
    }

    @Test
    @Tag("slow")
    @DisabledOnOs(OS.WINDOWS)
    @Timeout(30)
    void doesNotWaitForAPipe() throws Exception {
        Path pipe = folder.resolve("train/good/pipe.png");
        BoundedProcess.run(Duration.ofSeconds(10), "mkfifo", pipe.toString());
        Path manifest = Files.writeString(
                folder.resolve("all.csv"), "path,label,mask,split\ntrain/good/pipe.png,good,,train\n");
        assertThat(DatasetCheck.of(Dataset.open(manifest), List.of(), 2).problems())
                .singleElement()
                .asString()
                .contains("pipe.png", "it is not a regular file");
    }

    @Test
    void quotesWhatFilesSayWithoutControlCharactersAndCut() {
        Dataset.Problem problem = new Dataset.Problem(folder, "is '\u001b[31m\nFATAL" + "x".repeat(1000) + "'");
        assertThat(problem.text()).startsWith("is '\\u001b[31m\\u000aFATALxx").hasSize(500);
    }
}
