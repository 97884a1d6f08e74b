package io.draem.service.capture.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
@Timeout(300)
@EnabledIfSystemProperty(named = S3Server.GATE, matches = "wanted", disabledReason = S3Server.REASON)
class BucketStoreTests extends FileStoreContract {

    private static final AtomicInteger PREFIXES = new AtomicInteger();

    @TempDir
    private static Path folder;

    private static S3Server server;
    private static S3Settings settings;

    @BeforeAll
    static void start() throws Exception {
        server = new S3Server(folder.resolve("objects"));
        settings = new S3Settings(server.port());
    }

    @AfterAll
    static void stop() throws Exception {
        settings.close();
        server.close();
    }

    @Override
    FileStore create() throws IOException {
        return BucketStore.of("s3://captured/line/" + PREFIXES.incrementAndGet());
    }

    @Test
    void ofSeveralIndexesOneGetsThePrefix() throws Exception {
        String address = "s3://captured/race/" + PREFIXES.incrementAndGet();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Callable<Boolean>> claims = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String index = "index-" + i;
            claims.add(() -> {
                try (FileStore store = BucketStore.of(address)) {
                    store.claim(index, false);
                    store.claim(index, true);
                    return true;
                } catch (StoreException e) {
                    assertThat(e.wrong()).isTrue();
                    assertThat(e).hasMessageContaining("belongs to the index index-");
                    return false;
                }
            });
        }
        try {
            int claimed = 0;
            for (Future<Boolean> claim : threads.invokeAll(claims)) {
                claimed += claim.get() ? 1 : 0;
            }
            assertThat(claimed).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aBucketThatIsNotThereIsARefusal() throws IOException {
        try (FileStore store = BucketStore.of("s3://elsewhere/line")) {
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> store.claim("index", false))
                    .satisfies(e -> assertThat(e.wrong()).isTrue())
                    .withMessageContaining("s3://elsewhere/line/ answers 404");
        }
    }

    @Test
    void anEmptyStoreIsNotTakenForTheOneOfBefore() throws IOException {
        try (FileStore store = create()) {
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> store.claim("index", true))
                    .satisfies(e -> assertThat(e.wrong()).isTrue())
                    .withMessageContaining(store.address() + " of http://localhost:" + server.port())
                    .withMessageContaining("it is another store, or all was deleted");
            store.write("2026-03-01/a.jpg", new byte[10]);
            store.claim("index", true);
            store.delete("2026-03-01/a.jpg");
            store.claim("index", true);
        }
    }

    @Test
    void moreFilesThanMayBeOpenAreRefusedUntilOneIsClosed() throws IOException {
        String address = "s3://captured/line/" + PREFIXES.incrementAndGet();
        try (FileStore store = BucketStore.of(address, Duration.ofSeconds(6))) {
            store.write("2026-03-01/a.jpg", new byte[10]);
            List<StoredFile> open = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                open.add(store.open("2026-03-01/a.jpg"));
            }
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> store.open("2026-03-01/a.jpg"))
                    .satisfies(e -> assertThat(e.busy()).isTrue())
                    .withMessageContaining("8 files");
            open.get(0).close();
            open.get(0).close();
            open.set(0, store.open("2026-03-01/a.jpg"));
            assertThatExceptionOfType(StoreException.class).isThrownBy(() -> store.open("2026-03-01/a.jpg"));
            for (StoredFile file : open) {
                file.close();
            }
        }
    }
}
