package io.draem.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Compares the reference page of the HTTP API with the problems of the service and with its contract. */
class HttpReferenceTests {

    private static final Pattern PROBLEM = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| (\\d{3}) \\|");

    @Test
    void namesEveryProblemWithItsStatus() throws IOException {
        Map<String, Integer> documented = new TreeMap<>();
        PROBLEM.matcher(page()).results().forEach(row -> documented.put(row.group(1), Integer.valueOf(row.group(2))));
        assertThat(documented)
                .isEqualTo(Arrays.stream(ProblemType.values())
                        .collect(Collectors.toMap(
                                ProblemType::id, problem -> problem.status().value())));
    }

    @Test
    void namesEveryPathParameterAndAddition() throws IOException {
        Object contract = new Yaml().load(Files.readString(TestModels.file("openapi.yaml")));
        List<String> names = new ArrayList<>(
                HttpReferenceTests.<Map<String, ?>>at(contract, "paths").keySet());
        HttpReferenceTests.<List<Map<String, String>>>at(contract, "paths", "/v1/detect", "post", "parameters")
                .forEach(parameter -> names.add(parameter.get("name")));
        names.addAll(HttpReferenceTests.<List<String>>at(contract, "components", "schemas", "Include", "enum"));
        assertThat(names).contains("/v1/detect", "threshold", "overlay");
        String page = page();
        assertThat(names)
                .allSatisfy(name -> assertThat(page).containsPattern("`(GET |POST )?" + Pattern.quote(name) + "`"));
    }

    @SuppressWarnings("unchecked")
    private static <T> T at(Object value, String... path) {
        Object inner = value;
        for (String name : path) {
            inner = ((Map<String, Object>) inner).get(name);
        }
        return (T) inner;
    }

    private static String page() throws IOException {
        return Files.readString(TestModels.file("src/docs/reference/http-api.md"));
    }
}
