package io.draem.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What Kubernetes and the operators say of their objects, cut to the kinds that the chart has. Judges a manifest as the API
 * server does that is asked to be strict: types, required fields, enumerations, and fields that do not exist.
 */
final class ManifestSchema {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final JsonNode definitions;
    private final Map<String, JsonNode> kinds = new HashMap<>();

    /** Reads {@code openapi.json} and the custom resources beside it, which {@code src/test/kubernetes/schemas.py} writes. */
    ManifestSchema(Path folder) {
        try (var files = Files.list(folder.resolve("crds"))) {
            var openapi = JSON.readTree(folder.resolve("openapi.json"));
            definitions = openapi.path("definitions");
            openapi.path("kinds").properties().forEach(kind -> kinds.put(kind.getKey(), kind.getValue()));
            for (var file : files.toList()) {
                addCustomResource(JSON.valueToTree(new Yaml().load(Files.readString(file))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void addCustomResource(JsonNode definition) {
        var spec = definition.path("spec");
        for (var version : spec.path("versions")) {
            var kind =
                    spec.path("group").asString() + "/" + version.path("name").asString() + " "
                            + spec.path("names").path("kind").asString();
            kinds.put(kind, version.path("schema").path("openAPIV3Schema"));
        }
    }

    /** Returns what is wrong with a manifest, each with its path; empty where nothing is. */
    List<String> problems(Manifest manifest) {
        var kind = manifest.at("apiVersion") + " " + manifest.kind();
        var schema = kinds.get(kind);
        if (schema == null) {
            return List.of(kind + " is not known");
        }
        var problems = new ArrayList<String>();
        check("", JSON.valueToTree(manifest.content()), schema, problems);
        return problems;
    }

    private void check(String path, JsonNode value, JsonNode schema, List<String> problems) {
        if (schema.path("x-kubernetes-int-or-string").asBoolean()
                || schema.path("format").asString("").equals("int-or-string")) {
            expect(value.isString() || value.isIntegralNumber(), path, "a number or text", value, problems);
            return;
        }
        var reference = reference(schema);
        if ("io.k8s.apimachinery.pkg.api.resource.Quantity".equals(reference)) {
            expect(value.isString() || value.isNumber(), path, "a quantity", value, problems);
            return;
        }
        if (reference != null) {
            check(path, value, definitions.path(reference), problems);
            return;
        }
        switch (schema.path("type").asString("")) {
            case "string" -> expect(value.isString(), path, "a text", value, problems);
            case "boolean" -> expect(value.isBoolean(), path, "true or false", value, problems);
            case "integer" -> expect(value.isIntegralNumber(), path, "a whole number", value, problems);
            case "number" -> expect(value.isNumber(), path, "a number", value, problems);
            case "array" -> {
                expect(value.isArray(), path, "a list", value, problems);
                for (int i = 0; i < value.size(); i++) {
                    check(path + "/" + i, value.path(i), schema.path("items"), problems);
                }
            }
            case "object" -> checkObject(path, value, schema, problems);
            default -> {
                // Anything goes, as in an object's raw extension.
            }
        }
        var allowed = schema.path("enum");
        if (!allowed.isEmpty() && allowed.valueStream().noneMatch(value::equals)) {
            problems.add(path + ": " + value + " is none of " + allowed);
        }
    }

    private void checkObject(String path, JsonNode value, JsonNode schema, List<String> problems) {
        expect(value.isObject(), path, "an object", value, problems);
        for (var required : schema.path("required")) {
            if (!value.has(required.asString())) {
                problems.add(path + "/" + required.asString() + ": is missing");
            }
        }
        var properties = schema.path("properties");
        var others = schema.path("additionalProperties");
        for (var member : value.properties()) {
            var name = member.getKey();
            if (properties.has(name)) {
                check(path + "/" + name, member.getValue(), properties.path(name), problems);
            } else if (others.isObject()) {
                check(path + "/" + name, member.getValue(), others, problems);
            } else if (!properties.isEmpty()
                    && !schema.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
                problems.add(path + "/" + name + ": does not exist");
            }
        }
    }

    private static @Nullable String reference(JsonNode schema) {
        var direct = schema.path("$ref").asString("");
        var only = schema.path("allOf").path(0).path("$ref").asString("");
        var reference = direct.isEmpty() ? only : direct;
        return reference.isEmpty() ? null : reference.substring(reference.lastIndexOf('/') + 1);
    }

    private static void expect(boolean so, String path, String wanted, JsonNode value, List<String> problems) {
        if (!so) {
            problems.add(path + ": must be " + wanted + ", not " + value);
        }
    }
}
