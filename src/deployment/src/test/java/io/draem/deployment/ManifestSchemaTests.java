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
    @MethodSource("io.draem.deployment.ValuesThatMatter#all")
    void whatTheChartRendersIsWhatKubernetesKnows(String values) {
        assertThat(HelmChart.render(values))
                .isNotEmpty()
                .allSatisfy(manifest -> assertThat(SCHEMA.problems(manifest))
                        .as(manifest.toString())
                        .isEmpty());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {spec: {ports: [{port: 80, target: http}]}}                 | /spec/ports/0/target: does not exist
                    {spec: {ports: [{name: http}]}}                             | /spec/ports/0/port: is missing
                    {spec: {ports: [{port: '80'}]}}                             | /spec/ports/0/port: must be a whole number, not "80"
                    {spec: {ports: [{port: 80, targetPort: true}]}}             | /spec/ports/0/targetPort: must be a number or text, not true
                    {spec: {selector: [a]}}                                     | /spec/selector: must be an object, not ["a"]
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
