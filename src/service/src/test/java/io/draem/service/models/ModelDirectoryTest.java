package io.draem.service.models;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Changes of a directory from which version 1 of the model cookie has been loaded. */
abstract class ModelDirectoryTest {

    @TempDir
    Path temporary;

    ModelDirectory directory;
    LoadedModels models;

    @BeforeEach
    void start() throws Exception {
        directory = new ModelDirectory(temporary);
        directory.put("cookie", "1");
        models = new LoadedModels(LoadedModels.properties(temporary, null));
        models.load();
    }

    @AfterEach
    void close() {
        models.close();
    }
}
