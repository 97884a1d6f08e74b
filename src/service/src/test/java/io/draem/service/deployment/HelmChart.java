package io.draem.service.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;

/** The project's chart, rendered by Helm's own library: hooks, which it leaves out, as the ordinary objects they are. */
final class HelmChart {

    static final Path DIRECTORY =
            Path.of(System.getProperty("project.root", "../..")).resolve("helm");

    private static final Path WITHOUT_HOOKS = copyWithoutHooks();

    private HelmChart() {}

    static LintResult lint() {
        return new Helm(DIRECTORY).lint().strict().call();
    }

    /** Renders the chart with the given YAML over its default values; throws what Helm says when it refuses them. */
    static List<Manifest> render(String values) {
        try {
            var file = Files.createTempFile("values", ".yaml");
            try {
                Files.writeString(file, values);
                var rendered = new Helm(WITHOUT_HOOKS)
                        .template()
                        .withName("line")
                        .withNamespace("plant")
                        .withKubeVersion("1.30.0")
                        .withValuesFile(file)
                        .call();
                return parse(rendered);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Manifest render(String kind, String values) {
        var found = ofKind(kind, render(values));
        assertThat(found).as("objects of kind %s", kind).hasSize(1);
        return found.get(0);
    }

    static List<Manifest> ofKind(String kind, List<Manifest> manifests) {
        return manifests.stream()
                .filter(manifest -> manifest.kind().equals(kind))
                .toList();
    }

    static Map<?, ?> defaultValues() {
        try (var reader = Files.newBufferedReader(DIRECTORY.resolve("values.yaml"))) {
            return new Yaml().load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Manifest> parse(String rendered) {
        var manifests = new ArrayList<Manifest>();
        for (var document : new Yaml().loadAll(rendered)) {
            if (document instanceof Map<?, ?> content) {
                manifests.add(new Manifest(content));
            }
        }
        return manifests;
    }

    private static Path copyWithoutHooks() {
        try (var files = Files.walk(DIRECTORY)) {
            var copy = Files.createTempDirectory("chart");
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var target = copy.resolve(DIRECTORY.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.writeString(target, Files.readString(file).replace("helm.sh/hook: test", "hook: test"));
                target.toFile().deleteOnExit();
            }
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
