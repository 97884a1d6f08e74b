package io.draem.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.frame.Frame;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.Tiling;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameStoreTests {

    private static final FrameSize TILE = new FrameSize(32, 64);
    private static final FrameScale HALF = FrameScale.parse("0.5");

    @TempDir
    private Path folder;

    private Path scratch;
    private List<Path> files;

    @BeforeEach
    void writeImages() throws IOException {
        scratch = Files.createDirectories(folder.resolve("training"));
        files = TestFrames.in(folder.resolve("images")).write(List.of("90x70", "gray 130x70", "40x200", "gray 50x45"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "0.5", "100x80"})
    void framesAreTheSameInMemoryOnDiskAndDecodedAgain(String text) throws Exception {
        FrameScale scale = FrameScale.parse(text);
        try (FrameStore memory = TestFrames.open(files, scale, Long.MAX_VALUE, scratch);
                FrameStore disk = TestFrames.open(files, scale, 0, scratch);
                FrameStore again = TestFrames.open(files, scale, 0, null)) {
            assertThat(memory.inMemory()).isEqualTo(files.size());
            assertThat(disk.onDisk()).isEqualTo(files.size());
            assertThat(again.inMemory() + again.onDisk()).isZero();
            for (int i = 0; i < files.size(); i++) {
                assertThat(memory.frame(i)).isEqualTo(disk.frame(i)).isEqualTo(again.frame(i));
                assertThat(memory.whole(i).channels()).isEqualTo(i % 2 == 0 ? 3 : 1);
                for (FrameStore other : List.of(disk, again)) {
                    assertThat(other.whole(i).samples())
                            .isEqualTo(memory.whole(i).samples());
                    for (int[] at : new int[][] {{0, 0}, {7, 3}, {-20, -90}, {500, 45}}) {
                        assertThat(other.crop(i, at[0], at[1], TILE)).isEqualTo(memory.crop(i, at[0], at[1], TILE));
                    }
                }
            }
        }
    }

    @Test
    void aCropIsATileOfTheFrameWhereTheyMeet() throws Exception {
        Framing framing = new Framing(new Tiling(HALF, 8, 0), FrameScore.MAXIMUM, null, false);
        try (FrameStore store = TestFrames.open(files, HALF, Long.MAX_VALUE, null)) {
            FramePlan plan = FramePlan.of(framing, TILE, 130, 70, null);
            Frame frame = Frame.tiled(plan, store.whole(1));
            assertThat(plan.inputs()).isGreaterThan(1);
            for (int i = 0; i < plan.inputs(); i++) {
                assertThat(store.crop(1, plan.left(i), plan.top(i), TILE)).isEqualTo(frame.input(i));
            }
        }
    }

    @Test
    void theCheckKeepsFramesSoThatNoFileIsDecodedAgain() throws Exception {
        Dataset dataset = Dataset.open(folder.resolve("images"));
        try (FrameStore fromFiles = TestFrames.open(files, HALF, Long.MAX_VALUE, null)) {
            FirstPass pass = FirstPass.ofFrames(files, List.of(), TILE, new Tiling(HALF, 0, 0));
            assertThat(DatasetCheck.of(dataset, List.of(), 2, Progress.SILENT, pass)
                            .decoded()
                            .samples())
                    .containsOnlyKeys(files);
            for (Path file : files) {
                Files.delete(file);
            }
            try (FrameStore store = FrameStore.open(
                    files, HALF, OptionalInt.empty(), pass, ImageMemory.of(4000), scratch, 1, Progress.SILENT)) {
                assertThat(store.inMemory()).isEqualTo(2);
                assertThat(store.onDisk()).isEqualTo(2);
                for (int i = 0; i < files.size(); i++) {
                    assertThat(store.whole(i).samples())
                            .isEqualTo(fromFiles.whole(i).samples());
                }
            }
        }
    }

    @Test
    void deletesItsScratchFileAndSaysWhatIsInIt() throws Exception {
        try (FrameStore store = TestFrames.open(files, HALF, 5000, scratch)) {
            assertThat(scratchFiles()).hasSize(1).first().asString().endsWith(".part");
            assertThat(store.note().orElseThrow())
                    .startsWith(store.inMemory() + " of 4 frames fit the memory for images")
                    .endsWith("in a scratch file until the end, 0.0 GB in " + scratch);
        }
        assertThat(scratchFiles()).isEmpty();
    }

    @Test
    void warnsOfFramesThatAreDecodedEachTime() throws Exception {
        try (FrameStore store = TestFrames.open(files, HALF, 5000, null)) {
            int again = 4 - store.inMemory();
            assertThat(store.note().orElseThrow())
                    .startsWith("warning: " + again + " of 4 frames are decoded again for each crop")
                    .endsWith(
                            "a quarter of the Java heap, and there is no scratch file: start java with a larger -Xmx");
        }
        try (FrameStore store = TestFrames.open(files, HALF, Long.MAX_VALUE, null)) {
            assertThat(store.note()).isEmpty();
        }
    }

    @Test
    void aFullDiskCostsSpeedAlone() throws Exception {
        Path gone = folder.resolve("gone");
        try (FrameStore memory = TestFrames.open(files, HALF, Long.MAX_VALUE, null);
                FrameStore store = TestFrames.open(files, HALF, 0, gone)) {
            assertThat(store.onDisk()).isZero();
            assertThat(store.note().orElseThrow()).contains("decoded again", gone.toString());
            assertThat(store.crop(2, 3, 4, TILE)).isEqualTo(memory.crop(2, 3, 4, TILE));
        }
    }

    @Test
    void anInterruptedReaderLeavesTheScratchFileOpen() throws Exception {
        try (FrameStore memory = TestFrames.open(files, HALF, Long.MAX_VALUE, null);
                FrameStore disk = TestFrames.open(files, HALF, 0, scratch)) {
            Thread.currentThread().interrupt();
            float[] interrupted;
            try {
                interrupted = disk.crop(0, 1, 2, TILE);
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
            assertThat(interrupted).isEqualTo(memory.crop(0, 1, 2, TILE));
            assertThat(disk.crop(2, 1, 2, TILE)).isEqualTo(memory.crop(2, 1, 2, TILE));
        }
    }

    @Test
    void namesTheFileOfAFrameThatIsTooLarge() throws Exception {
        // Four times 45 megapixels in each direction are more than a frame may have.
        Path file = Files.createDirectories(folder.resolve("wide")).resolve("0.png");
        ImageIO.write(new BufferedImage(9000, 5000, BufferedImage.TYPE_BYTE_BINARY), "png", file.toFile());
        List<Path> wide = List.of(file);
        FrameScale four = FrameScale.parse("4");
        assertThatExceptionOfType(DatasetException.class)
                .isThrownBy(() -> TestFrames.open(wide, four, 0, null).close())
                .withMessageContaining(file + ": cannot be read: its frame is too large: A size must have sides");
        FirstPass pass = FirstPass.ofFrames(wide, List.of(), TILE, new Tiling(four, 0, 0));
        assertThat(DatasetCheck.of(Dataset.open(folder.resolve("wide")), List.of(), 1, Progress.SILENT, pass)
                        .problems())
                .singleElement()
                .asString()
                .contains("its frame is too large");
    }

    @Test
    @Tag("slow")
    void memoryIsBoundedHoweverLargeTheFrames() throws Exception {
        Path large = Files.createDirectories(folder.resolve("large"));
        List<Path> many = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            Path file = large.resolve(i + ".bmp");
            BufferedImage image = new BufferedImage(2000, 2000, BufferedImage.TYPE_3BYTE_BGR);
            image.setRGB(i, i, 0xFF0000); // not gray
            ImageIO.write(image, "bmp", file.toFile());
            many.add(file);
        }
        long before = usedHeap();
        try (FrameStore store = TestFrames.open(many, FrameScale.parse("1999x2000"), 64 << 20, scratch)) {
            assertThat(store.inMemory()).isEqualTo(5);
            assertThat(store.onDisk()).isEqualTo(20);
            for (int i = 0; i < many.size(); i++) {
                assertThat(store.crop(i, 1700, 1900, TILE)).hasSize(3 * TILE.pixels());
            }
            assertThat(usedHeap() - before).as("of 300 MB").isLessThan(100 << 20);
        }
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private List<Path> scratchFiles() throws IOException {
        try (Stream<Path> found = Files.list(scratch)) {
            return found.toList();
        }
    }
}
