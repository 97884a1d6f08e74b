package io.draem.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.service.startup.StartUpException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.ByteArrayResource;

class PropertyCheckTests {

    private final PropertyNames names = new PropertyNames(ConfigurationReferenceTests.types());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "draem.inference.maxBatchSize",
                "draem.inference.max_batch_size",
                "draem.inference.devices[1]",
                "draem.models.versions.casting_v2.1",
                "draem.models.sha256[casting_v2.1.3]",
                "draemon.inference.treads",
                "server.prot"
            })
    void takesEverySpellingOfSpringsAndWhatIsOfOthers(String property) {
        assertThatCode(() -> check(property)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "draem.inference.treads, draem.inference.threads",
        "draem.model.directory, draem.models.directory",
        "draem.inference.batch-size, draem.inference.max-batch-size",
        "draem.inference.cuda.memorylimits, draem.inference.cuda.memory-limit",
        "draem.log-verdict, draem.log-verdicts",
        "draem.image.max-pixels-in-flight, draem.image.max-pixels",
        "draem.memory.max-budget, draem.memory.budget"
    })
    void namesTheNearest(String wrong, String right) {
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> check(wrong))
                .withMessage("There is no property " + wrong + ", which is set in a test; the nearest is " + right);
    }

    @Test
    void namesTheLineOfAFileAndTakesGroupsWithoutMembers() throws Exception {
        String text = "draem:\n  security: {}\n  models:\n    versions: {}\n    pol-interval: 1s\n";
        MutablePropertySources sources = new MutablePropertySources();
        new YamlPropertySourceLoader()
                .load("a file", new ByteArrayResource(text.getBytes(), "application.yaml"))
                .forEach(sources::addLast);
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> new PropertyCheck(sources).check(names))
                .withMessageContainingAll("draem.models.pol-interval", "application.yaml", "5:19")
                .withMessageNotContaining("\n");
    }

    @Test
    void ofVariablesThoseAloneAreMisspeltThatAreAlmostRight() {
        assertThat(names.misspelt("DRAEM_INFERENCE_TREADS")).hasToString("draem.inference.threads");
        assertThat(List.of(
                        "DRAEM_INFERENCE_MAXBATCHSIZE",
                        "DRAEM_INFERENCE_MAX_BATCH_SIZE",
                        "DRAEM_INFERENCE_DEVICES_0",
                        "DRAEM_MODELS_VERSIONS_COOKIE",
                        "DRAEM_PORT_8080_TCP_ADDR",
                        "DRAEM_SERVICE_HOST",
                        "DRAEM_HOME"))
                .allSatisfy(variable -> assertThat(names.misspelt(variable)).isNull());
    }

    private void check(String property) {
        MutablePropertySources sources = new MutablePropertySources();
        sources.addLast(new MapPropertySource("a test", Map.of(property, "1")));
        new PropertyCheck(sources).check(names);
    }
}
