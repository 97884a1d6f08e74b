package io.draem.service.web;

import static io.draem.model.ReferencePage.code;
import static io.draem.model.ReferencePage.prose;
import static io.draem.model.ReferencePage.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.ReferencePage;
import io.draem.model.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The reference of the HTTP API lists what is in the contract, and the problems of the service. */
class HttpReferenceTests {

    private static final String SCHEMAS = "#/components/schemas/";

    private final Map<String, ?> contract;

    HttpReferenceTests() throws IOException {
        contract = new Yaml().load(Files.readString(TestModels.file("openapi.yaml")));
    }

    @Test
    void listsEndpointsParametersObjectsAndProblems() throws IOException {
        List<List<String>> endpoints = new ArrayList<>();
        HttpReferenceTests.<Map<String, Map<String, Map<String, ?>>>>at(contract, "paths")
                .forEach((path, methods) -> methods.forEach((method, operation) -> endpoints.add(List.of(
                        code(method.toUpperCase(Locale.ROOT) + " " + path),
                        operation.containsKey("description")
                                ? prose(operation.get("summary") + ". " + operation.get("description"))
                                : operation.get("summary") + "."))));
        List<List<String>> parameters =
                HttpReferenceTests.<List<Map<String, String>>>at(contract, "paths", "/v1/detect", "post", "parameters")
                        .stream()
                        .map(parameter -> List.of(
                                code(parameter.get("name")),
                                parameter.get("in"),
                                parameter.get("description").replaceFirst(" Example: .*|\\. Example: .*", "")))
                        .toList();
        List<List<String>> problems = Arrays.stream(ProblemType.values())
                .map(type ->
                        List.of(code(type.id()), Integer.toString(type.status().value()), type.title()))
                .toList();
        ReferencePage.check(
                "http-api.md",
                Map.of(
                        "endpoints", table(List.of("endpoint", "description"), endpoints),
                        "parameters", table(List.of("name", "in", "description"), parameters),
                        "objects", objects(),
                        "problems", table(List.of("type", "status", "title"), problems)));
    }

    @Test
    void namesEveryAdditionToAVerdict() throws IOException {
        String page = Files.readString(TestModels.file("src/docs/reference/http-api.md"));
        assertThat(HttpReferenceTests.<List<String>>at(contract, "components", "schemas", "Include", "enum"))
                .contains("overlay")
                .allSatisfy(name -> assertThat(page).contains("\n| `" + name + "` |"));
    }

    /** Returns a heading and a table of the fields for each object of the contract; forms are described elsewhere. */
    private String objects() {
        StringBuilder text = new StringBuilder();
        HttpReferenceTests.<Map<String, Map<String, ?>>>at(contract, "components", "schemas")
                .forEach((name, schema) -> {
                    if (schema.containsKey("properties") && !name.endsWith("Form")) {
                        List<List<String>> rows = new ArrayList<>();
                        HttpReferenceTests.<Map<String, Map<String, ?>>>at(schema, "properties")
                                .forEach(
                                        (field, type) -> rows.add(List.of(code(field), type(type), description(type))));
                        text.append("### ")
                                .append(name)
                                .append("\n\n")
                                .append(schema.get("description"))
                                .append(".\n\n");
                        text.append(table(List.of("field", "type", "description"), rows))
                                .append('\n');
                    }
                });
        return text.toString();
    }

    private String type(Map<String, ?> schema) {
        if (schema.get("$ref") instanceof String reference) {
            String name = reference.substring(SCHEMAS.length());
            return schema(name).containsKey("properties")
                    ? "[" + name + "](#" + name.toLowerCase(Locale.ROOT) + ")"
                    : type(schema(name));
        } else if (schema.get("items") instanceof Map<?, ?>) {
            return "array of " + type(at(schema, "items"));
        }
        return schema.get("type").toString();
    }

    /** Returns the description of a field or, where it has none, of its type; with the values of an enumeration. */
    private String description(Map<String, ?> field) {
        Map<String, ?> type =
                field.get("$ref") instanceof String reference ? schema(reference.substring(SCHEMAS.length())) : field;
        Object description = field.containsKey("description") ? field.get("description") : type.get("description");
        String values = type.get("enum") instanceof List<?> constants
                ? ": "
                        + String.join(
                                ", ",
                                constants.stream().map(ReferencePage::code).toList())
                : "";
        return (description == null ? "" : description) + values;
    }

    private Map<String, ?> schema(String name) {
        return at(contract, "components", "schemas", name);
    }

    @SuppressWarnings("unchecked")
    private static <T> T at(Object value, String... path) {
        Object inner = value;
        for (String name : path) {
            inner = ((Map<String, Object>) inner).get(name);
        }
        return (T) inner;
    }
}
