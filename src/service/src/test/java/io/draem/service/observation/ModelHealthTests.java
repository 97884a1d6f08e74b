package io.draem.service.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.models.ModelRepository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Models whose names are words that readiness says of itself. */
@Tag("slow")
@Timeout(120)
@DirtiesContext
@SpringBootTest(properties = {"draem.inference.provider=auto", "draem.models.control=none"})
class ModelHealthTests {

    @TempDir
    private static Path directory;

    @Autowired
    private ModelRepository models;

    @DynamicPropertySource
    static void models(DynamicPropertyRegistry properties) throws Exception {
        for (String name : new String[] {"fallback", "reason"}) {
            Path folder = Files.createDirectories(directory.resolve(name).resolve("1"));
            Files.copy(TestModels.graph(), folder.resolve("model.onnx"));
        }
        properties.add("draem.models.directory", () -> directory.toString());
    }

    @Test
    void aModelsDetailIsItsOwnWhateverItIsCalled() {
        Map<String, Object> details = new ModelHealth(models).health().getDetails();
        assertThat(details.get("fallback").toString()).startsWith("version 1 on ");
        assertThat(details.get("reason").toString()).startsWith("version 1 on ");
        String fallback = models.models().get(0).fallback();
        if (fallback != null) {
            assertThat(details).containsEntry("provider fallback", fallback);
        }
    }
}
