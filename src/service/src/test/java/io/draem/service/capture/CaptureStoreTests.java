package io.draem.service.capture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.frame.FrameSize;
import io.draem.image.ImageFormat;
import io.draem.service.capture.CapturedImage.ModelVerdict;
import io.draem.service.capture.CapturedImage.Review;
import io.draem.service.capture.files.DirectoryStore;
import io.draem.service.capture.files.FileStore;
import io.draem.service.capture.files.StoreException;
import io.draem.service.capture.files.StoredFile;
import io.draem.service.startup.StartUpException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CaptureStoreTests {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration AGE = Duration.ofDays(30);
    private static final byte[] FILE = new byte[100];

    @TempDir
    private Path directory;

    private CaptureStore store;

    @BeforeEach
    void open() {
        store = CaptureStore.open(directory, null);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void theOldestImagesAreDeletedFirstAndLabeledOnesLast() throws IOException {
        for (int i = 0; i < 4; i++) {
            add(i);
        }
        store.label(1, review(ReviewLabel.GOOD, 0));
        enforce(NOON, 2, Long.MAX_VALUE);
        assertThat(ids()).containsExactly(4L, 1L);
        assertThat(store.images()).isEqualTo(2);
        assertThat(store.bytes()).isEqualTo(600);
        assertThat(files()).hasSize(6);
        enforce(NOON, 2, 599);
        assertThat(ids()).containsExactly(1L);
        assertThat(files()).hasSize(3);
    }

    @Test
    void anImageThatIsTooOldIsDeletedWithItsLabel() throws IOException {
        add(0);
        add(1);
        store.label(1, review(ReviewLabel.DEFECT, 0));
        enforce(NOON.plus(AGE).plus(Duration.ofMinutes(1)), 100, Long.MAX_VALUE);
        assertThat(ids()).containsExactly(2L);
        assertThat(files()).hasSize(3);
        enforce(NOON.plus(AGE).plus(Duration.ofDays(1)), 100, Long.MAX_VALUE);
        assertThat(ids()).isEmpty();
        assertThat(files()).isEmpty();
    }

    @Test
    void labelsOutliveTheProcessAndUnfinishedFilesDoNot() throws IOException {
        add(0);
        store.label(1, review(ReviewLabel.UNSURE, 0));
        store.close();
        Path day = directory.resolve("2026-03-01");
        Files.createFile(day.resolve("120000-001-cookie-0123456789ab.jpg"));
        Files.createFile(day.resolve("120000-000-cookie-000000000000.jpg.part"));
        Files.createFile(day.resolve("notes.txt"));
        Files.createFile(directory.resolve("120000-001-cookie-0123456789ab.jpg"));

        store = CaptureStore.open(directory, null);
        assertThat(store.find(1)).extracting(image -> image.review().label()).isEqualTo(ReviewLabel.UNSURE);
        assertThat(store.images()).isEqualTo(1);
        assertThat(store.bytes()).isEqualTo(300);
        assertThat(files())
                .containsExactlyInAnyOrder(
                        "120000-000-cookie-000000000000.jpg",
                        "120000-000-cookie-000000000000.map.png",
                        "120000-000-cookie-000000000000.mask.png",
                        "notes.txt",
                        "120000-001-cookie-0123456789ab.jpg");
    }

    @Test
    void ofTwoReviewersOneLabels() throws Exception {
        add(0);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int revision = 0; revision < 20; revision++) {
                Review review = review(ReviewLabel.GOOD, revision);
                List<Callable<Boolean>> calls = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    calls.add(() -> store.label(1, review));
                }
                int set = 0;
                for (Future<Boolean> call : threads.invokeAll(calls)) {
                    set += call.get() ? 1 : 0;
                }
                assertThat(set).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(store.find(1)).extracting(image -> image.review().revision()).isEqualTo(20);
    }

    @Test
    void aDirectoryThatCannotBeUsedIsReported() throws IOException {
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> CaptureStore.open(Files.createFile(directory.resolve("file")), null))
                .withMessageContaining("draem.capture.directory cannot be used");
        Path damaged = Files.createDirectory(directory.resolve("damaged"));
        Files.write(damaged.resolve("captures.mv.db"), new byte[8192]);
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> CaptureStore.open(damaged, null))
                .withMessageContaining("captures.mv.db of draem.capture.directory cannot be opened")
                .satisfies(e -> assertThat(e.remedy()).contains("restore it"));
    }

    @Test
    void anImageThatCannotBeWrittenLeavesNoFile() throws IOException {
        CapturedImage image = image(0);
        Files.createDirectories(directory.resolve(image.name() + CaptureFiles.MAP));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> store.add(image, FILE, FILE, FILE));
        assertThat(ids()).isEmpty();
        assertThat(directory.resolve(image.name() + ".jpg")).doesNotExist();
        assertThat(store.bytes()).isZero();
    }

    @Test
    void imagesWithoutTheirDatabaseEndTheStartAndStay() throws IOException {
        add(0);
        store.close();
        Files.delete(directory.resolve("captures.mv.db"));
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> CaptureStore.open(directory, null))
                .withMessageContaining("it is missing, but there are images");
        assertThat(files()).hasSize(3);
        Path other = directory.resolve("other");
        store = CaptureStore.open(other, null);
        assertThat(store.images()).isZero();
    }

    @Test
    void anImageThatCannotBeDeletedKeepsNoOtherOne() throws IOException {
        add(0);
        add(1);
        Path stuck = directory.resolve(image(0).name() + ".jpg");
        Files.delete(stuck);
        Files.createDirectories(stuck.resolve("not empty"));
        enforce(NOON.plus(AGE).plus(Duration.ofDays(1)), 100, Long.MAX_VALUE);
        assertThat(ids()).containsExactly(1L);
    }

    @Test
    void imagesThatAreElsewhereEndTheStart() throws IOException {
        add(0);
        store.close();
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> CaptureStore.open(directory, new Elsewhere()))
                .withMessageContaining("its images are in the directory, not in elsewhere");
        store = CaptureStore.open(directory, null);
        store.delete(Objects.requireNonNull(store.find(1)));
        store.close();
        Elsewhere elsewhere = new Elsewhere();
        store = CaptureStore.open(directory, elsewhere);
        add(1);
        assertThat(elsewhere.owner).isNotEmpty();
        assertThat(elsewhere.directory.resolve(image(1).name() + ".jpg")).exists();
        store.close();
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> CaptureStore.open(directory, null))
                .withMessageContaining("its images are in elsewhere, not in the directory");
        store = CaptureStore.open(directory, new Elsewhere());
        assertThat(store.images()).isEqualTo(1);
    }

    @Test
    void aStoreThatIsNotReachedIsUsedWhenItIs() throws IOException {
        store.close();
        Elsewhere elsewhere = new Elsewhere();
        elsewhere.failure = new StoreException("elsewhere cannot be reached", false, null);
        store = CaptureStore.open(directory, elsewhere);
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> add(0));
        assertThatExceptionOfType(StoreException.class).isThrownBy(store::tidy);
        elsewhere.failure = null;
        Path day = Files.createDirectories(elsewhere.directory.resolve("2026-03-01"));
        store.tidy();
        Files.createFile(day.resolve("120000-001-cookie-0123456789ab.jpg"));
        add(0);
        assertThat(ids()).containsExactly(1L);

        // What was not completed while it failed is deleted later, and what is too old.
        elsewhere.failure = new StoreException("elsewhere cannot be reached", false, null);
        elsewhere.written = 1;
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> add(1));
        assertThat(elsewhere.directory.resolve(image(1).name() + ".jpg")).exists();
        enforce(NOON.plus(AGE).plus(Duration.ofDays(1)), 100, Long.MAX_VALUE);
        assertThat(ids()).containsExactly(1L);
        elsewhere.failure = null;
        store.tidy();
        assertThat(elsewhere.directory.resolve(image(1).name() + ".jpg")).doesNotExist();
        enforce(NOON.plus(AGE).plus(Duration.ofDays(1)), 100, Long.MAX_VALUE);
        assertThat(ids()).isEmpty();
    }

    @Test
    void aStoreThatIsNotThereEndsTheStart() {
        store.close();
        Elsewhere elsewhere = new Elsewhere();
        elsewhere.failure = new StoreException("elsewhere answers 404", true, null);
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> CaptureStore.open(directory, elsewhere))
                .withMessageContaining("draem.capture.bucket cannot be used: elsewhere answers 404");
        store = CaptureStore.open(directory, null);
    }

    @Test
    void anOlderIndexThatWasRestoredDeletesNoImage() throws IOException {
        add(0);
        store.close();
        Path day = directory.resolve("2026-03-01");
        Files.createFile(day.resolve("125900-000-cookie-000000000001.jpg"));
        Files.createFile(day.resolve("140000-000-cookie-000000000002.jpg"));
        store = CaptureStore.open(directory, null);
        assertThat(day.toFile().list()).as("a process left them").hasSize(3);
        store.close();
        Files.createFile(day.resolve("130100-000-cookie-000000000001.jpg"));
        Files.createFile(day.resolve("140000-000-cookie-000000000002.jpg"));
        store = CaptureStore.open(directory, null);
        assertThat(day.toFile().list()).hasSize(5);

        // With images of later on it still is that index.
        add(200);
        store.close();
        store = CaptureStore.open(directory, null);
        assertThat(day.toFile().list()).hasSize(8);
    }

    @Test
    void anExportNamesImagesWithoutFiles() throws IOException {
        add(0);
        add(1);
        store.label(1, review(ReviewLabel.GOOD, 0));
        store.label(2, review(ReviewLabel.GOOD, 0));
        assertThat(export().keySet()).doesNotContain(ReviewExport.MISSING).hasSize(3);
        Files.delete(directory.resolve(image(0).name() + ".jpg"));
        assertThat(export())
                .hasSize(3)
                .hasEntrySatisfying(
                        ReviewExport.MISSING,
                        text -> assertThat(text)
                                .startsWith("1 labeled images are not in this file")
                                .contains(image(0).name())
                                .doesNotContain(image(1).name()));
    }

    private Map<String, String> export() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ReviewExport(store, false).write(new CaptureFilter("cookie", null, ReviewExport.LABELS, false), bytes);
        Map<String, String> entries = new HashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                entries.put(entry.getName(), new String(zip.readAllBytes(), UTF_8));
            }
        }
        return entries;
    }

    @Test
    void aStoreIsClosedWhereTheDirectoryCannotBeUsed() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Elsewhere elsewhere = new Elsewhere();
        assertThatExceptionOfType(StartUpException.class).isThrownBy(() -> CaptureStore.open(file, elsewhere));
        assertThat(elsewhere.closed).isTrue();
    }

    @Test
    void oneCallDeletesNoMoreThanAHundredImages() throws IOException {
        for (int i = 0; i < 101; i++) {
            store.add(image(i), FILE, null, null);
        }
        Instant later = NOON.plus(AGE).plus(Duration.ofDays(1));
        CaptureRetention retention = new CaptureRetention(store, AGE, 1000, Long.MAX_VALUE);
        assertThat(retention.enforce(later)).isFalse();
        assertThat(store.images()).isEqualTo(1);
        assertThat(retention.enforce(later)).isTrue();
        assertThat(store.images()).isZero();
    }

    /** Another directory, which fails on request. */
    private final class Elsewhere implements FileStore {

        private final Path directory = CaptureStoreTests.this.directory.resolve("elsewhere");
        private final DirectoryStore store = new DirectoryStore(directory);
        private StoreException failure;
        private int written;
        private String owner = "";
        private boolean closed;

        Elsewhere() {
            directory.toFile().mkdirs();
        }

        private DirectoryStore reached() throws StoreException {
            if (failure != null) {
                throw failure;
            }
            return store;
        }

        @Override
        public String address() {
            return "elsewhere";
        }

        @Override
        public void claim(String index, boolean again) throws IOException {
            reached();
            owner = index;
        }

        @Override
        public void write(String name, byte[] bytes) throws IOException {
            (written-- > 0 ? store : reached()).write(name, bytes);
        }

        @Override
        public StoredFile open(String name) throws IOException {
            return reached().open(name);
        }

        @Override
        public void delete(String name) throws IOException {
            reached().delete(name);
        }

        @Override
        public void list(Predicate<String> visitor) throws IOException {
            reached().list(visitor);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private void enforce(Instant now, long maxImages, long maxBytes) {
        new CaptureRetention(store, AGE, maxImages, maxBytes).enforce(now);
    }

    private void add(int number) throws IOException {
        store.add(image(number), FILE, FILE, FILE);
    }

    private static CapturedImage image(int number) {
        String digest = "sha256:%064x".formatted(number);
        Instant time = NOON.plus(Duration.ofMinutes(2L * number));
        return new CapturedImage(
                0,
                time,
                new ModelVerdict("cookie", 1, "sha256:1", true, 0.6, 0.55, 0.5, 0.5, 1),
                digest,
                ImageFormat.JPEG,
                new FrameSize(10, 10),
                Set.of(CaptureReason.RANDOM),
                null,
                CaptureFiles.name(time, "cookie", digest.substring(0, 19)),
                true,
                3L * FILE.length,
                Review.NONE);
    }

    private static Review review(ReviewLabel label, int revision) {
        return new Review(label, null, "anna", NOON, revision);
    }

    private List<Long> ids() {
        return store.list(CaptureFilter.ALL, Long.MAX_VALUE, 100).stream()
                .map(CapturedImage::id)
                .toList();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("captures."))
                    .toList();
        }
    }
}
