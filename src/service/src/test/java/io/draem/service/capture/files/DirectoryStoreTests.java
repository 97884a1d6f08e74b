package io.draem.service.capture.files;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoreTests extends FileStoreContract {

    @TempDir
    private Path directory;

    @Override
    FileStore create() {
        return new DirectoryStore(directory);
    }
}
