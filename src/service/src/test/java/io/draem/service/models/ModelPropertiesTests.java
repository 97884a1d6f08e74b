package io.draem.service.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class ModelPropertiesTests {

    private static final String DIGEST = "A".repeat(64);

    @Test
    void readsVersionsAndDigestsByName() {
        ModelProperties properties = bind(Map.of(
                "draem.models.versions.cookie",
                "3,4",
                "draem.models.versions.tile",
                "2",
                "draem.models.sha256.cookie.3",
                DIGEST,
                "draem.models.sha256.tile",
                "sha256:" + DIGEST));
        assertThat(properties.versions()).containsEntry("cookie", List.of(3, 4)).containsEntry("tile", List.of(2));
        assertThat(properties.requiredDigest("cookie", 3)).isEqualTo("sha256:" + "a".repeat(64));
        assertThat(properties.requiredDigest("cookie", 4)).isNull();
        assertThat(properties.requiredDigest("tile", 9)).isEqualTo("sha256:" + "a".repeat(64));
    }

    @Test
    void looksEveryTenSecondsUnlessToldOtherwise() {
        assertThat(bind(Map.of()).pollInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(bind(Map.of()).control()).isEqualTo(ModelProperties.Control.POLL);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            draem.models.poll-interval   | 5ms    | at least 100ms
            draem.models.poll-interval   | 0      | draem.models.control=none for no scans
            draem.models.max-file-size   | 3GB    | between 1B and 2GB
            draem.models.max-failed-share | 1.1   | 0 to 1
            draem.models.max-failed-share | NaN   | 0 to 1
            draem.models.versions.cookie | 0      | from 1 to 999999999
            draem.models.versions.cookie | 1000000000 | from 1 to 999999999
            draem.models.sha256.cookie   | abc    | 64 hexadecimal digits
            draem.models.memory-budget   | 1GB    | are for draem.models.loading=on-demand
            draem.models.keep-open       | cookie | are for draem.models.loading=on-demand
            """)
    void refusesWhatCannotBeAndNamesTheProperty(String property, String value, String reason) {
        assertThatThrownBy(() -> bind(Map.of(property, value)))
                .rootCause()
                .hasMessageContaining(property)
                .hasMessageContaining(reason);
    }

    @Test
    void modelsOnDemandHaveABudgetAndOthersNone() {
        assertThat(bind(Map.of()).budget()).isEqualTo(Long.MAX_VALUE);
        Map<String, String> properties = new HashMap<>(Map.of("draem.models.loading", "on-demand"));
        assertThat(bind(properties).budget()).isBetween(64L << 20, Long.MAX_VALUE - 1);
        properties.putAll(Map.of("draem.models.memory-budget", "2GB", "draem.models.keep-open", "cookie,tile"));
        assertThat(bind(properties).budget()).isEqualTo(2L << 30);
        assertThat(bind(properties).keepOpen()).containsExactlyInAnyOrder("cookie", "tile");
        properties.put("draem.models.memory-budget", "0");
        assertThatThrownBy(() -> bind(properties))
                .rootCause()
                .hasMessageContaining("draem.models.memory-budget must be a positive size");
    }

    private static ModelProperties bind(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(new HashMap<>(properties)))
                .bindOrCreate("draem.models", ModelProperties.class);
    }
}
