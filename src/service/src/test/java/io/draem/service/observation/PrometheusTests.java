package io.draem.service.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.api.HttpTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Lets a Prometheus server scrape the service, and its own tool check the names and the alerts; both are looked for on the
 * PATH.
 */
@EnabledIfSystemProperty(
        named = "draem.test.prometheus",
        matches = "wanted",
        disabledReason = "Needs a Prometheus server: -Pprometheus")
class PrometheusTests extends HttpTest {

    private static final Path PROJECT = Path.of(System.getProperty("project.root"));
    private static final Path ALERTS = PROJECT.resolve("helm/files/alerts.yaml");
    private static final Pattern METRIC = Pattern.compile("\\bdraem_[a-z_]+(?=\\{)");

    @TempDir
    Path folder;

    @Test
    void promtoolFindsNothingToBlame() throws Exception {
        detect();
        Path metrics = Files.write(
                folder.resolve("metrics.txt"), http.get("/actuator/prometheus").body());
        assertThat(promtool(metrics, "check", "metrics")).isEmpty();
    }

    @Test
    void eachAlertFiresWhenItShouldAndNotOtherwise() throws Exception {
        Path tests = PROJECT.resolve("src/service/src/test/prometheus/alerts.test.yaml");
        Path nothing = Files.createFile(folder.resolve("nothing"));
        assertThat(promtool(nothing, "check", "rules", ALERTS.toString())).contains("SUCCESS");
        assertThat(promtool(nothing, "test", "rules", tests.toString())).contains("SUCCESS");
        List<String> tested = Pattern.compile("alertname: (\\w+)")
                .matcher(Files.readString(tests))
                .results()
                .map(found -> found.group(1))
                .distinct()
                .toList();
        List<String> alerts = Pattern.compile("- alert: (\\w+)")
                .matcher(Files.readString(ALERTS))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(tested).containsExactlyInAnyOrderElementsOf(alerts);
    }

    @Test
    void aServerScrapesTheMetricsWithTheirExemplars() throws Exception {
        detect();
        try (PrometheusServer server = PrometheusServer.start(folder, http, List.of())) {
            String series =
                    "draem_detect_seconds_count{model=\"" + TestModels.name() + "\",outcome=\"success\",version=\"1\"}";
            assertThat(server.query(series).at("/0/value/1").asString()).isNotEqualTo("0");
            assertThat(server.query("up == 1").at("/0/metric/job").asString()).isEqualTo("draem");
            assertThat(server.exemplars("draem_detect_seconds_bucket")
                            .at("/0/exemplars/0/labels/trace_id")
                            .asString())
                    .hasSize(32);
        }
    }

    @Test
    void aServerUnderLoadHasWhatAlertsAndDashboardAskFor() throws Exception {
        detect();
        try (PrometheusServer server = PrometheusServer.start(folder, http, List.of(ALERTS))) {
            server.query("up == 1"); // what is counted from here on is a rate
            for (int i = 0; i < 20; i++) {
                detect();
            }
            assertThat(server.rules())
                    .isNotEmpty()
                    .allSatisfy(rule -> assertThat(rule.path("health").asString())
                            .as(rule.toString())
                            .isEqualTo("ok"));
            Set<String> metrics = new TreeSet<>();
            METRIC.matcher(Files.readString(ALERTS)).results().forEach(found -> metrics.add(found.group()));
            for (String metric : metrics) {
                assertThat(server.query(metric + "{job=~\".+\"}").isEmpty())
                        .as(metric)
                        .isFalse();
            }
            for (String query : dashboardQueries()) {
                assertThat(server.query(query).isEmpty()).as(query).isFalse();
            }
        }
    }

    /** Returns the queries of all panels, with a value for each variable. */
    private static List<String> dashboardQueries() throws IOException {
        JsonNode dashboard =
                JsonMapper.shared().readTree(Files.readString(PROJECT.resolve("helm/files/dashboard.json")));
        List<String> queries = new ArrayList<>();
        for (JsonNode expression : dashboard.path("panels").findValues("expr")) {
            queries.add(expression
                    .asString()
                    .replace("$__rate_interval", "1m")
                    .replace("$namespace", "line")
                    .replace("$job", "draem"));
        }
        assertThat(queries).isNotEmpty().noneMatch(query -> query.contains("$"));
        return queries;
    }

    /** Returns what the tool says, and fails where it fails. */
    private String promtool(Path input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(PrometheusServer.find("promtool").toString());
        command.addAll(List.of(arguments));
        Path said = folder.resolve("said.txt");
        Process process = new ProcessBuilder(command)
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
        return Files.readString(said);
    }

    private void detect() throws Exception {
        http.post(
                "/v1/detect",
                "image/jpeg",
                Files.readAllBytes(TestModels.good()),
                "traceparent",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }
}
