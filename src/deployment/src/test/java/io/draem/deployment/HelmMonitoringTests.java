package io.draem.deployment;

import static io.draem.deployment.HelmChart.ofKind;
import static io.draem.deployment.HelmChart.render;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.json.JsonMapper;

/** Monitor, alerts and dashboard as the chart brings them into a cluster. */
class HelmMonitoringTests {

    /** What a selector of the alerts' file has, for the chart to narrow. */
    private static final String ANY = "job=~\".+\"";

    @Test
    void isScrapedByTheOperatorOnlyWhenAsked() {
        assertThat(ofKind("ServiceMonitor", render(""))).isEmpty();

        var manifests = render("serviceMonitor: {enabled: true, labels: {release: prometheus}}");
        var monitor = ofKind("ServiceMonitor", manifests).get(0);
        var service = ofKind("Service", manifests).get(0);

        assertThat(monitor.map("metadata.labels").get("release")).isEqualTo("prometheus");
        assertThat(monitor.at("spec.endpoints.0.path")).isEqualTo("/actuator/prometheus");
        assertThat(monitor.at("spec.endpoints.0.port")).isEqualTo(service.at("spec.ports.0.name"));
        assertThat(service.map("metadata.labels")
                        .entrySet()
                        .containsAll(monitor.map("spec.selector.matchLabels").entrySet()))
                .as("the monitor selects the service")
                .isTrue();
    }

    @Test
    void alertsLookAtTheirOwnReleaseAlone() throws Exception {
        var rule = render("PrometheusRule", "prometheusRule: {enabled: true}");
        Map<?, ?> file = new Yaml().load(Files.readString(HelmChart.DIRECTORY.resolve("files/alerts.yaml")));

        var expressions = expressions(rule.list("spec.groups")).toList();
        assertThat(expressions)
                .hasSameSizeAs(expressions((List<?>) file.get("groups")).toList())
                .allSatisfy(expression -> assertThat(expression)
                        .contains("namespace=\"plant\",job=\"line-draem\"")
                        .doesNotContain(ANY));
        assertThat(expressions((List<?>) file.get("groups")))
                .as("each selector can be narrowed")
                .allSatisfy(
                        expression -> assertThat(expression.split("((draem|http_server)_[a-z_]+|\\bup)\\{", -1).length)
                                .isEqualTo(expression.split(java.util.regex.Pattern.quote(ANY), -1).length)
                                .isEqualTo(expression.split("(draem|http_server)_[a-z_]+|\\bup\\b", -1).length));
    }

    @Test
    void alertsKeepTheirOwnTemplatesAndGetLabelsForRouting() {
        var rule = render(
                "PrometheusRule",
                "prometheusRule: {enabled: true, alertLabels: {team: vision}, selector: 'job=\"camera\"'}");

        assertThat(rule.list("spec.groups.0.rules")).isNotEmpty().allSatisfy(entry -> {
            var alert = new Manifest((Map<?, ?>) entry);
            assertThat(alert.map("labels")).containsEntry("team", "vision").containsKey("severity");
            assertThat(alert.at("expr").toString()).contains("{job=\"camera\"");
        });
        assertThat(rule.content().toString()).contains("{{ $labels.model }}");
    }

    @Test
    void theDashboardIsTheFileAsItIs() throws Exception {
        var map = ofKind("ConfigMap", render("dashboard: {enabled: true}")).stream()
                .filter(candidate -> candidate.map("data").containsKey("draem.json"))
                .findFirst()
                .orElseThrow();
        var json = JsonMapper.shared();

        assertThat(map.map("metadata.labels")).containsEntry("grafana_dashboard", "1");
        assertThat(json.readTree((String) map.map("data").get("draem.json")))
                .isEqualTo(json.readTree(Files.readString(HelmChart.DIRECTORY.resolve("files/dashboard.json"))));
    }

    private static Stream<String> expressions(List<?> groups) {
        return groups.stream()
                .flatMap(group -> ((List<?>) ((Map<?, ?>) group).get("rules")).stream())
                .map(rule -> ((Map<?, ?>) rule).get("expr").toString());
    }
}
