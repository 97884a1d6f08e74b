package io.draem.service.observation;

import static io.draem.model.ReferencePage.code;
import static io.draem.model.ReferencePage.prose;
import static io.draem.model.ReferencePage.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.ReferencePage;
import io.draem.model.TestModels;
import io.draem.service.DraemServiceApplication;
import io.draem.service.api.Http;
import io.draem.service.models.ModelDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The reference of the metrics has kind, labels and help of all metrics that the service serves. */
@SpringBootTest(
        classes = DraemServiceApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = "draem.inference.provider=cpu")
class MetricsReferenceTests {

    private static final Pattern TYPE = Pattern.compile("# TYPE (draem_\\w+) (\\w+)");
    private static final Pattern HELP = Pattern.compile("# HELP (draem_\\w+) (.+)");
    private static final Pattern SAMPLE = Pattern.compile("(draem_\\w+?)(?:_bucket|_sum|_count)?(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"[^\"]*\"");

    @TempDir
    private static Path temporary;

    private Http http;

    /** Some metrics need a version that serves and a candidate. */
    @TempDir
    private static Path captured;

    @DynamicPropertySource
    static void withCandidate(DynamicPropertyRegistry properties) throws Exception {
        ModelDirectory directory = new ModelDirectory(temporary);
        byte[] graph = Files.readAllBytes(TestModels.graph());
        directory.put(TestModels.name(), "1", graph);
        directory.put(TestModels.name(), "2", graph);
        Files.createFile(directory.file(TestModels.name(), "2").resolveSibling("candidate"));
        properties.add("draem.models.directory", temporary::toString);
        properties.add("draem.capture.directory", () -> captured.toString());
    }

    @Autowired
    void connect(@LocalServerPort int port) {
        http = new Http(port);
    }

    @Test
    void listsAllMetrics() throws Exception {
        assertThat(http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.good()))
                        .statusCode())
                .isEqualTo(200);
        String served = Http.text(http.get("/actuator/prometheus"));
        Map<String, String> kinds = values(TYPE, served);
        Map<String, String> meanings = values(HELP, served);
        Map<String, Set<String>> labels = labels(served);
        List<List<String>> rows = new ArrayList<>();
        kinds.forEach((metric, kind) -> {
            // A histogram's gauge of the largest value is part of it.
            if (!(metric.endsWith("_max") && kinds.containsKey(metric.substring(0, metric.length() - 4)))) {
                rows.add(List.of(
                        code(metric),
                        kind,
                        labels.getOrDefault(metric, Set.of()).stream()
                                .map(ReferencePage::code)
                                .collect(Collectors.joining(", ")),
                        prose(meanings.get(metric))));
            }
        });
        assertThat(rows).isNotEmpty();
        ReferencePage.check(
                "metrics.md", Map.of("metrics", table(List.of("metric", "kind", "labels", "meaning"), rows)));
    }

    private static Map<String, String> values(Pattern pattern, String served) {
        Map<String, String> values = new TreeMap<>();
        pattern.matcher(served).results().forEach(line -> values.put(line.group(1), line.group(2)));
        return values;
    }

    /** Returns the labels of each metric; {@code le} belongs to every histogram. */
    private static Map<String, Set<String>> labels(String served) {
        Map<String, Set<String>> labels = new TreeMap<>();
        served.lines().filter(line -> line.startsWith("draem_")).forEach(line -> {
            MatchResult sample = SAMPLE.matcher(line).results().findFirst().orElseThrow();
            Set<String> names = labels.computeIfAbsent(sample.group(1), metric -> new TreeSet<>());
            if (sample.group(2) != null) {
                LABEL.matcher(sample.group(2)).results().forEach(label -> names.add(label.group(1)));
            }
            names.remove("le");
        });
        return labels;
    }
}
