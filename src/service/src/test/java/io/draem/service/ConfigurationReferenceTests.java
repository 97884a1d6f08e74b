package io.draem.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;

/** Compares the defaults on the reference page of the configuration with those of the properties' records. */
class ConfigurationReferenceTests {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(draem\\.[a-z0-9.-]+)` \\| ([^|]*) \\|");

    @Test
    void statesTheDefaultOfEveryProperty() throws Exception {
        Map<String, String> documented = new TreeMap<>();
        ROW.matcher(Files.readString(TestModels.file("src/docs/reference/configuration.md")))
                .results()
                .forEach(row -> documented.put(row.group(1), row.group(2)));

        assertThat(documented)
                .containsAllEntriesOf(defaults())
                .hasSizeGreaterThan(defaults().size());
    }

    private static Map<String, String> defaults() throws ClassNotFoundException {
        var scan = new ClassPathScanningCandidateComponentProvider(false);
        scan.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        Map<String, String> defaults = new TreeMap<>();
        for (var found : scan.findCandidateComponents("io.draem.service")) {
            Class<?> type = Class.forName(found.getBeanClassName());
            add(type.getAnnotation(ConfigurationProperties.class).value(), type, defaults);
        }
        return defaults;
    }

    private static void add(String prefix, Class<?> type, Map<String, String> defaults) {
        for (Parameter parameter : constructor(type).getParameters()) {
            Name given = parameter.getAnnotation(Name.class);
            String name = prefix + "." + (given == null ? dashed(parameter.getName()) : given.value());
            DefaultValue value = parameter.getAnnotation(DefaultValue.class);
            if (parameter.getType().isRecord()) {
                add(name, parameter.getType(), defaults);
            } else if (value != null && value.value().length > 0) {
                defaults.put(name, "`" + String.join(",", value.value()) + "`");
            }
        }
    }

    private static Constructor<?> constructor(Class<?> type) {
        Class<?>[] components = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        return Arrays.stream(type.getDeclaredConstructors())
                .filter(constructor -> Arrays.equals(constructor.getParameterTypes(), components))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the name as properties are written: {@code maxBatchSize} is {@code max-batch-size}. */
    private static String dashed(String name) {
        return ConfigurationPropertyName.adapt(name.replaceAll("([A-Z])", "-$1"), '.')
                .toString();
    }
}
