package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.service.ShutdownProperties;
import io.draem.service.models.InferenceProperties;
import io.draem.service.models.ModelProperties;
import io.draem.service.security.SecurityProperties;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.ByteArrayResource;

/** Reads the rendered configuration as the service does: a property that is misspelt or out of range fails here. */
class HelmConfigurationTests {

    @ParameterizedTest
    @MethodSource("io.draem.deployment.EffectiveValues#all")
    void theServiceTakesWhatTheChartWrites(String values) throws Exception {
        var binder = binder(values);

        assertThat(bindAll(binder, "draem.models", ModelProperties.class).directory())
                .isIn(Path.of("/models"), Path.of("/mnt/models"));
        assertThat(bindAll(binder, "draem.inference", InferenceProperties.class).devices())
                .isNotEmpty();
        assertThat(bindAll(binder, "draem.shutdown", ShutdownProperties.class).longest())
                .isPositive();
        assertThat(bindAll(binder, "draem.security", SecurityProperties.class)).isNotNull();
    }

    @Test
    void keysAreReadFromTheMountedSecret() throws Exception {
        var keys = binder("apiKeys: {secretName: a, secretKey: line-3, openMetrics: true}")
                .bindOrCreate("draem.security", SecurityProperties.class)
                .apiKeys();

        assertThat(keys.file()).isEqualTo(Path.of("/etc/draem/keys/line-3"));
        assertThat(keys.openPaths()).containsExactly("/actuator/prometheus");
    }

    @Test
    void certificatesAreReadFromTheMountedSecretAndAgainWhenTheyAreRenewed() throws Exception {
        var binder = binder("tls: {secretName: a}");
        var bundle = "spring.ssl.bundle.pem."
                + binder.bind("server.ssl.bundle", String.class).get();

        assertThat(binder.bind(bundle + ".keystore.certificate", String.class).get())
                .isEqualTo("file:/etc/draem/tls/tls.crt");
        assertThat(binder.bind(bundle + ".keystore.private-key", String.class).get())
                .isEqualTo("file:/etc/draem/tls/tls.key");
        assertThat(binder.bind(bundle + ".reload-on-update", Boolean.class).get())
                .isTrue();
    }

    @Test
    void digestsBelongToAModelsVersion() throws Exception {
        var values =
                "models: {download: {files: [{model: casting_v2.1, version: 3, url: 'https://a/b', sha256: '%s'}]}}"
                        .formatted(EffectiveValues.DIGEST);

        assertThat(binder(values)
                        .bindOrCreate("draem.models", ModelProperties.class)
                        .sha256())
                .isEqualTo(Map.of("casting_v2.1.3", EffectiveValues.DIGEST));
    }

    @Test
    void bothOfTwoGpusAreUsed() throws Exception {
        var inference =
                binder("gpu: {count: 2, memoryLimit: 6GB}").bindOrCreate("draem.inference", InferenceProperties.class);

        assertThat(inference.devices()).isEqualTo(List.of(0, 1));
        assertThat(inference.cuda().memoryLimit().toGigabytes()).isEqualTo(6);
    }

    private static <T> T bindAll(Binder binder, String name, Class<T> type) {
        return binder.bindOrCreate(name, Bindable.of(type), new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
    }

    private static Binder binder(String values) throws Exception {
        var text = HelmChart.configurationText(values).getBytes(StandardCharsets.UTF_8);
        var sources = new MutablePropertySources();
        new YamlPropertySourceLoader()
                .load("chart", new ByteArrayResource(text))
                .forEach(sources::addLast);
        return new Binder(ConfigurationPropertySources.from(sources));
    }
}
