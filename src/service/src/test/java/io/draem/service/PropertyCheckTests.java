package io.draem.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.model.TestModels;
import io.draem.service.startup.StartUpException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.type.filter.AnnotationTypeFilter;

class PropertyCheckTests {

    private static final Pattern IN_A_TABLE = Pattern.compile("^\\| (`draem\\.[^|]*) \\|");
    private static final Pattern NAME = Pattern.compile("`(draem\\.[a-z0-9.<>-]+)`");

    private final PropertyNames names = new PropertyNames(types());

    @Test
    void theConfigurationPageNamesAllPropertiesAndNoOthers() throws Exception {
        List<String> documented = Files.readAllLines(TestModels.file("src/docs/reference/configuration.md")).stream()
                .flatMap(line -> IN_A_TABLE.matcher(line).results())
                .flatMap(cell -> NAME.matcher(cell.group(1)).results())
                .map(name -> name.group(1).replace("<name>", "cookie").replace("<version>", "3"))
                .toList();
        for (String name : documented) {
            assertThatCode(() -> check(name)).doesNotThrowAnyException();
        }
        assertThat(names.all())
                .allSatisfy(name -> assertThat(documented)
                        .anyMatch(other -> name.equals(ConfigurationPropertyName.of(other))
                                || name.isAncestorOf(ConfigurationPropertyName.of(other))));
    }

    @Test
    void theChartKnowsEveryPropertyAndNoOther() throws Exception {
        var expected = names.all().stream()
                .map(name -> names.contains(name.append("x")) ? name + ".*" : name.toString())
                .sorted()
                .toList();

        assertThat(Files.readAllLines(TestModels.file("helm/files/properties.txt")))
                .isEqualTo(expected);
    }

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
    void acceptsEverySpellingOfSpringAndPropertiesOfOtherPrograms(String property) {
        assertThatCode(() -> check(property)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "draem.inference.treads, draem.inference.threads",
        "draem.model.directory, draem.models.directory",
        "draem.inference.batch-size, draem.inference.max-batch-size",
        "draem.inference.cuda.memorylimits, draem.inference.cuda.memory-limit",
        "draem.log-verdict, draem.log-verdicts"
    })
    void namesTheNearest(String wrong, String right) {
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> check(wrong))
                .withMessage("There is no property " + wrong + ", which is set in a test; the nearest is " + right);
    }

    @Test
    void namesTheLineOfAFileAndAcceptsGroupsWithoutMembers() throws Exception {
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
    void findsMisspelledVariablesAndNoneOfOtherPrograms() {
        assertThat(names.misspelled("DRAEM_INFERENCE_TREADS")).hasToString("draem.inference.threads");
        assertThat(List.of(
                        "DRAEM_INFERENCE_MAXBATCHSIZE",
                        "DRAEM_INFERENCE_MAX_BATCH_SIZE",
                        "DRAEM_INFERENCE_DEVICES_0",
                        "DRAEM_MODELS_VERSIONS_COOKIE",
                        "DRAEM_PORT_8080_TCP_ADDR",
                        "DRAEM_SERVICE_HOST",
                        "DRAEM_HOME"))
                .allSatisfy(variable -> assertThat(names.misspelled(variable)).isNull());
    }

    private void check(String property) {
        MutablePropertySources sources = new MutablePropertySources();
        sources.addLast(new MapPropertySource("a test", Map.of(property, "1")));
        new PropertyCheck(sources).check(names);
    }

    private static List<Class<?>> types() {
        var scan = new ClassPathScanningCandidateComponentProvider(false);
        scan.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        List<Class<?>> types = new ArrayList<>();
        scan.findCandidateComponents("io.draem.service").forEach(found -> {
            try {
                types.add(Class.forName(found.getBeanClassName()));
            } catch (ClassNotFoundException e) {
                throw new AssertionError(e);
            }
        });
        return types;
    }
}
