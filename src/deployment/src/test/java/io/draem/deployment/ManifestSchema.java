package io.draem.deployment;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The schemas that Kubernetes and the operators publish for the kinds that the chart has. Checks a manifest as the API server
 * does in its strict mode, which rejects fields that do not exist.
 */
final class ManifestSchema {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_4,
            registry -> registry.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().locale(Locale.ENGLISH).build()));
    private static final List<String> NUMBER_OR_TEXT = List.of("integer", "string");

    private final Map<String, Schema> kinds = new HashMap<>();

    /** Reads {@code openapi.json} and the custom resources next to it, which {@code src/test/kubernetes/schemas.py} writes. */
    ManifestSchema(Path folder) {
        try (var files = Files.list(folder.resolve("crds"))) {
            var openapi = JSON.readTree(folder.resolve("openapi.json"));
            var definitions = (ObjectNode) openapi.path("definitions");
            ((ObjectNode) definitions.path("io.k8s.apimachinery.pkg.api.resource.Quantity"))
                    .set("type", JSON.valueToTree(List.of("number", "string")));
            makeStrict(definitions);
            openapi.path("kinds").properties().forEach(kind -> {
                var root = JSON.createObjectNode().set("definitions", definitions);
                ((ObjectNode) root).putArray("allOf").add(kind.getValue());
                kinds.put(kind.getKey(), REGISTRY.getSchema(root));
            });
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
            var schema = version.path("schema").path("openAPIV3Schema");
            makeStrict(schema);
            kinds.put(kind, REGISTRY.getSchema(schema));
        }
    }

    /** Forbids fields that are not declared, and writes Kubernetes' "number or text" in the words of JSON Schema. */
    private static void makeStrict(JsonNode schema) {
        schema.forEach(ManifestSchema::makeStrict);
        if (schema instanceof ObjectNode node && node.path("type").isString()) {
            if (node.path("format").asString("").equals("int-or-string")) {
                node.set("type", JSON.valueToTree(NUMBER_OR_TEXT));
            }
            if (!node.path("properties").isEmpty()
                    && !node.has("additionalProperties")
                    && !node.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
                node.put("additionalProperties", false);
            }
        }
    }

    /** Returns what is wrong with a manifest, each with its path; empty where nothing is. */
    List<String> problems(Manifest manifest) {
        var kind = manifest.at("apiVersion") + " " + manifest.kind();
        var schema = kinds.get(kind);
        return schema == null
                ? List.of(kind + " is not known")
                : schema.validate(JSON.<JsonNode>valueToTree(manifest.content())).stream()
                        .map(Object::toString)
                        .toList();
    }
}
