package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class DetectionPropertiesTests {

    @Test
    void theDefaultsFitTogether() {
        DetectionProperties properties = bind(Map.of());
        assertThat(properties.image().maxBytesInFlight().toMegabytes()).isEqualTo(256);
        assertThat(properties.batch().maxBytes().toMegabytes()).isEqualTo(64);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            draem.image.max-bytes-in-flight  | 127MB | at least twice draem.batch.max-bytes
            draem.batch.max-bytes            | 129MB | draem.image.max-bytes-in-flight must be at least twice
            draem.image.max-pixels-in-flight | 10    | at least draem.image.max-pixels
            draem.batch.max-picture-bytes    | 257MB | draem.image.max-picture-bytes-in-flight must be at least
            draem.batch.max-images           | 0     | between 1 and 1000
            draem.request-timeout            | 0s    | must be positive
            """)
    void refusesWhatDoesNotFitTogetherAndNamesTheProperty(String property, String value, String reason) {
        assertThatThrownBy(() -> bind(Map.of(property, value)))
                .rootCause()
                .hasMessageContaining(property)
                .hasMessageContaining(reason);
    }

    private static DetectionProperties bind(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("draem", DetectionProperties.class);
    }
}
