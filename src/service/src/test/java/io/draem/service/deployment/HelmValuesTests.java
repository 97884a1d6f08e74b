package io.draem.service.deployment;

import static io.draem.service.deployment.HelmChart.render;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HelmValuesTests {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    replicaCount: -1                                | replicaCount
                    replicaCount: many                              | replicaCount
                    replicas: 2                                     | replicas
                    gpu: {number: 1}                                | number
                    gpu: {count: 0}                                 | gpu/count
                    gpu: {resource: gpu}                            | gpu/resource
                    image: {tag: 'a:b'}                             | image/tag
                    image: {digest: 'md5:0'}                        | image/digest
                    inference: {provider: gpu}                      | inference/provider
                    models: {default: ../../etc}                    | models/default
                    requestTimeout: 5                               | requestTimeout
                    requestTimeout: soon                            | requestTimeout
                    resources: {limits: {memory: 4 gigabytes}}      | resources/limits/memory
                    podSecurityContext: {runAsUser: 0}              | podSecurityContext/runAsUser
                    podSecurityContext: {runAsNonRoot: false}       | runAsNonRoot
                    service: {port: 70000}                          | service/port
                    service: {type: Ingress}                        | service/type
                    serviceMonitor: {interval: often}               | serviceMonitor/interval
                    probes: {startup: {path: /}}                    | path
                    env: [{value: nameless}]                        | env/0
                    """)
    void refusesNonsenseNamingTheValue(String values, String named) {
        assertThatThrownBy(() -> render(values))
                .hasMessageContaining("values don't meet the specifications of the schema")
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    terminationGracePeriodSeconds: 12                | terminationGracePeriodSeconds: must be preStopSleepSeconds + 20
                    updateStrategy: {maxSurge: 0%, maxUnavailable: 0} | updateStrategy: maxSurge and maxUnavailable cannot both be 0
                    resources: {limits: {nvidia.com/gpu: 2}}         | resources: nvidia.com/gpu is set by gpu.resource and gpu.count
                    """)
    void refusesValuesThatContradictEachOther(String values, String message) {
        assertThatThrownBy(() -> render(values)).hasMessageContaining(message);
    }

    @Test
    void theReadmeTellsOfEveryValueWithItsDefault() throws Exception {
        var readme = Files.readString(HelmChart.DIRECTORY.resolve("README.md"));

        for (var value : leaves("", HelmChart.defaultValues()).toList()) {
            assertThat(readme).contains("| " + value + " |");
        }
    }

    /** Each value as the table writes it: the path and its default, both as code. */
    private static Stream<String> leaves(String path, Object value) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            return map.entrySet().stream()
                    .flatMap(entry -> leaves(
                            path.isEmpty() ? entry.getKey().toString() : path + "." + entry.getKey(),
                            entry.getValue()));
        }
        return Stream.of("`%s` | `%s`".formatted(path, plain(value)));
    }

    private static String plain(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.isEmpty() ? "{}" : map.toString().replace('=', ':');
        }
        if (value instanceof List<?> list) {
            return list.isEmpty() ? "[]" : "[…]";
        }
        return "".equals(value) ? "\"\"" : value.toString();
    }
}
