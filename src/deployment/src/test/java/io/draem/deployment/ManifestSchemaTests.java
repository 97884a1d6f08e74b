package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

class ManifestSchemaTests {

    private static final ManifestSchema SCHEMA = new ManifestSchema(HelmChart.KUBERNETES);

    @ParameterizedTest
    @MethodSource("io.draem.deployment.EffectiveValues#all")
    void whatTheChartRendersIsWhatKubernetesKnows(String values) {
        assertThat(HelmChart.render(values))
                .isNotEmpty()
                .allSatisfy(manifest -> assertThat(SCHEMA.problems(manifest))
                        .as(manifest.toString())
                        .isEmpty());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    {spec: {ports: [{port: 80, target: http}]}}                 | /spec/ports/0: property 'target' is not defined in the schema and the schema does not allow additional properties
                    {spec: {ports: [{name: http}]}}                             | /spec/ports/0: required property 'port' not found
                    {spec: {ports: [{port: '80'}]}}                             | /spec/ports/0/port: string found, integer expected
                    {spec: {ports: [{port: 80, targetPort: true}]}}             | /spec/ports/0/targetPort: boolean found, [integer, string] expected
                    {spec: {selector: [a]}}                                     | /spec/selector: array found, object expected
                    """)
    void findsWhatIsWrong(String service, String problem) {
        Map<String, Object> content = new Yaml().load(service);
        content.put("apiVersion", "v1");
        content.put("kind", "Service");

        assertThat(SCHEMA.problems(new Manifest(content))).contains(problem);
    }

    @Test
    void knowsNoKindThatTheChartHasNot() {
        assertThat(SCHEMA.problems(new Manifest(Map.of("apiVersion", "apps/v1", "kind", "StatefulSet"))))
                .containsExactly("apps/v1 StatefulSet is not known");
    }
}
