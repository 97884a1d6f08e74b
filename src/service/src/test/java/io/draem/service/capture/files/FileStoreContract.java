package io.draem.service.capture.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store does. */
abstract class FileStoreContract {

    private static final String FIRST = "2026-03-01/120000-000-cookie-000000000000.jpg";
    private static final String SECOND = "2026-03-02/120000-000-cookie-000000000000.map.png";

    private FileStore store;

    /** Returns an empty store. */
    abstract FileStore create() throws Exception;

    @BeforeEach
    void open() throws Exception {
        store = create();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aFileIsReadAsItWasWritten() throws IOException {
        byte[] bytes = new byte[3_000_000];
        new Random(1).nextBytes(bytes);
        store.write(FIRST, bytes);
        store.write(SECOND, new byte[0]);
        try (StoredFile file = store.open(FIRST)) {
            assertThat(file.length()).isEqualTo(bytes.length);
            assertThat(file.read(bytes.length)).isEqualTo(bytes);
        }
        try (StoredFile file = store.open(FIRST)) {
            ByteArrayOutputStream copy = new ByteArrayOutputStream();
            file.copy(copy);
            assertThat(copy.toByteArray()).isEqualTo(bytes);
        }
        try (StoredFile file = store.open(SECOND)) {
            assertThat(file.length()).isZero();
        }
    }

    @Test
    void aLaterFileReplacesAnEarlierOne() throws IOException {
        store.write(FIRST, new byte[100]);
        store.write(FIRST, new byte[] {1, 2});
        try (StoredFile file = store.open(FIRST)) {
            assertThat(file.read(2)).containsExactly(1, 2);
        }
    }

    @Test
    void aFileOfMoreBytesThanAllowedIsNotRead() throws IOException {
        store.write(FIRST, new byte[101]);
        try (StoredFile file = store.open(FIRST)) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> file.read(100))
                    .withMessageContaining("101 bytes, more than the limit of 100");
            assertThat(file.content().read()).isZero();
        }
    }

    @Test
    void aFileThatIsNotThereIsSaidToBeSo() throws IOException {
        store.write(FIRST, new byte[1]);
        store.delete(FIRST);
        store.delete(FIRST);
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> store.open(FIRST));
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> store.open(SECOND));
        assertThat(names()).isEmpty();
    }

    @Test
    void filesOfFoldersAreListedUntilTheVisitorHasEnough() throws IOException {
        store.write(SECOND, new byte[1]);
        store.write(FIRST, new byte[1]);
        store.write("other/file.jpg", new byte[1]);
        assertThat(names()).containsExactlyInAnyOrder(FIRST, SECOND);
        List<String> first = new ArrayList<>();
        store.list(name -> {
            first.add(name);
            return false;
        });
        assertThat(first).hasSize(1);
    }

    private List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        store.list(names::add);
        return names;
    }
}
